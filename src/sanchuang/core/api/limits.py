"""How often somebody may ask: so many requests in a window of a minute, counted in the database for all processes.

A process takes several requests at once from the count and grants them from its memory, so that the database is written
to only now and then. What a process took and did not use is lost with the window.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from threading import Lock

from django.db import connection, transaction

from sanchuang.core.models import RateCount

WINDOW = 60  # seconds
PARTS = 20  # a process takes this part of a window's requests at once
KEPT = 10_000  # callers that a process remembers


@dataclass
class _Taken:
    window: int
    left: int
    over: bool = False


_held: dict[str, _Taken] = {}
_lock = Lock()


def wait(key: str, most: int) -> int:
    """0 when one more request of `key` is within `most` in a window; else the seconds until the next window."""
    now = time.time()
    window = int(now // WINDOW)
    with _lock:
        mine = _mine(key, window)
        if mine.left:
            mine.left -= 1
            return 0
        over = mine.over
    if not over:  # without the lock: a database that is busy holds up who asks it, and nobody else
        part = max(1, most // PARTS)
        granted = min(part, max(0, most - (_take(key, window, part) - part)))
        with _lock:
            mine = _mine(key, window)
            if granted:
                mine.left += granted - 1
                return 0
            mine.over = True
    return max(1, round((window + 1) * WINDOW - now))


def _mine(key: str, window: int) -> _Taken:
    """What this process holds of a caller's requests in the window; only with the lock."""
    if len(_held) > KEPT:
        _held.clear()
    mine = _held.get(key)
    if mine is None or mine.window != window:
        mine = _held[key] = _Taken(window, 0)
    return mine


def _take(key: str, window: int, number: int) -> int:
    """Count `number` more; gives how many were taken in this window, these included."""
    table = RateCount._meta.db_table
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO {table} (key, "window", taken) VALUES (%s, %s, %s) '  # noqa: S608  a table of ours
            f'ON CONFLICT (key) DO UPDATE SET taken = CASE WHEN {table}."window" = excluded."window" '
            f'THEN {table}.taken + excluded.taken ELSE excluded.taken END, "window" = excluded."window" '
            "RETURNING taken",
            [key, window, number],
        )
        return int(cursor.fetchone()[0])


def sweep() -> int:
    """Delete counts of windows that are over; gives their number."""
    return RateCount.objects.filter(window__lt=int(time.time() // WINDOW) - 60).delete()[0]


def forget() -> None:
    """Let the next request of everybody ask the database, as in a process that has just started."""
    with _lock:
        _held.clear()
