"""The caller's inbox for programs."""

import datetime as dt
from typing import Annotated, Any, Literal

from django.http import Http404, HttpRequest, HttpResponse
from ninja import Field, Path, Query, Router

from sanchuang.core import confidential
from sanchuang.core.api.endpoints import page, reads
from sanchuang.core.api.schemas import MOST_NUMBER, PageTold, Paging, Told
from sanchuang.core.api.versions import told
from sanchuang.core.inbox import queries
from sanchuang.core.inbox.kinds import tell
from sanchuang.core.models import InboxItem
from sanchuang.core.permissions import require

router = Router(tags=["inbox"])

LISTS = {
    "open": queries.waiting_for,
    "colleagues": queries.with_colleagues,
    "done": queries.done_by_or_for,
    "own": queries.put_by,
}


class ItemTold(Told):
    """Something that waits, in words."""

    id: int = Field(examples=[3])
    kind: str = Field(examples=["report"])
    title: str = Field(examples=["Somebody reports an error"])
    body: str = Field("", examples=[""])
    state: str = Field(examples=["open"])
    role: str = Field("", examples=["editor"])
    organisation: str = Field("", examples=[""])
    due: dt.date | None = Field(None, examples=["2026-03-08"])
    link: str = Field("", examples=["/figures/ring-members/"])
    outcome: str = Field("", examples=[""])
    made_at: dt.datetime = Field(examples=["2026-03-01T08:00:00Z"])

    @classmethod
    def of(cls, item: InboxItem) -> "ItemTold":
        """The item in the caller's language."""
        said = tell(item)
        return cls(
            id=item.pk,
            kind=item.kind,
            title=said.title,
            body=said.body,
            state=item.state,
            role=item.role,
            organisation=item.organisation,
            due=item.due,
            link=item.link,
            outcome=item.outcome,
            made_at=item.made_at,
        )


class Items(PageTold):
    """A page of the inbox."""

    items: list[ItemTold]


class ItemsAsked(Paging):
    """Which list of the desk."""

    show: Literal["open", "colleagues", "done", "own"] = "open"


@reads(router, "/inbox", Items, name="inbox", query=ItemsAsked)
def inbox_items(request: HttpRequest, asked: Query[ItemsAsked]) -> HttpResponse:
    """What waits for the caller, soonest due first; other lists of the desk by `show`."""
    user: Any = request.user
    require(user, "core.report")
    return page(request, asked, LISTS[asked.show](user), Items, ItemTold.of)


@reads(router, "/inbox/{number}", ItemTold, name="inbox-item", record=True)
def inbox_item(request: HttpRequest, number: Annotated[int, Path(ge=1, le=MOST_NUMBER)]) -> HttpResponse:
    """One item."""
    found = InboxItem.objects.filter(pk=number).first()
    if found is None or not confidential.may_see(request.user, found):
        raise Http404
    return told(request, ItemTold.of(found), versioned=True)
