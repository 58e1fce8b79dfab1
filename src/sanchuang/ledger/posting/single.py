"""One order in one statement, where PostgreSQL works out all that follows from the accounts (`guards.FILLED`).

It is the same transfer as `writing` makes with its accounts read and locked first, and takes a third of the time. Whatever is
unusual is left to `writing`: what the database refuses here is worked out there, and told or done.
"""

from __future__ import annotations

import datetime as dt

from django.db import DataError, IntegrityError, OperationalError, connection
from django.db.models import Model

from sanchuang.core.audit.chain import algorithm
from sanchuang.core.audit.context import request_id
from sanchuang.core.models import PackLoad, User
from sanchuang.ledger import chain
from sanchuang.ledger.guards import FILLED
from sanchuang.ledger.models import MOST, Transfer
from sanchuang.ledger.posting import rows
from sanchuang.ledger.posting.limits import limit
from sanchuang.ledger.posting.orders import Hold, Move, Order
from sanchuang.ledger.posting.steps import step_of
from sanchuang.values import Yuan

_GIVEN = tuple(name for name in chain.TRANSFER if name not in FILLED)
_INSERT = (
    f"INSERT INTO {Transfer._meta.db_table} ({', '.join((*_GIVEN, *FILLED))}) "
    f"SELECT {', '.join(['%s'] * len(_GIVEN))}, 0, 0, 0, 0, now(), '' "
    f"WHERE (SELECT max(id) FROM {PackLoad._meta.db_table}) IS NOT DISTINCT FROM %s "
    f"RETURNING id, {', '.join(FILLED)}"
)


class _Known:
    """The newest load of a pack as this process knows it. The statement asks whether it still is, so it may be old."""

    load: int | None = None


def post_one(order: Order, *, by: User, reason: Model, day: dt.date) -> Transfer | None:
    """The transfer that `order` makes; None where it is left to `writing`. Call it outside of transactions only."""
    if connection.vendor != "postgresql" or not isinstance(order, Move | Hold) or algorithm() != "sha256":
        return None
    if not isinstance(order.amount, Yuan) or not 0 < order.amount.fen <= MOST:
        return None
    above = limit(_Known.load, day)
    if above is not None and order.amount > above:
        return None
    step = step_of(order)
    reason = step.reason or reason
    given = {
        "kind": step.kind,
        "debit_id": step.debit,
        "credit_id": step.credit,
        "amount": step.amount,
        "held": step.held,
        "day": day,
        "expires": step.expires,
        "key": step.key,
        "link": "",
        "link_index": 0,
        "link_size": 1,
        "model": reason._meta.label,
        "record": str(reason.pk),
        "why": step.why,
        "by": by.pseudonym,
        "behalf": by.acting_for.giver.pseudonym if by.acting_for else "",
        "request": request_id(),
        "algorithm": "sha256",
    }
    values = rows.adapted([*(given.get(name) for name in _GIVEN), _Known.load])
    try:
        found = rows.run(_INSERT, values)
    except (IntegrityError, DataError):
        return None
    except OperationalError:
        if (
            not connection.is_usable()
        ):  # whether it was written is not known: only a key makes it safe to repeat
            raise
        return None
    if not found:
        _Known.load = PackLoad.objects.order_by("-pk").values_list("pk", flat=True).first()
        return None
    pk, *filled = found[0]
    made = Transfer(pk=pk, **given, **dict(zip(FILLED, filled, strict=True)))
    made._state.adding = False
    return made
