"""How the serving processes open the database."""

from __future__ import annotations

from urllib.parse import quote

from django.db import connections


def never_make_database() -> None:
    """Let SQLite open the file that is there, and never make an empty one in the place of one that was moved away.

    An empty one would take in what people write, or mix its log with the file that comes back.
    """
    given = connections.settings["default"]
    if given["ENGINE"].endswith("sqlite3"):
        given["NAME"] = f"file:{quote(str(given['NAME']))}?mode=rw"
