"""Who may see and do what in the ledger."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import rules.predicates
from django.contrib.auth.models import AnonymousUser
from django.db.models import CharField, Exists, OuterRef, Q
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from sanchuang.core import audit, confidential
from sanchuang.core.models import User
from sanchuang.core.permissions import holds_role, memberships_of, organisations_of, permit
from sanchuang.core.roles import Role
from sanchuang.ledger.models import Account, Memo, Transfer
from sanchuang.registry.permissions import INSIDERS, OVERSEERS

_predicate: Any = rules.predicates.predicate  # django-rules is not typed


def _owns(user: User | AnonymousUser, *accounts: Account) -> bool:
    """Whether `user` works in the organisation that owns one of `accounts`."""
    owners = {account.holder.slug for account in accounts if account.holder is not None}
    return bool(owners) and not owners.isdisjoint(organisations_of(user, *INSIDERS))


def _own_account(user: User | AnonymousUser, account: Account | None = None) -> bool:
    return isinstance(account, Account) and _owns(user, account)


def _own_transfer(user: User | AnonymousUser, transfer: Transfer | None = None) -> bool:
    return isinstance(transfer, Transfer) and _owns(user, transfer.debit, transfer.credit)


def _own_memo(user: User | AnonymousUser, memo: Memo | None = None) -> bool:
    if not isinstance(memo, Memo):
        return False
    own = _of_owners(organisations_of(user, *INSIDERS), "debit__owner", "credit__owner")
    return Transfer.objects.filter(own, model=Memo._meta.label, record=str(memo.pk)).exists()


overseer = holds_role(*OVERSEERS)
_OVERSEERS = _("officers, auditors and administrators")

permit(
    "ledger.view_lists",
    overseer | holds_role(*INSIDERS),
    what=_("view the ledger"),
    who=_("officers, auditors, administrators, and people of an organisation for its own accounts"),
)
permit(
    "ledger.view_account",
    overseer | _predicate(_own_account, name="own_account"),
    what=_("view this account of the ledger"),
    who=_("officers, auditors, administrators and people of the organisation that owns it"),
)
permit(
    "ledger.view_transfer",
    overseer | _predicate(_own_transfer, name="own_transfer"),
    what=_("view this transfer"),
    who=_("officers, auditors, administrators and people of the organisations that own its accounts"),
)
permit(
    "ledger.view_memo",
    overseer | _predicate(_own_memo, name="own_memo"),
    what=_("view this memo"),
    who=_("officers, auditors, administrators and whoever may see a transfer that it explains"),
)
permit("ledger.view_books", overseer, what=_("view the books of the district"), who=_OVERSEERS)
permit("ledger.open_account", holds_role(Role.OFFICER), what=_("open an account"), who=_("officers"))
permit("ledger.move", holds_role(Role.OFFICER), what=_("move money by hand"), who=_("officers"))
permit("ledger.close", holds_role(Role.OFFICER), what=_("close a period"), who=_("officers"))
permit(
    "ledger.confirm",
    overseer,
    what=_("confirm a movement of money as second person"),
    who=_("a second officer, an auditor or an administrator"),
)


def _of_owners(owners: set[str], *paths: str) -> Q:
    found = Q(pk__in=())
    for path in paths:
        found |= Q(**{f"{path}__slug__in": owners}) | Q(**{f"{path}__merged_into__slug__in": owners})
    return found


def _reached(*paths: str) -> Callable[[User | AnonymousUser], Q]:
    """The records that somebody may see, in the database's terms; `paths` lead to the owners of their accounts."""

    def reached(user: User | AnonymousUser) -> Q:
        return Q() if _sees_all(user) else _of_owners(organisations_of(user, *INSIDERS), *paths)

    return reached


def _sees_all(user: User | AnonymousUser) -> bool:
    if user.is_superuser and user.is_active:
        return True
    return any(held.role in OVERSEERS for held in memberships_of(user))


def _memos(user: User | AnonymousUser) -> Q:
    if _sees_all(user):
        return Q()
    own = _of_owners(organisations_of(user, *INSIDERS), "debit__owner", "credit__owner")
    explained = Transfer.objects.filter(
        own, model=Memo._meta.label, record=Cast(OuterRef("pk"), CharField(max_length=80))
    )
    return Q(Exists(explained))


def _transfer_of(reservation: Any) -> Transfer:
    found: Transfer = reservation.transfer
    return found


confidential.register(
    "ledger.Account", "ledger.view_account", rows=_reached("owner"), verb="ledger.read_accounts"
)
confidential.register(
    "ledger.Transfer",
    "ledger.view_transfer",
    rows=_reached("debit__owner", "credit__owner"),
    verb="ledger.read_transfers",
)
confidential.register(
    "ledger.Reservation",
    "ledger.view_transfer",
    rows=_reached("debit__owner", "credit__owner"),
    subject=_transfer_of,
    verb="ledger.read_transfers",
)
confidential.register("ledger.Memo", "ledger.view_memo", rows=_memos, verb="ledger.read_memos")

for _verb, _words in (
    ("ledger.open_account", _("open an account")),
    ("ledger.transfer", _("transfer money")),
    ("ledger.reserve", _("reserve money")),
    ("ledger.post", _("post a reservation")),
    ("ledger.release", _("release a reservation")),
    ("ledger.reverse", _("reverse a transfer")),
    ("ledger.expire", _("release expired reservations")),
    ("ledger.close_period", _("close a period of the books")),
    ("ledger.read_accounts", _("read accounts of the ledger")),
    ("ledger.read_transfers", _("read transfers of the ledger")),
    ("ledger.read_memos", _("read memos of the ledger")),
):
    audit.register(_verb, _words)
audit.name_particulars(transfer=_("transfer"), amount=_("amount"), last_day=_("closed until"))
# The ledger chains these itself, and they change with each transfer: a request for a second person outlives that.
audit.leave_out(Account, "debits", "credits", "held_out", "held_in", "seq", "head")
