"""Opening accounts."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from sanchuang.core import district
from sanchuang.core.audit.chain import algorithm
from sanchuang.ledger import chain
from sanchuang.ledger.models import Account
from sanchuang.values import Malformed, Period


def open_account(
    series: str,
    *,
    name: str,
    kind: str,
    owner: models.Model | None = None,
    period: Period | None = None,
    overdraft: bool = False,
    currency: str = "",
    **more: Any,
) -> Account:
    """A new account with nothing on it. Its code is `series`, with the period behind it.

    `owner` is an organisation of the registry, None the district. `more`: `name_en`, `note`, `synthetic`, `pack`. Without
    `currency` it is the pack's. Raises `Malformed` for a name or code that cannot be, or that is taken.
    """
    name = name.strip()
    if not name:
        raise Malformed(_("An account needs a name"), _("Write what money is counted there"))
    if kind not in Account.Kind.values:
        raise Malformed(
            _("There are no accounts of the kind “%(kind)s”") % {"kind": kind}, ", ".join(Account.Kind.values)
        )
    span = str(period) if period is not None else ""
    code = f"{series}-{span.replace('/', '-to-')}".lower() if span else series
    account = Account(
        code=code,
        series=series,
        name=name,
        kind=kind,
        owner_id=owner.pk if owner is not None else None,
        currency=currency or district.currency(),
        overdraft=overdraft,
        period=span,
        first_day=period.first if period is not None else None,
        last_day=period.last if period is not None else None,
        algorithm=algorithm(),
        opened_at=timezone.now(),
        **more,
    )
    try:
        account.clean_fields(exclude=["head", "owner"])
    except ValidationError as error:
        raise Malformed(" ".join(error.messages), _("Use letters, digits and hyphens in the code")) from error
    if Account.objects.filter(code=code).exists():
        raise Malformed(
            _("There is an account “%(code)s” already") % {"code": code},
            _("Choose another code, or another period"),
        )
    account.head = chain.opening(getattr(account, column) for column in chain.ACCOUNT)
    account.save(force_insert=True)
    return account
