"""Whether this process can answer pages: the database is there, its tables are of this version, a district is loaded."""

from __future__ import annotations

from django.db import DatabaseError, InterfaceError, connection

from sanchuang.core.migrating import pending_migrations
from sanchuang.core.models import PackLoad

GONE = (DatabaseError, InterfaceError)
_up_to_date: set[str] = set()  # databases that had seen every migration; none is ever taken back


def readiness() -> dict[str, bool]:
    """What was looked at, in this order, and whether it is as it must be; it ends with the first that is not."""
    found: dict[str, bool] = {}
    for name, holds in (("database", _database), ("migrations", _migrations), ("pack", _pack)):
        try:
            found[name] = holds()
        except GONE:
            connection.close()
            found[name] = False
        if not found[name]:
            break
    return found


def _database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return True


def _migrations() -> bool:
    name = str(connection.settings_dict["NAME"])
    if name not in _up_to_date:
        if pending_migrations():
            return False
        _up_to_date.add(name)
    return True


def _pack() -> bool:
    return PackLoad.objects.exists()
