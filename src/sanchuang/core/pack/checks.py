"""What the entries of a pack say of each other: every reference must lead somewhere, every id be one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Generic, TypeVar

from sanchuang.core.measure import measured
from sanchuang.core.pack.schema import FactEntry, LawEntry, Organisation, Part, Place, PublishedFigure, Unit
from sanchuang.core.pack.schema.base import key_of, refs_of
from sanchuang.core.pack.tables import Table
from sanchuang.core.pack.translate import near
from sanchuang.engines.markup import Located, Path, Problem
from sanchuang.values import Malformed

_WORDS = {
    "source": ("来源", "在 pack.yaml 的 sources 中登记"),
    "unit": ("单位", "在 pack.yaml 的 units 中登记"),
    "tag": ("标签", "在 pack.yaml 的 tags 中登记"),
    "field": ("领域", "在 pack.yaml 的 fields 中登记"),
    "place": ("地点", "在地点文件中登记"),
    "circle": ("圈（kind: circle 的地点）", "在地点文件中登记，或改正 kind"),
    "organisation": ("机构", "在机构文件或企业表中登记"),
    "mechanism": ("机制", "在机制文件中登记"),
    "series": ("序列", "在 pack.yaml 的 series 中登记"),
    "account": ("账户", "在账户文件中登记"),
    "industry": ("行业代码", "用分类表中的代码"),
}


P = TypeVar("P", bound=Part)


@dataclass(frozen=True)
class Entry(Generic[P]):
    """One record with the place it was read from: a node of a YAML tree or a row of a table."""

    part: P
    document: Located | None = None
    path: Path = ()
    table: Table | None = None
    line: int = 0

    def problem(self, path: Path, message: str, remedy: str, *, key: bool = False) -> Problem:
        """A problem at `path` inside this entry."""
        if self.document is not None:
            return self.document.problem((*self.path, *path), message, remedy, key=key)
        assert self.table is not None
        column = str(path[0]) if path else ""
        return self.table.problem(self.line, column, message, remedy)

    def where(self) -> str:
        """File and line, for naming the first of two."""
        if self.document is not None:
            return f"{self.document.source}:{self.document.place(self.path)[0]}"
        return f"{self.table.source if self.table else ''}:{self.line}"


@dataclass
class Names:
    """The identifiers that references may name, by kind of record.

    Nothing is said about references to a kind in `unread`: its file has faults that are reported once,
    and not again at each of its references.
    """

    known: dict[str, set[str]] = field(default_factory=dict)
    unread: set[str] = field(default_factory=set)
    # Comparing with thousands of codes takes long, so only the first few faults get a guess then.
    guesses: int = 20

    def add(self, kind: str, names: Iterable[str]) -> None:
        """Make `names` known as identifiers of `kind`."""
        self.known.setdefault(kind, set()).update(names)

    def guess(self, kind: str, name: str) -> str:
        """The known name nearest to `name`, as a question; empty when none is near."""
        known = self.known.get(kind, set())
        if len(known) > 500:
            self.guesses -= 1
        return near(name, sorted(known)) if self.guesses > 0 else ""


def twice(
    entries: Iterable[Entry[P]], identify: Callable[[P], str | None], key: str, what: str
) -> Iterator[Problem]:
    """A problem for every entry whose identifier an earlier one already bears."""
    first: dict[str, Entry[P]] = {}
    for entry in entries:
        name = identify(entry.part)
        if name is None:
            continue
        if name in first:
            yield entry.problem(
                (key,), f"{what}“{name}”重复，{first[name].where()} 已有", "改成另一个，或删去其中一条"
            )
        else:
            first[name] = entry


def references(entries: Iterable[Entry[Any]], names: Names) -> Iterator[Problem]:
    """A problem for every reference that leads nowhere."""
    for entry in entries:
        yield from _references(entry, entry.part, (), names)


def _references(entry: Entry[Any], part: Part, path: Path, names: Names) -> Iterator[Problem]:
    for attribute, kind in refs_of(type(part)):
        value = getattr(part, attribute)
        key = key_of(type(part), attribute)
        several = isinstance(value, tuple)
        for index, name in enumerate(value if several else (value,)):
            if name is None or kind in names.unread or name in names.known.get(kind, set()):
                continue
            what, remedy = _WORDS[kind]
            at = (*path, key, index) if several else (*path, key)
            yield entry.problem(at, f"没有{what}“{name}”", names.guess(kind, name) or remedy)
    for attribute in type(part).model_fields:
        value = getattr(part, attribute)
        key = key_of(type(part), attribute)
        if isinstance(value, Part):
            yield from _references(entry, value, (*path, key), names)
        elif isinstance(value, tuple) and value and isinstance(value[0], Part):
            for index, item in enumerate(value):
                yield from _references(entry, item, (*path, key, index), names)


def places_inside_themselves(entries: list[Entry[Place]]) -> Iterator[Problem]:
    """A problem for every place that lies, through its parents, inside itself."""
    parents = {e.part.id: e.part.parent for e in entries}
    for entry in entries:
        at, seen = entry.part.parent, {entry.part.id}
        while at is not None and at not in seen:
            seen.add(at)
            at = parents.get(at)
        if at == entry.part.id:
            yield entry.problem(("parent",), f"地点“{at}”经由上级又回到自己", "改正 parent")


def figure_units(entries: Iterable[Entry[PublishedFigure]], units: dict[str, Unit]) -> Iterator[Problem]:
    """A problem for every published figure whose unit measures something else than its kind."""
    for entry in entries:
        figure = entry.part
        unit = units.get(figure.unit)
        if unit is not None and unit.kind != figure.kind:
            yield entry.problem(("unit",), *_wrong_unit(unit, figure.kind, units))


def series_units(entries: Iterable[Entry[PublishedFigure]], units: dict[str, Unit]) -> Iterator[Problem]:
    """A problem for every figure in another unit than the first one of its series: one axis draws them all."""
    first: dict[str, Entry[PublishedFigure]] = {}
    for entry in entries:
        series, unit = entry.part.series, entry.part.unit
        if series is None or unit not in units:
            continue
        other = first.setdefault(series, entry)
        if other.part.unit != unit:
            message = f"序列“{series}”里单位不同：这里是“{unit}”，{other.where()} 是“{other.part.unit}”"
            yield entry.problem(("unit",), message, "改用同一单位，或另立一个序列")


def fact_units(entries: Iterable[Entry[FactEntry]], units: dict[str, Unit]) -> Iterator[Problem]:
    """A problem for every fact whose unit measures something else than its type."""
    for entry in entries:
        fact = entry.part
        unit = units.get(fact.unit) if fact.unit else None
        if unit is not None and fact.type != "number" and unit.kind != fact.type:
            yield entry.problem(("unit",), *_wrong_unit(unit, fact.type, units))


def law_values(entries: Iterable[Entry[LawEntry]], units: dict[str, Unit]) -> Iterator[Problem]:
    """A problem for every value of law that its unit cannot have: half a day, a tenth of a fen."""
    for entry in entries:
        unit = units.get(entry.part.unit)
        if unit is None:
            continue
        try:
            measured(entry.part.value, unit.id, unit.kind)
        except Malformed as error:
            yield entry.problem(("value",), error.message, error.remedy)


def _wrong_unit(unit: Unit, kind: str, units: dict[str, Unit]) -> tuple[str, str]:
    fitting = "、".join(u.id for u in units.values() if u.kind == kind)
    message = f"单位“{unit.id}”量的是 {unit.kind}，这里要的是 {kind}"
    return message, f"可用：{fitting}" if fitting else f"在 pack.yaml 的 units 中登记一个 kind: {kind} 的单位"


def overlapping_law(entries: Iterable[Entry[LawEntry]]) -> Iterator[Problem]:
    """A problem where two values of one key are in force on the same day."""
    by_key: dict[str, list[tuple[tuple[dt.date, dt.date], Entry[LawEntry]]]] = {}
    for entry in entries:
        by_key.setdefault(entry.part.key, []).append((entry.part.span(), entry))
    for key, spans in by_key.items():
        spans.sort(key=lambda pair: pair[0])
        for (earlier, one), (later, other) in pairwise(spans):
            if later[0] <= earlier[1]:
                yield other.problem(
                    ("key",), f"“{key}”与 {one.where()} 的期限重叠", "给前一条写上 to，或改正 from"
                )


def organisation_names(entries: Iterable[Entry[Organisation]]) -> dict[str, str]:
    """Organisation ids by id and by code."""
    ids: dict[str, str] = {}
    for entry in entries:
        ids.setdefault(entry.part.id, entry.part.id)
        if entry.part.code:
            ids.setdefault(entry.part.code, entry.part.id)
    return ids
