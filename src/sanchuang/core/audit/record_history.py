"""The trail's lines on each record's page."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Model, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from sanchuang.core.audit.queries import Changed, Row, told
from sanchuang.core.history import Event
from sanchuang.core.language import listed
from sanchuang.core.models import AuditEntry, User

MOST = 50  # lines on a page; the search of the trail has all
READINGS = "read"  # the act of verbs that change nothing

Belonging = Callable[[Any], Iterable[tuple[str, Iterable[Any]]]]
_belonging: list[Belonging] = []


def belonging(source: Belonging) -> None:
    """Show on a record's page the rows about what belongs to it too: `source(record)` gives labels with primary keys."""
    if source not in _belonging:
        _belonging.append(source)


def lines(record: Any, user: User | AnonymousUser) -> Iterable[Event]:
    """Who did what to `record` and what belongs to it; who read it stands in the search of the trail only."""
    if not isinstance(record, Model):
        return
    about = Q(model=record._meta.label, record=str(record.pk))
    for source in _belonging:
        for label, keys in source(record):
            about |= Q(model=label, record__in=[str(key) for key in keys])
    entries = AuditEntry.objects.filter(about).exclude(verb__contains=f".{READINGS}_")[:MOST]
    may_search = user.has_perm("core.view_audit")
    for row in told(entries, user):
        when = timezone.localtime(row.entry.at).date().isoformat()
        url = reverse("audit-entry", args=[row.entry.number]) if may_search else ""
        made = row.entry.model != record._meta.label and row.record is not None and not row.entry.before
        yield Event(when, _capital(str(row.verb)), detail(row, row.title if made else ""), url)


def detail(row: Row, made: str = "") -> str:
    """Who, for whom, what was `made` or changed, and why, in one line."""
    who = _("%(name)s for %(other)s") % {"name": row.actor, "other": row.behalf} if row.behalf else row.actor
    changed = listed(_changed(change) for change in row.changes) if row.entry.before else ""
    return " · ".join(part for part in (who, made, changed, row.why) if part)


def _changed(change: Changed) -> str:
    return f"{change.field} {change.before or '–'} → {change.after or '–'}"


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
