"""Above which amount the pack asks for a second person."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

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
    # Within a transaction the law that was read may still be undone.
    transaction.on_commit(lambda: _kept.update({(load, day): above}))
    return above
