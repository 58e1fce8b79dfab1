"""What is known of a record since when: the lines at the end of its page.

Whoever keeps something about a record (its room, the pack, later the audit trail) registers a source of lines; a page
shows what all of them say, newest first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from django.utils.translation import gettext as _

from sanchuang.core.models import PackLoad, User


@dataclass(frozen=True)
class Event:
    """One line: when (a day, 2026-11-22, or a canonical period, 2024; empty when not known), what, and details."""

    when: str
    what: str
    detail: str = ""
    url: str = ""


Source = Callable[[Any, "User | AnonymousUser"], Iterable[Event]]
_sources: list[Source] = []


def register(source: Source) -> None:
    """Let `source(record, user)` add its lines to every record's history; it says nothing of what `user` may not see."""
    if source not in _sources:
        _sources.append(source)


def history(record: Any, user: User | AnonymousUser) -> list[Event]:
    """What all sources know of `record`, newest first, what has no date last."""
    events = [event for source in _sources for event in source(record, user)]
    return sorted(events, key=lambda event: (event.when == "", _backwards(event.when), event.what))


def _backwards(when: str) -> tuple[int, ...]:
    """A key by which later dates come first; a year counts as its end."""
    return tuple(-ord(char) for char in when.ljust(10, "~"))


def loads(record: Any, user: User | AnonymousUser) -> Iterable[Event]:
    """When a pack's record first came and was last confirmed."""
    pack = getattr(record, "pack", "")
    if not pack:
        return
    rows = list(PackLoad.objects.filter(pack=pack).order_by("loaded_at").values_list("loaded_at", "version"))
    for place in sorted({0, len(rows) - 1} & set(range(len(rows)))):
        at, version = rows[place]
        what = _("Came with the pack, or was there already") if place == 0 else _("Last load of the pack")
        yield Event(timezone.localtime(at).date().isoformat(), what, f"{pack} {version}".strip())


register(loads)
