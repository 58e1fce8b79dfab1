"""What is sent again under a key that is known: the same is answered as it was, anything else is refused."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Model
from django.utils.translation import gettext as _

from sanchuang.ledger.errors import KeyReused
from sanchuang.ledger.models import Transfer
from sanchuang.ledger.posting import rows
from sanchuang.ledger.posting.orders import Free, Hold, Move, Order, Settle, Undo

Kind = Transfer.Kind


def done_before(orders: Sequence[Order], reason: Model) -> list[Transfer] | None:
    """The transfers that the same call made before; None for a call whose first order has no key, or a new one.

    Asked before anything else, since what an order settled is settled when it is sent again. Raises `KeyReused` when the
    key belongs to another call than this one.
    """
    if not orders[0].key:
        return None
    number = rows.of_key(orders[0].key)
    if number is None:
        return None
    found = Transfer.objects.get(pk=number)
    group = list(Transfer.objects.filter(link=found.link).order_by("pk")) if found.link else [found]
    same = len(group) == len(orders) and all(map(_is, orders, group, [reason] * len(group)))
    if not same:
        raise KeyReused(
            _("The idempotency key belongs to transfer #%(number)s, which is another") % {"number": found.pk},
            _("Give each act a key of its own, and send the same again only unchanged"),
        )
    return group


def _is(order: Order, made: Transfer, reason: Model) -> bool:
    for_what = order.reason or reason
    if (made.key, made.model, made.record) != (order.key or None, for_what._meta.label, str(for_what.pk)):
        return False
    if isinstance(order, Undo):
        return made.kind == Kind.REVERSAL and made.reverses_id == order.transfer.pk
    if isinstance(order, Free):
        return made.kind == Kind.RELEASE and made.pending_id == order.reservation.pk
    if isinstance(order, Settle):
        amount = made.amount if order.amount is None else order.amount.fen
        return (made.kind, made.pending_id, made.amount) == (Kind.POST, order.reservation.pk, amount)
    kind, fen = (Kind.TRANSFER, made.amount) if isinstance(order, Move) else (Kind.RESERVE, made.held)
    expires = order.expires if isinstance(order, Hold) else None
    asked = (kind, order.debit.pk, order.credit.pk, order.amount.fen, expires)
    return asked == (made.kind, made.debit_id, made.credit_id, fen, made.expires)
