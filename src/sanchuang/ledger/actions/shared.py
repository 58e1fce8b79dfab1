"""What the acts share: the reason, what was done before, the row of the trail, whether a second person is needed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from sanchuang.core import audit
from sanchuang.core.models import PackLoad, User
from sanchuang.ledger.errors import KeyReused
from sanchuang.ledger.models import Memo, Transfer
from sanchuang.ledger.posting.limits import limit
from sanchuang.values import Malformed, Yuan

TITLE = 200  # characters


def memo(title: str, text: str, by: User) -> Memo:
    """The reason of what is posted by hand, in words. Raises `Malformed` without a title."""
    title = title.strip()
    if not title:
        raise Malformed(_("Money moves for a reason"), _("Say in a few words why"))
    if len(title) > TITLE:
        raise Malformed(
            _("The reason has more than %(most)s characters") % {"most": TITLE},
            _("Say it shortly, and the rest in the text"),
        )
    return Memo.objects.create(title=title, text=text.strip(), by=by.pseudonym)


def reason_of(transfer: Transfer, why: str, by: User) -> Model:
    """The record for which `transfer` was made; a memo that says `why` where it is not there any more."""
    try:
        found: Model | None = apps.get_model(transfer.model)._base_manager.filter(pk=transfer.record).first()
    except (LookupError, ValueError):  # its room is not installed any more
        found = None
    return found if found is not None else memo(why or f"#{transfer.pk}", "", by)


def done_before(key: str, **same: Any) -> Transfer | None:
    """The transfer with this idempotency key, made by the same act. Raises `KeyReused` when it is another."""
    found = Transfer.objects.filter(key=key).first() if key else None
    if found is None:
        return None
    if any(getattr(found, name) != value for name, value in same.items()):
        raise KeyReused(
            _("This was sent before, as transfer #%(number)s, and is another now") % {"number": found.pk},
            _("Look at that transfer, and begin with an empty form"),
        )
    return found


def limit_on(day: dt.date) -> Yuan | None:
    """Above which amount a second person is asked for on `day`; None where the pack has no such limit."""
    return limit(PackLoad.objects.order_by("-pk").values_list("pk", flat=True).first(), day)


def needs_second(amount: Yuan, day: dt.date) -> bool:
    """Whether the pack asks for a second person for `amount` on `day`."""
    above = limit_on(day)
    return above is not None and amount > above


def noted(made: Transfer, *, by: User, verb: str, why: str) -> Transfer:
    """The row of the trail for a transfer."""
    audit.note(
        by=by,
        verb=verb,
        record=made,
        after={"transfer": made.pk, "amount": made.money.exact(), "digest": made.digest},
        why=why,
    )
    return made


class _Undone(Exception):
    pass


def rehearsed(act: Callable[[], object]) -> None:
    """Do `act` and take it back, so that what could not be done is refused before a second person is asked."""
    try:
        with transaction.atomic():
            act()
            raise _Undone
    except _Undone:
        pass
