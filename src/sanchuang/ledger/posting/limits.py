"""Above which amount the pack asks for a second person."""

from __future__ import annotations

import datetime as dt

from django.db import connection

from sanchuang.core.law import NoLaw, law
from sanchuang.values import Yuan

KEY = "ledger.second_person_above"


_kept: dict[tuple[int | None, dt.date], Yuan | None] = {}


def limit(load: int | None, day: dt.date) -> Yuan | None:
    """The amount in force on `day`, after the pack's load number `load` (dated law changes with a load only).

    None: the pack has none, and no second person is asked for.
    """
    if (load, day) in _kept:
        return _kept[load, day]
    try:
        found = law(KEY, day).value
    except NoLaw:
        found = None
    above = found if isinstance(found, Yuan) else None
    if not connection.in_atomic_block:  # within one, the law read may still be undone
        _kept[load, day] = above
    return above
