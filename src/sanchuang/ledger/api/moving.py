"""Moving money: what officers do on the ledger's pages. The idempotency key holds for the ledger itself, too."""

import datetime as dt
from collections.abc import Callable
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Field

from sanchuang.core.api.endpoints import acts
from sanchuang.core.api.keys import key_of
from sanchuang.core.api.problems import Problem
from sanchuang.core.api.schemas import Asked
from sanchuang.core.api.versions import told
from sanchuang.core.models import Approval
from sanchuang.core.permissions import require
from sanchuang.core.tokens.scopes import LEDGER_WRITE
from sanchuang.ledger import actions
from sanchuang.ledger.api.router import router
from sanchuang.ledger.api.shapes import TransferTold, WaitingTold
from sanchuang.ledger.api.transfers import TransferNumber, transfer_of
from sanchuang.ledger.models import MOST, Account, Transfer
from sanchuang.values import Malformed, Yuan

Code = Annotated[str, Field(min_length=1, max_length=80)]
# Strict: neither true nor a text is an amount.
Fen = Annotated[int, Field(strict=True, ge=1, le=MOST)]
Title = Annotated[str, Field(min_length=1, max_length=200)]
Why = Annotated[str, Field(min_length=1, max_length=300)]
LAST = dt.datetime(9999, 1, 1, tzinfo=dt.UTC)


class Move(Asked):
    """From one account to another, for a reason in words; `fen` is a whole number."""

    debit: Code = Field(examples=["treasury-2026"], description="Code of the account from which.")
    credit: Code = Field(examples=["compute-vouchers-2026"], description="Code of the account to which.")
    fen: Fen = Field(examples=[100_000_00])
    title: Title = Field(examples=["budget of 2026"])
    text: Annotated[str, Field(max_length=4000)] = ""
    day: dt.date | None = Field(None, description="When it counts; today if left out.")


class Reserve(Move):
    """A reservation; what is left when it expires is released."""

    expires: dt.datetime | None = None


class Post(Asked):
    """Post what was reserved; all of it where no amount is said. The rest is released unless it is kept."""

    fen: Fen | None = Field(None, examples=[50_000_00])
    keep: bool = Field(False, strict=True)
    why: Why = Field(examples=["invoice 2026-118"])


class Undo(Asked):
    """Why."""

    why: Why = Field(examples=["wrong account"])


def _account(code: str) -> Account:
    found = Account.objects.select_related("owner").filter(code=code.lower()).first()
    if found is None:
        raise Malformed(_("There is no account “%(code)s”.") % {"code": code}, _("See the list of accounts."))
    return found


def _done(request: HttpRequest, act: Callable[[], Transfer | Approval]) -> HttpResponse:
    made = act()
    if isinstance(made, Approval):
        url = reverse("approval", args=[made.pk])
        return told(request, WaitingTold(approval=made.pk, url=url), status=202, location=url)
    found = Transfer.objects.select_related("debit", "credit").get(pk=made.pk)
    address = reverse("api:transfer", args=[found.pk])
    return told(request, TransferTold.of(found), status=201, versioned=True, location=address)


def _expiry(asked: dt.datetime | None) -> dt.datetime | None:
    if asked is None:
        return None
    aware = asked if timezone.is_aware(asked) else None
    if aware is None or not timezone.now() < aware < LAST:
        raise Problem(
            "invalid",
            errors=[
                {
                    "location": ["body", "expires"],
                    "message": _("A time to come, with its offset, such as 2026-12-31T24:00:00+08:00."),
                }
            ],
        )
    return aware


def _move(
    request: HttpRequest, body: Move, verb: Callable[..., Transfer | Approval], **more: Any
) -> HttpResponse:
    user: Any = request.user
    require(user, "ledger.move")
    debit, credit = _account(body.debit), _account(body.credit)
    given = {"title": body.title, "text": body.text, "day": body.day, "key": key_of(request), **more}
    return _done(request, lambda: verb(debit, credit, Yuan(body.fen), by=user, **given))


@acts(router, "/ledger/transfers", TransferTold, name="transfers", scope=LEDGER_WRITE, asked=WaitingTold)
def move(request: HttpRequest, body: Move) -> HttpResponse:
    """Transfer money by hand. Above the pack's limit a second person confirms it first."""
    return _move(request, body, actions.move)


@acts(
    router,
    "/ledger/reservations",
    TransferTold,
    name="reservations",
    scope=LEDGER_WRITE,
    asked=WaitingTold,
)
def reserve(request: HttpRequest, body: Reserve) -> HttpResponse:
    """Reserve money on one account for another. Above the pack's limit a second person confirms it first."""
    return _move(request, body, actions.reserve, expires=_expiry(body.expires))


@acts(router, "/ledger/transfers/{number}/post", TransferTold, name="post", scope=LEDGER_WRITE)
def post(request: HttpRequest, number: TransferNumber, body: Post) -> HttpResponse:
    """Post a reservation."""
    found, user, key = _reserved(request, number)
    amount = None if body.fen is None else Yuan(body.fen)
    return _done(request, lambda: actions.post(found, amount, by=user, why=body.why, keep=body.keep, key=key))


@acts(router, "/ledger/transfers/{number}/release", TransferTold, name="release", scope=LEDGER_WRITE)
def release(request: HttpRequest, number: TransferNumber, body: Undo) -> HttpResponse:
    """Release what is left of a reservation."""
    found, user, key = _reserved(request, number)
    return _done(request, lambda: actions.release(found, by=user, why=body.why, key=key))


@acts(
    router,
    "/ledger/transfers/{number}/reverse",
    TransferTold,
    name="reverse",
    scope=LEDGER_WRITE,
    asked=WaitingTold,
)
def reverse_transfer(request: HttpRequest, number: TransferNumber, body: Undo) -> HttpResponse:
    """Move back what a transfer moved. Above the pack's limit a second person confirms it first."""
    found = transfer_of(request, number)
    user: Any = request.user
    require(user, "ledger.move", found)
    return _done(request, lambda: actions.reverse(found, by=user, why=body.why, key=key_of(request)))


def _reserved(request: HttpRequest, number: int) -> tuple[Transfer, Any, str]:
    found = transfer_of(request, number)
    require(request.user, "ledger.move", found)
    if found.kind != Transfer.Kind.RESERVE:
        raise Malformed(_("Transfer #%(number)s is no reservation") % {"number": number}, "")
    return found, request.user, key_of(request)
