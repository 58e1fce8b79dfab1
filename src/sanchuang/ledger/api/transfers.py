"""Transfers and open reservations: reading."""

from typing import Annotated, Any, Literal

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from ninja import Field, Path, Query

from sanchuang.core import audit, confidential
from sanchuang.core.api.endpoints import page_of, reads
from sanchuang.core.api.schemas import MOST_NUMBER, Paging
from sanchuang.core.api.versions import told
from sanchuang.core.permissions import require
from sanchuang.core.tokens.scopes import LEDGER_READ
from sanchuang.ledger import queries
from sanchuang.ledger.api.router import router
from sanchuang.ledger.api.shapes import Reservations, ReservationTold, Transfers, TransferTold
from sanchuang.ledger.models import Transfer

TransferNumber = Annotated[int, Path(ge=1, le=MOST_NUMBER)]


class TransfersAsked(Paging):
    """Filters of the list."""

    account: str = Field("", max_length=80, description="Code of an account on either side.")
    kind: Literal["transfer", "reserve", "post", "release", "reversal"] | None = None


def transfer_of(request: HttpRequest, number: int) -> Transfer:
    """The transfer with this number, for somebody who may know of it."""
    known = Transfer.objects.select_related("debit__owner", "credit__owner", "reservation")
    found = known.filter(pk=number).first()
    if found is None or not confidential.may_see(request.user, found):
        raise Http404
    return found


@reads(router, "/ledger/transfers", Transfers, name="transfers", scope=LEDGER_READ, query=TransfersAsked)
def transfers(request: HttpRequest, asked: Query[TransfersAsked]) -> HttpResponse:
    """Transfers that the caller may see, the newest first."""
    require(request.user, "ledger.view_lists")
    found = confidential.visible(request.user, Transfer.objects.select_related("debit", "credit"))
    if asked.account:
        found = found.filter(Q(debit__code=asked.account) | Q(credit__code=asked.account))
    if asked.kind:
        found = found.filter(kind=asked.kind)
    rows = list(found.order_by("-pk")[asked.offset : asked.offset + asked.limit])
    audit.reading_list(by=request.user, what="ledger.read_transfers", count=len(rows), where=request.path)
    return page_of(request, asked, rows, found.count(), Transfers, TransferTold.of)


@reads(router, "/ledger/transfers/{number}", TransferTold, name="transfer", scope=LEDGER_READ, record=True)
def transfer(request: HttpRequest, number: TransferNumber) -> HttpResponse:
    """One transfer."""
    found = transfer_of(request, number)
    user: Any = request.user
    audit.reading(found, by=user, what="ledger.read_transfers")
    return told(request, TransferTold.of(found), versioned=True)


@reads(router, "/ledger/reservations", Reservations, name="reservations", scope=LEDGER_READ, query=Paging)
def reservations(request: HttpRequest, asked: Query[Paging]) -> HttpResponse:
    """Reservations of which something is left, the newest first."""
    require(request.user, "ledger.view_lists")
    found = confidential.visible(request.user, queries.open_reservations()).order_by("-pk")
    rows = list(found[asked.offset : asked.offset + asked.limit])
    audit.reading_list(by=request.user, what="ledger.read_transfers", count=len(rows), where=request.path)
    return page_of(request, asked, rows, found.count(), Reservations, ReservationTold.of)
