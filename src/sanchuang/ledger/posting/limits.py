"""Above which amount the pack asks for a second person."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

from sanchuang.core.law import NoLaw, law
from sanchuang.values import Yuan

KEY = "ledger.second_person_above"


@lru_cache(maxsize=64)
def limit(load: int | None, day: dt.date) -> Yuan | None:
    """The amount in force on `day`, after the pack's load number `load` (dated law changes with a load only).

    None: the pack has none, and no second person is asked for.
    """
    try:
        found = law(KEY, day).value
    except NoLaw:
        return None
    return found if isinstance(found, Yuan) else None
