"""Recomputing the chain: is every row as it was written, and is none missing?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.utils.translation import gettext as _

from sanchuang.core.audit import chain
from sanchuang.core.audit.guards import guards
from sanchuang.core.models import AuditEntry, AuditHead, AuditSealed

CHUNK = 5000


@dataclass(frozen=True)
class Broken:
    """The first row that is not as it was written: its number, and what does not fit."""

    number: int
    what: str


@dataclass(frozen=True)
class Verdict:
    """How far the chain holds: rows recomputed, the last digest, the first broken row, and what else should be known."""

    rows: int
    digest: str
    broken: Broken | None = None
    notices: tuple[str, ...] = field(default_factory=tuple)

    @property
    def holds(self) -> bool:
        """Whether every row is as it was written."""
        return self.broken is None


class _Fault(Exception):
    def __init__(self, number: int, what: str) -> None:
        self.broken = Broken(number, what)


def verify(
    *, expected: tuple[int, str] | None = None, progress: Callable[[int, int], None] | None = None
) -> Verdict:
    """Recompute all rows in their order, and compare the sealed values with their commitments.

    `expected` is a number and digest noted down earlier, outside this database: with it even a trail that was rewritten
    as a whole is found out. Rows are read in chunks, so the trail may be of any length.
    """
    rows, digest, notices = 0, "", []
    head = AuditHead.objects.filter(pk=1).first()
    total = head.number if head else 0
    sealed = _Sealed()
    last_at = None
    backwards = 0
    try:
        for values in _rows():
            number, stored_previous, stored = values["number"], values["previous"], values["digest"]
            if number != rows + 1:
                raise _Fault(rows + 1, _("The row is missing"))
            if stored_previous != digest:
                raise _Fault(number, _("It does not follow the row before it"))
            if _digest(values, number) != stored:
                raise _Fault(number, _("Its content was altered"))
            sealed.check(number, values)
            if last_at is not None and values["at"] < last_at:
                backwards += 1
            rows, digest, last_at = number, stored, values["at"]
            if expected is not None and expected[0] == number and expected[1] != digest:
                raise _Fault(number, _("Its digest is not the one that was noted down"))
            if progress is not None and number % CHUNK == 0:
                progress(number, total)
        _check_end(rows, digest, head, expected)
    except _Fault as fault:
        return Verdict(rows, digest, fault.broken, tuple(_guards()))
    if backwards:
        notices.append(_("The clock went back %(n)s times; the numbers give the order") % {"n": backwards})
    return Verdict(rows, digest, None, (*notices, *_guards()))


def _rows() -> Iterator[dict[str, Any]]:
    columns = (*chain.COLUMNS, "previous", "digest")
    found = AuditEntry.objects.order_by("number").values(*columns)
    yield from found.iterator(chunk_size=CHUNK)


def _digest(values: dict[str, Any], number: int) -> str:
    if values["algorithm"] not in chain.ALGORITHMS:
        raise _Fault(number, _("Its hash is none that is known"))
    return chain.digest(values["previous"], [values[column] for column in chain.COLUMNS])


def _check_end(rows: int, digest: str, head: AuditHead | None, expected: tuple[int, str] | None) -> None:
    number, end = (head.number, head.digest) if head else (0, "")
    if (number, end) != (rows, digest):
        missing = number > rows
        raise _Fault(
            rows + 1 if missing else max(rows, 1),
            _("The row is missing") if missing else _("The end of the trail was altered"),
        )
    if expected is not None and expected[0] > rows:
        raise _Fault(rows + 1, _("The row is missing: a later one was noted down"))


def _guards() -> Iterator[str]:
    if lost := guards.missing():
        yield _("The database no longer refuses changes of the trail; missing: %(names)s") % {
            "names": ", ".join(lost)
        }


class _Sealed:
    """Sealed values, read beside the rows in the order of the trail."""

    def __init__(self) -> None:
        found = AuditSealed.objects.order_by("entry_id").values_list("entry_id", "place", "salt", "value")
        self._groups = groupby(found.iterator(chunk_size=CHUNK), key=itemgetter(0))
        self._next: tuple[int, list[Any]] | None = None
        self._step()

    def _step(self) -> None:
        group = next(self._groups, None)
        self._next = None if group is None else (group[0], list(group[1]))

    def check(self, number: int, values: dict[str, Any]) -> None:
        """Compare the values sealed by the row `number`. A value that was erased is no fault, one that differs is."""
        while self._next is not None and self._next[0] <= number:
            entry, group = self._next
            for _entry, place, salt, value in group:
                side, _dot, field_name = place.partition(".")
                stands = (
                    values[side].get(field_name) if entry == number and side in ("before", "after") else None
                )
                if stands != {"sealed": chain.commitment(values["algorithm"], salt, value)}:
                    raise _Fault(entry, _("The sealed value of “%(place)s” was altered") % {"place": place})
            self._step()
