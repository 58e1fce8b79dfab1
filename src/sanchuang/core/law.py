"""Dated law: the value of a rule on a day, with the text it comes from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from sanchuang.core.errors import Unfit, near
from sanchuang.core.language import listed, parted
from sanchuang.core.measure import Measured, measured
from sanchuang.core.models import LawEntry, holds_on
from sanchuang.values import Verification


class NoLaw(Unfit):
    """No value of this key is in force on that day. `earliest` is the first day any is known, or None."""

    def __init__(self, message: str, remedy: str = "", earliest: dt.date | None = None) -> None:
        self.earliest = earliest
        super().__init__(message, remedy)


@dataclass(frozen=True)
class LawValue:
    """What the law says on a day, and where that is written.

    `value` is typed by what `unit` measures, as `core.measure.measured` says: money is `Yuan`, 70 % is the
    fraction 7/10, 15 working days are the whole number 15; `kind` says which of these it is, as the pack's list of
    units does. `date_from` and `date_to` are both included; None means open.
    """

    key: str
    value: Measured
    unit: str
    kind: str
    source: str
    status: Verification
    date_from: dt.date | None
    date_to: dt.date | None


def law(key: str, on: dt.date, *, known: dt.date | None = None) -> LawValue:
    """The value of `key` in force on `on`.

    `known` replays what this installation knew on that day; by default everything it knows now. When two
    entries are in force the one that began later counts, and of equal beginnings the one learnt later.
    Raises `NoLaw`: an unknown key (with similar keys), a day before the first entry, or a gap.
    """
    entries = list(LawEntry.objects.filter(key=key))
    if known is not None:
        entries = [entry for entry in entries if entry.known_from is None or entry.known_from <= known]
    if not entries:
        similar = near(key, LawEntry.objects.values_list("key", flat=True).distinct())
        remedy = (
            _("Keys like it: %(keys)s") % {"keys": listed(similar)}
            if similar
            else _("Add it to the pack's file of dated law")
        )
        raise NoLaw(_("There is no value of the law called “%(key)s”") % {"key": key}, remedy)
    entries.sort(key=_began)
    entry = in_force(entries, on)
    if entry is None:
        earliest = entries[0].date_from
        if earliest is not None and on < earliest:
            raise NoLaw(
                _("“%(key)s” was not laid down yet on %(day)s") % {"key": key, "day": on},
                _("The earliest rule known is in force from %(day)s") % {"day": earliest},
                earliest,
            )
        spans = parted(
            *(
                _("%(first)s to %(last)s")
                % {"first": each.date_from or "…", "last": each.date_to or _("now")}
                for each in entries
            )
        )
        raise NoLaw(
            _("No rule for “%(key)s” is in force on %(day)s") % {"key": key, "day": on},
            _("Known to be in force: %(spans)s") % {"spans": spans},
            earliest,
        )
    value = measured(entry.value, entry.unit, entry.kind)
    return LawValue(
        key, value, entry.unit, entry.kind, entry.source, entry.status, entry.date_from, entry.date_to
    )


def in_force(entries: Iterable[LawEntry], on: dt.date) -> LawEntry | None:
    """Which of one key's entries counts on that day, as `law` says; None in a gap."""
    holding = (entry for entry in entries if holds_on(entry.date_from, entry.date_to, on))
    return max(holding, key=_began, default=None)


def _began(entry: LawEntry) -> tuple[dt.date, dt.date]:
    return entry.date_from or dt.date.min, entry.known_from or dt.date.min
