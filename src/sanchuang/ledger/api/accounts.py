"""Accounts, their statements, and the trial balance."""

from typing import Annotated, Any, Literal

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from ninja import Field, Query

from sanchuang.core import audit, confidential
from sanchuang.core.api.endpoints import acts, page_of, reads
from sanchuang.core.api.schemas import Asked, Paging
from sanchuang.core.api.versions import told
from sanchuang.core.permissions import require
from sanchuang.core.tokens.scopes import LEDGER_READ, LEDGER_WRITE
from sanchuang.ledger import actions, queries
from sanchuang.ledger.api.router import router
from sanchuang.ledger.api.shapes import Accounts, AccountTold, BalanceTold, Entries, EntryTold, LineTold
from sanchuang.ledger.models import Account
from sanchuang.registry.models import Organisation
from sanchuang.values import Malformed, Period

Kind = Literal["outside", "treasury", "budget", "fund", "voucher", "party", "income"]
Name = Annotated[str, Field(max_length=200)]


class AccountsAsked(Paging):
    """Filters of the list."""

    kind: Kind | None = None
    period: str = Field("", max_length=24, description="Such as 2026.")
    owner: str = Field("", max_length=80, description="Identifier of the organisation.")


class LinesAsked(Paging):
    """Which lines; the newest first."""

    order: Literal["newest", "oldest"] = "newest"


class AccountNew(Asked):
    """A new account. Its code is the series, with the period behind it; it never changes."""

    series: Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[a-z0-9][a-z0-9-]*$")] = Field(
        examples=["compute-vouchers"]
    )
    name: Name = Field(min_length=1, examples=["Compute vouchers"])
    name_en: Name = ""
    kind: Kind = Field(examples=["budget"])
    owner: Annotated[str, Field(max_length=80)] = ""
    period: Annotated[str, Field(max_length=24)] = Field("", examples=["2026"])
    overdraft: bool = Field(False, strict=True)
    note: Annotated[str, Field(max_length=2000)] = ""
    why: Annotated[str, Field(max_length=2000)] = ""


def account_of(request: HttpRequest, code: str) -> Account:
    """The account with this code, for somebody who may know of it."""
    found = Account.objects.select_related("owner__merged_into").filter(code=code).first()
    if found is None or not confidential.may_see(request.user, found):
        raise Http404
    return found


def _accounts(request: HttpRequest) -> QuerySet[Account]:
    require(request.user, "ledger.view_lists")
    return confidential.visible(request.user, Account.objects.select_related("owner__merged_into")).order_by(
        "code"
    )


@reads(router, "/ledger/accounts", Accounts, name="accounts", scope=LEDGER_READ, query=AccountsAsked)
def accounts(request: HttpRequest, asked: Query[AccountsAsked]) -> HttpResponse:
    """Accounts that the caller may see, by code."""
    found = _accounts(request)
    if asked.kind:
        found = found.filter(kind=asked.kind)
    if asked.period:
        found = found.filter(period=asked.period)
    if asked.owner:
        found = found.filter(Q(owner__slug=asked.owner) | Q(owner__merged_into__slug=asked.owner))
    rows = list(found[asked.offset : asked.offset + asked.limit])
    audit.reading_list(by=request.user, what="ledger.read_accounts", count=len(rows), where=request.path)
    return page_of(request, asked, rows, found.count(), Accounts, AccountTold.of)


@reads(router, "/ledger/accounts/{code}", AccountTold, name="account", scope=LEDGER_READ, record=True)
def account(request: HttpRequest, code: str) -> HttpResponse:
    """One account with what it has, what is reserved and what can be spent."""
    found = account_of(request, code)
    user: Any = request.user
    audit.reading(found, by=user, what="ledger.read_accounts")
    return told(request, AccountTold.of(found), versioned=True)


@reads(
    router, "/ledger/accounts/{code}/entries", Entries, name="entries", scope=LEDGER_READ, query=LinesAsked
)
def entries(request: HttpRequest, code: str, asked: Query[LinesAsked]) -> HttpResponse:
    """The statement of an account; any page of any account costs the same."""
    found = account_of(request, code)
    total = found.seq
    if asked.order == "oldest":
        first, last = asked.offset + 1, min(total, asked.offset + asked.limit)
    else:
        first, last = max(1, total - asked.offset - asked.limit + 1), total - asked.offset
    lines = queries.entries(found, first, last) if last >= first else []
    if asked.order == "newest":
        lines.reverse()
    user: Any = request.user
    audit.reading(found, by=user, what="ledger.read_accounts", count=len(lines))
    return page_of(request, asked, lines, total, Entries, EntryTold.of)


@acts(router, "/ledger/accounts", AccountTold, name="accounts", scope=LEDGER_WRITE)
def open_account(request: HttpRequest, body: AccountNew) -> HttpResponse:
    """Open an account."""
    user: Any = request.user
    require(user, "ledger.open_account")
    given = body.model_dump(exclude={"owner", "period"})
    owner = None
    if body.owner:
        owner = Organisation.objects.filter(slug=body.owner).first()
        if owner is None:
            raise Malformed(
                _("There is no organisation “%(slug)s”.") % {"slug": body.owner},
                _("See the list of organisations."),
            )
    period = Period.parse(body.period) if body.period else None
    made = actions.open_account(given.pop("series"), by=user, owner=owner, period=period, **given)
    address = reverse("api:account", args=[made.code])
    return told(request, AccountTold.of(made), status=201, versioned=True, location=address)


@reads(router, "/ledger/trial-balance", BalanceTold, name="trial-balance", scope=LEDGER_READ)
def trial_balance(request: HttpRequest) -> HttpResponse:
    """Debits and credits of all accounts, by currency and kind."""
    require(request.user, "ledger.view_books")
    lines = queries.trial_balance()
    count = sum(line.accounts for line in lines)
    audit.reading_list(by=request.user, what="ledger.read_accounts", count=count, where=request.path)
    balanced = all(debits == credits for debits, credits in queries.totals(lines).values())
    return told(request, BalanceTold(lines=[LineTold.of(line) for line in lines], balanced=balanced))
