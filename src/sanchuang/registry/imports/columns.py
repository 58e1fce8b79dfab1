"""What the heads of a table mean: "2024年营业收入（万元）" is the fact revenue, of 2024, in 万元.

A column is mapped to a target: a field of the record, or a fact of the dictionary. What a file's source called its columns
is remembered, and comes before any guess.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from sanchuang.core.language import listed, page_language
from sanchuang.core.search import search_key
from sanchuang.engines.rules.dictionary import FactDictionary, FactSpec, FactType, Per
from sanchuang.registry.imports.cells import LANGUAGES
from sanchuang.registry.imports.files import Row
from sanchuang.values import Malformed

FACT = "fact:"
MONEY_UNITS = ("元", "千元", "万元", "百万元", "亿元")
_YEAR = re.compile(
    r"(?<!\d)(19|20)(\d\d)(?!\d)\s*(?:年度|年)?\s*(?:第?(?P<said>[一二三四1-4])季度|[Qq](?P<quarter>[1-4])(?!\d))?"
)
_QUARTER = re.compile(r"[0-9]{4}Q[1-4]")
_BRACKETS = re.compile(r"[(（\[【]([^)）\]】]*)[)）\]】]")
_UNIT_WORD = re.compile(r"^(?:单位|单位为|unit)[:：]?\s*", re.IGNORECASE)


@dataclass(frozen=True)
class Target:
    """What a column may be: `key`, how it is called on screen, and the heads by which files call it."""

    key: str
    label: str | Promise
    heads: tuple[str, ...] = ()
    required: bool = False


CIRCLE = Target("circle", gettext_lazy("Innovation circle"), ("创新圈", "所属创新圈", "所在创新圈"))


@dataclass(frozen=True)
class Column:
    """A column and its target ("": not imported). A fact may have a unit, and a year (2024) or quarter (2024Q3)."""

    head: str
    to: str = ""
    unit: str = ""
    year: str = ""

    def as_json(self) -> dict[str, str]:
        """As it is kept."""
        return asdict(self)

    @classmethod
    def of(cls, kept: Mapping[str, str]) -> Column:
        """From what was kept."""
        return cls(**{name: str(kept.get(name, "")) for name in ("head", "to", "unit", "year")})


@dataclass(frozen=True)
class Head:
    """A head taken apart: the words, the unit in its brackets, the year (or `2024Q3`) in front of it."""

    words: str
    unit: str
    year: str

    @classmethod
    def of(cls, text: str, units: Collection[str]) -> Head:
        """Take apart "2024年营业收入（万元）"; what stands in brackets is a unit where it is one of `units`."""
        plain = unicodedata.normalize("NFKC", text)
        unit = ""
        for inside in _BRACKETS.findall(plain):
            word = _UNIT_WORD.sub("", inside.strip())
            if word in units:
                unit = word
                plain = (
                    plain.replace(f"({inside})", "").replace(f"[{inside}]", "").replace(f"【{inside}】", "")
                )
        found = _YEAR.search(plain)
        year = found[1] + found[2] if found else ""
        if found and (quarter := found["quarter"] or found["said"]):
            year += f"Q{'一二三四'.find(quarter) + 1 or quarter}"
        if found:
            plain = plain[: found.start()] + plain[found.end() :]
        return cls(search_key(plain), unit, year)


class Guide:
    """Finds the target of a head among `targets` and the facts of `dictionary` (empty: no facts are taken)."""

    def __init__(self, targets: Sequence[Target], dictionary: FactDictionary) -> None:
        self.targets = list(targets)
        self.dictionary = dictionary
        self.units = {*MONEY_UNITS, "%", *(spec.unit for spec in dictionary.specs.values() if spec.unit)}
        self._known: dict[str, str] = {}
        for language in LANGUAGES:  # a table that went out in one is understood in all
            with override(language):
                self._know((target.key, (target.label, target.key)) for target in targets)
        self._know((target.key, target.heads) for target in targets)
        for spec in dictionary.specs.values():
            for head in (spec.name, *spec.labels.values(), *spec.aliases):
                self._known.setdefault(search_key(head), FACT + spec.name)

    def _know(self, called: Iterable[tuple[str, Iterable[str | Promise]]]) -> None:
        for key, heads in called:
            for head in heads:
                self._known.setdefault(search_key(str(head)), key)

    def guess(self, text: str) -> Column:
        """The column that a head means, by its words."""
        whole = self._known.get(search_key(text))
        head = Head.of(text, self.units)
        to = whole or self._known.get(head.words, "")
        spec = self.spec(to)
        if spec is None:
            return Column(text, to)
        return Column(text, to, head.unit, "" if spec.per is Per.STATIC else head.year)

    def spec(self, to: str) -> FactSpec | None:
        """The fact that a target is; None for a field of the record."""
        return self.dictionary.specs.get(to.removeprefix(FACT)) if to.startswith(FACT) else None

    def units_of(self, spec: FactSpec) -> tuple[str, ...]:
        """The units in which a column of this fact may be; amounts name theirs, as none can be guessed."""
        if spec.type is FactType.MONEY:
            return MONEY_UNITS if spec.unit in ("", "元") else (spec.unit,)
        return ("", "%") if spec.type is FactType.RATE else ("", spec.unit) if spec.unit else ("",)

    def label(self, to: str) -> str:
        """How a target is called on the page."""
        if spec := self.spec(to):
            return spec.label(page_language())
        return next((str(target.label) for target in self.targets if target.key == to), "")

    def heads_at(self, rows: Iterable[Row]) -> int:
        """The number of the row that holds the heads: the one of the first in which most cells are known."""
        best, most = 0, 0
        for row in rows:
            known = sum(1 for cell in row.cells if cell and self.guess(cell).to)
            if known > most:
                best, most = row.number, known
        if not best:
            raise Malformed(
                _("No row of the beginning looks like heads of columns"),
                _("Write the names of the columns into the first row, such as: %(names)s")
                % {"names": listed(target.label for target in self.targets[:5])},
            )
        return best

    def mapped(self, heads: Sequence[str], kept: Mapping[str, Column]) -> list[Column]:
        """A column for each head: as `kept` from the last file of this source, else as guessed, each target once."""
        columns: list[Column] = []
        taken: set[tuple[str, str]] = set()
        for head in heads:
            known = kept.get(head)
            column = replace(known, head=head) if known is not None else self.guess(head)
            if column.to and (column.to, column.year) in taken:
                column = Column(head)
            taken.add((column.to, column.year))
            columns.append(column)
        return columns

    def check(self, columns: Sequence[Column]) -> None:
        """Raise `Malformed` for a mapping by which no row could be read without guessing."""
        used: dict[tuple[str, str], str] = {}
        for column in columns:
            self._check(column)
            if column.to:
                other = used.get((column.to, column.year))
                used[column.to, column.year] = column.head
                if other is not None:
                    raise Malformed(
                        _("Two columns are “%(target)s”: “%(first)s” and “%(second)s”")
                        % {"target": self.label(column.to), "first": other, "second": column.head},
                        _("Leave one of them out"),
                    )
        missing = [t.label for t in self.targets if t.required and not any(c.to == t.key for c in columns)]
        if missing:
            raise Malformed(
                _("No column is %(names)s") % {"names": listed(missing)}, _("Say which column it is")
            )

    def _check(self, column: Column) -> None:
        if not column.to:
            return
        spec = self.spec(column.to)
        if spec is None:
            if column.to not in {target.key for target in self.targets}:
                raise Malformed(
                    _("Column “%(head)s” is mapped to something that does not exist") % {"head": column.head},
                    _("Choose a field or a fact of the list"),
                )
            return
        if column.unit not in self.units_of(spec):
            raise Malformed(
                _("Column “%(head)s” does not say in which unit its amounts are") % {"head": column.head}
                if spec.type is FactType.MONEY
                else _("“%(unit)s” is no unit of column “%(head)s”")
                % {"head": column.head, "unit": column.unit},
                _("Units: %(units)s; a wrong guess would be many times too much")
                % {"units": listed(unit or "–" for unit in self.units_of(spec))},
            )
        if spec.per is Per.YEAR and not column.year.isdecimal():
            raise Malformed(
                _("Column “%(head)s” does not say of which year it is") % {"head": column.head},
                _("Write the year, such as 2024"),
            )
        if spec.per is Per.QUARTER and not _QUARTER.fullmatch(column.year):
            raise Malformed(
                _("Column “%(head)s” does not say of which quarter it is") % {"head": column.head},
                _("Write the quarter, such as 2024Q3"),
            )


def kept_columns(columns: Iterable[Mapping[str, Any]]) -> dict[str, Column]:
    """Columns by their head."""
    found = [Column.of(column) for column in columns]
    return {column.head: column for column in found}
