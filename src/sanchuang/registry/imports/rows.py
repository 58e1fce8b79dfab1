"""A row on its way from text to a record: what was read of it, what is wrong with it, and what it would change."""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar

from django.utils import timezone
from django.utils.translation import gettext as _

from sanchuang.core.errors import Unfit
from sanchuang.engines.rules.dictionary import FactDictionary, FactSpec, FactType, Per
from sanchuang.registry.actions import checked_fact
from sanchuang.registry.coding import Json
from sanchuang.registry.duplicates import Likeness
from sanchuang.registry.imports import cells
from sanchuang.registry.imports.columns import FACT, Column, Guide, Target
from sanchuang.registry.imports.files import UNCALCULATED, Row
from sanchuang.registry.models import Import, Organisation
from sanchuang.registry.reading import MEASURED
from sanchuang.values import Malformed, Op, Period
from sanchuang.values.figure_text import split_op
from sanchuang.values.numbers import parse_number

SHOWN = 80  # characters of a wrong cell that a remark repeats


class Outcome(StrEnum):
    """What became, or would become, of a row."""

    CREATED = "created"
    CHANGED = "changed"
    SAME = "same"
    FAULTY = "faulty"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in the cell of `column` (its head; empty: in the row)."""

    column: str
    value: str
    message: str
    remedy: str


@dataclass(frozen=True, slots=True)
class FactRead:
    """A value of a fact as it will be kept; `period` is canonical, empty for a static one."""

    name: str
    stored: Json
    op: Op
    period: str
    date_from: dt.date | None = None


@dataclass(slots=True)
class Reading:
    """What the cells of a row say, by target, and what of them cannot be read. An empty cell says nothing."""

    number: int
    values: dict[str, Any] = field(default_factory=dict)
    facts: list[FactRead] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


@dataclass(slots=True)
class Plan:
    """What is to be done for a row. `record` is what it makes or changes; `changes` are label, before and after."""

    number: int
    outcome: Outcome
    record: Any = None
    changes: list[tuple[str, str, str]] = field(default_factory=list)
    sets: dict[str, Any] = field(default_factory=dict)
    more: dict[str, Any] = field(default_factory=dict)
    facts: list[Any] = field(default_factory=list)
    likes: list[Likeness] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    @classmethod
    def faulty(cls, reading: Reading, *faults: Fault) -> Plan:
        """Nothing is done for a row in which anything is wrong."""
        return cls(reading.number, Outcome.FAULTY, faults=[*reading.faults, *faults])

    def apply(self) -> None:
        """Set on the record what is to be changed of it."""
        for name, value in self.sets.items():
            setattr(self.record, name, value)


def wrong(message: str, remedy: str, column: str = "", value: str = "") -> Fault:
    """A fault; of the value the beginning is repeated."""
    shown = "" if value == UNCALCULATED else "".join(c for c in value[:SHOWN] if c.isprintable())
    return Fault(column, shown, message, remedy)


class RecordKind(ABC):
    """How one kind of records comes in. One object serves one phase of one import, row after row."""

    kind: ClassVar[Import.Kind]
    takes_facts: ClassVar[bool] = False

    def __init__(self, run: Import) -> None:
        self.run = run
        self.lookups = cells.Lookups.read()

    @classmethod
    @abstractmethod
    def targets(cls) -> list[Target]:
        """The fields that columns may be."""

    @abstractmethod
    def readers(self) -> Mapping[str, cells.Reader]:
        """Of each target, what makes a value of its text."""

    @abstractmethod
    def plan(self, readings: Sequence[Reading]) -> list[Plan]:
        """What is to be done for each row; rows before these, planned or written, count as there."""

    @abstractmethod
    def write(self, plans: Sequence[Plan], why: Callable[[int], str]) -> None:
        """Do what was planned, inside a transaction; `why` says for a row's number where it comes from."""

    def slug_of(self, mark: int) -> str:
        """The identifier of an organisation that a row is like."""
        return Organisation.objects.values_list("slug", flat=True).get(pk=mark)

    @classmethod
    def guide(cls, dictionary: FactDictionary) -> Guide:
        """Finds what columns are."""
        return Guide(cls.targets(), dictionary if cls.takes_facts else FactDictionary())


class RowReader:
    """Reads rows by the columns of an import."""

    def __init__(self, columns: Sequence[Column], guide: Guide, readers: Mapping[str, cells.Reader]) -> None:
        self._columns = [(at, column) for at, column in enumerate(columns) if column.to]
        self._guide = guide
        self._readers = readers
        heads = {column.to: column.head for column in columns}
        self._required = [(target, heads.get(target.key, "")) for target in guide.targets if target.required]
        self._today = timezone.localdate()

    def read(self, rows: Iterable[Row]) -> Iterator[Reading]:
        """What each row says."""
        for row in rows:
            reading = Reading(row.number)
            for at, column in self._columns:
                text = row.cells[at] if at < len(row.cells) else ""
                if text:
                    self._cell(reading, column, text)
            for target, head in self._required:
                if target.key not in reading.values and all(f.column != head for f in reading.faults):
                    message = _("“%(name)s” is empty") % {"name": target.label}
                    reading.faults.append(wrong(message, _("Fill it in, or delete the row"), head))
            yield reading

    def _cell(self, reading: Reading, column: Column, text: str) -> None:
        try:
            text = cells.plain(text)
            if column.to.startswith(FACT):
                reading.facts.append(self._fact(column, text))
            else:
                reading.values[column.to] = self._readers[column.to](text)
        except (Malformed, Unfit) as error:
            reading.faults.append(wrong(error.message, error.remedy, column.head, text))

    def _fact(self, column: Column, text: str) -> FactRead:
        spec = self._guide.spec(column.to)
        assert spec is not None
        period = None if spec.per is Per.STATIC else Period.parse(column.year)
        return read_fact(spec, text, column.unit, period, self._today)


def read_fact(
    spec: FactSpec,
    text: str,
    unit: str,
    period: Period | None,
    today: dt.date,
    date_from: dt.date | None = None,
) -> FactRead:
    """The value of a fact in a cell; `unit` is that of the head, for a cell that is a bare number."""
    value: Any = text
    if spec.type is FactType.DATE:
        value = cells.day(text)
    elif unit:
        said, bare = split_op(text) if spec.type in MEASURED else (Op.EXACT, text)
        try:
            parse_number(bare)
        except Malformed:
            pass  # it names a unit of its own, or nothing that can be read
        else:
            value = ("" if said is Op.EXACT else said.value) + bare + unit
    # Which file it stands in is known to whoever records it: here only that there is one.
    checked = checked_fact(spec.name, value, source="-", period=period, op=Op.EXACT, today=today)
    return FactRead(spec.name, checked.stored, checked.op, "" if period is None else str(period), date_from)
