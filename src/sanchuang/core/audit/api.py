"""The audit trail for programs: the same words, and the same hidden values, as on its pages."""

import datetime as dt
from typing import Annotated

from django.http import Http404, HttpRequest, HttpResponse
from ninja import Field, Path, Query, Router

from sanchuang.core.api.endpoints import page_of, reads
from sanchuang.core.api.schemas import MOST_NUMBER, PageTold, Paging, Told
from sanchuang.core.api.versions import told as answered
from sanchuang.core.audit.queries import Row, told
from sanchuang.core.models import AuditEntry
from sanchuang.core.permissions import require
from sanchuang.core.tokens.scopes import AUDIT_READ

router = Router(tags=["audit"])
VIEW = "core.view_audit"


class ChangedTold(Told):
    """A field before and after, in words."""

    field: str = Field(examples=["name"])
    before: str = Field("", examples=["Harbour Sonar"])
    after: str = Field("", examples=["Harbour Sound"])


class TrailRow(Told):
    """A row of the trail in words; what the caller may not see reads “confidential”."""

    number: int = Field(examples=[128])
    at: dt.datetime = Field(examples=["2026-03-01T08:00:00Z"])
    actor: str = Field(examples=["Demo officer"])
    behalf: str = Field("", examples=[""])
    verb: str = Field(examples=["registry.rename_organisation"])
    words: str = Field(examples=["rename an organisation"])
    model: str = Field("", examples=["registry.Organisation"])
    record: str = Field("", examples=["12"])
    title: str = Field("", examples=["Harbour Sound"])
    url: str = Field("", examples=["/organisations/999000011/"])
    changes: list[ChangedTold]
    why: str = Field("", examples=["letter of the company"])
    count: int | None = Field(None, examples=[None])
    request: str = Field("", examples=["5d41402abc4b2a76"])
    digest: str = Field(examples=["9f86d081"])

    @classmethod
    def of(cls, row: Row) -> "TrailRow":
        """The row."""
        entry = row.entry
        return cls(
            number=entry.number,
            at=entry.at,
            actor=row.actor,
            behalf=row.behalf,
            verb=entry.verb,
            words=str(row.verb),
            model=entry.model,
            record=entry.record,
            title=row.title,
            url=row.url,
            changes=[
                ChangedTold(field=each.field, before=each.before, after=each.after) for each in row.changes
            ],
            why=row.why,
            count=entry.count,
            request=entry.request,
            digest=entry.digest,
        )


class TrailRows(PageTold):
    """A page of the trail."""

    items: list[TrailRow]


class TrailAsked(Paging):
    """Filters of the trail."""

    verb: str = Field("", max_length=60, description="Such as registry.rename_organisation.")
    model: str = Field("", max_length=80, description="Such as registry.Organisation.")
    record: str = Field("", max_length=80, description="The key of the record.")
    after: int = Field(0, ge=0, le=MOST_NUMBER, description="Only rows with a higher number.")


@reads(router, "/audit", TrailRows, name="audit", scope=AUDIT_READ, query=TrailAsked)
def audit_entries(request: HttpRequest, asked: Query[TrailAsked]) -> HttpResponse:
    """Rows of the audit trail, the newest first."""
    require(request.user, VIEW)
    found = AuditEntry.objects.order_by("-number")
    for name in ("verb", "model", "record"):
        if value := getattr(asked, name):
            found = found.filter(**{name: value})
    if asked.after:
        found = found.filter(number__gt=asked.after)
    rows = told(found[asked.offset : asked.offset + asked.limit], request.user)
    return page_of(request, asked, rows, found.count(), TrailRows, TrailRow.of)


@reads(router, "/audit/{number}", TrailRow, name="audit-entry", scope=AUDIT_READ, record=True)
def audit_entry(request: HttpRequest, number: Annotated[int, Path(ge=1, le=MOST_NUMBER)]) -> HttpResponse:
    """One row of the audit trail."""
    require(request.user, VIEW)
    rows = told(AuditEntry.objects.filter(number=number), request.user)
    if not rows:
        raise Http404
    return answered(request, TrailRow.of(rows[0]), versioned=True)
