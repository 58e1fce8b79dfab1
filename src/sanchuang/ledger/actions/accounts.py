"""Opening an account by hand."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from sanchuang.core import audit
from sanchuang.core.models import User
from sanchuang.core.permissions import authorise
from sanchuang.ledger import posting
from sanchuang.ledger.models import Account
from sanchuang.registry.models import Organisation
from sanchuang.values import Period


@transaction.atomic
def open_account(
    series: str,
    *,
    by: User,
    name: str,
    kind: str,
    owner: Organisation | None = None,
    period: Period | None = None,
    overdraft: bool = False,
    why: str = "",
    **more: Any,
) -> Account:
    """A new account. Raises `Refused`; `Malformed` for a name or code that cannot be, or that is taken.

    `more` as in `posting.open_account`.
    """
    authorise(by, "ledger.open_account")
    account = posting.open_account(
        series, name=name, kind=kind, owner=owner, period=period, overdraft=overdraft, **more
    )
    audit.created(account, by=by, verb="ledger.open_account", why=why)
    return account
