"""What every chart shares: readings of numbers, the table behind the picture, the payload for the browser.

A chart never guesses: an unknown number is a gap in the picture and the word "unknown" in the table, and a
number with an operator keeps it in both. Colours are names of roles ("@lake", "@ink-soft"): charts.js takes them
from the style sheet of the theme at hand.
"""

from __future__ import annotations

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sanchuang.core.language import page_script
from sanchuang.values import Figure, Op, Yuan, number_text
from sanchuang.values.numbers import decimals

Number = Figure | Fraction | int | Yuan | None
Option = dict[str, Any]

HEIGHTS = ("low", "medium", "high")
LABEL_DIGITS = 2  # decimals of a label whose exact number never ends; the table keeps the exact one
_MONEY = frozenset({"", "元", "CNY"})


@dataclass(frozen=True, slots=True)
class Reading:
    """A number as a chart reads it: where it stands on the axis, its operator, and its texts.

    `at` is None for an unknown number and for one that its source gives only in words. `text` is exact and carries
    the operator (`近300`, `1/3`); `label` may be rounded, then with ≈; `plain` is an exact number for a spreadsheet
    and empty for every other.
    """

    at: Fraction | None
    op: Op
    text: str
    label: str
    plain: str = ""

    @property
    def known(self) -> bool:
        """Whether it has a place on the axis."""
        return self.at is not None

    @property
    def exact(self) -> bool:
        """Whether it is known without an operator."""
        return self.at is not None and self.op is Op.EXACT

    @property
    def value(self) -> float | None:
        """For drawing alone, never for computing."""
        return None if self.at is None else float(self.at)


Cell = str | Reading


@dataclass(frozen=True)
class ChartTable:
    """The numbers behind a picture. The first cell of a row is its name; a column with a `Reading` holds numbers.

    Raises `ValueError` when a row has another number of cells than there are columns.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def __post_init__(self) -> None:
        for index, row in enumerate(self.rows, 1):
            if len(row) != len(self.columns):
                raise ValueError(f"row {index} has {len(row)} cells, the table {len(self.columns)} columns")

    def numeric(self) -> tuple[bool, ...]:
        """Of each column, whether it holds numbers."""
        return tuple(
            any(isinstance(row[index], Reading) for row in self.rows) for index in range(len(self.columns))
        )

    def unknown(self) -> int:
        """How many numbers are unknown or only words."""
        return sum(1 for row in self.rows for cell in row if isinstance(cell, Reading) and not cell.known)

    def data(self) -> dict[str, Any]:
        """For the CSV that the browser makes: a text, or `[shown, exact number or nothing]`."""
        return {
            "columns": list(self.columns),
            "rows": [
                [[cell.text, cell.plain] if isinstance(cell, Reading) else cell for cell in row]
                for row in self.rows
            ],
        }


@dataclass(frozen=True, kw_only=True)
class Chart(ABC):
    """A picture with its table. Subclass with fields, `kind`, `option` and `table`; `check` raises `ValueError`.

    `title`, `note`, `unit`, `source` and `mark` (a short badge, such as that of invented numbers) are texts in the
    page's language. `scale` is what one step of `unit` is worth: 10**8 for amounts in yuan shown in 亿元. `digits`
    rounds the labels in the picture, never the table. `height` is one of `HEIGHTS`.
    """

    title: str
    note: str = ""
    unit: str = ""
    source: str = ""
    mark: str = ""
    scale: int = 1
    digits: int | None = None
    height: str = "medium"

    def __post_init__(self) -> None:
        if not self.title.strip():
            raise ValueError("a chart needs a title")
        if self.height not in HEIGHTS:
            raise ValueError(f"height is {self.height!r}; it is one of {', '.join(HEIGHTS)}")
        if type(self.scale) is not int or self.scale < 1:
            raise ValueError(f"scale is {self.scale!r}; it is a whole number from 1")
        self.check()

    # -- what a subclass says ----------------------------------------------------------------------

    @property
    @abstractmethod
    def kind(self) -> str:
        """What such a picture is called, in the page's language: "Bar chart"."""

    @abstractmethod
    def option(self) -> Option:
        """The ECharts option as plain data; a datum carries its label as `shown`, a colour is a role ("@lake")."""

    @abstractmethod
    def table(self) -> ChartTable:
        """The same numbers, exactly."""

    def check(self) -> None:  # noqa: B027  nothing to check is a fine answer
        """Raise `ValueError` that says which input does not fit and why."""

    def maps(self) -> Mapping[str, Any]:
        """GeoJSON by the name under which `option` refers to it; for maps only."""
        return {}

    def is_empty(self) -> bool:
        """Whether there is nothing to draw: then a sentence stands in place of the picture."""
        cells = [cell for row in self.table().rows for cell in row if isinstance(cell, Reading)]
        return not any(cell.known for cell in cells)

    # -- what it gets for it -----------------------------------------------------------------------

    def read(self, number: Number) -> Reading:
        """`number` on this chart's scale; `ValueError` for a float, a truth value or anything else."""
        return reading(number, self.scale, self.digits)

    def summary(self) -> str:
        """What a screen reader hears in place of the picture."""
        table = self.table()
        count = ngettext("%(count)s row", "%(count)s rows", len(table.rows)) % {"count": len(table.rows)}
        parts = [self.kind, count]
        if unknown := table.unknown():
            parts.append(
                ngettext("%(count)s unknown value", "%(count)s unknown values", unknown) % {"count": unknown}
            )
        said = _("%(title)s. %(parts)s. The numbers are in the table below.")
        return said % {"title": self.title, "parts": _(", ").join(parts)}

    def payload(self) -> dict[str, Any]:
        """Everything the browser needs, as plain data."""
        option = {} if self.is_empty() else self.option()
        maps = {} if not option else dict(self.maps())
        return {
            "option": option,
            "table": self.table().data(),
            "unit": self.unit,
            "file": self.title,
            **({"maps": maps} if maps else {}),
        }

    def identifier(self) -> str:
        """The same for the same chart, on every page and in every process."""
        written = json.dumps([type(self).__name__, self.title, self.payload()], sort_keys=True)
        return "chart-" + hashlib.sha256(written.encode()).hexdigest()[:12]


# -- numbers ---------------------------------------------------------------------------------------


def reading(number: Number, scale: int = 1, digits: int | None = None) -> Reading:
    """A number divided by `scale`, with its texts in the page's language. Raises `ValueError` for a float or bool."""
    match number:
        case None:
            return Reading(None, Op.EXACT, _("unknown"), _("unknown"))
        case Figure():
            figure = number
        case Yuan():
            figure = Figure.money(number)
        case bool():
            raise ValueError(f"{number!r} is a truth value, not a number of a chart")
        case Fraction() | int():
            figure = Figure(Fraction(number))
        case _:
            raise ValueError(f"{number!r} is no exact number: give a Figure, Fraction, int, Yuan or None")
    if figure.value is None:
        return Reading(None, Op.WORDS, figure.text(_language()), figure.text(_language()))
    at = figure.value / scale
    bare = Figure(at, figure.op)
    if digits is None and decimals(at) is None:
        digits = LABEL_DIGITS
    plain = number_text(at).replace(",", "") if figure.op is Op.EXACT and decimals(at) is not None else ""
    return Reading(
        at, figure.op, bare.text(_language()), bare.text(_language(), digits=digits).strip(), plain
    )


def one_unit(numbers: Iterable[Number]) -> None:
    """Raise `ValueError` unless the figures are all of one unit: what cannot be added shares no axis."""
    units = {
        "元" if isinstance(number, Yuan) or number.unit in _MONEY - {""} else number.unit
        for number in numbers
        if isinstance(number, Yuan) or (isinstance(number, Figure) and number.value is not None)
    }
    if len(units) > 1:
        raise ValueError(f"figures of different units in one chart: {', '.join(sorted(map(repr, units)))}")


def distinct(what: str, names: Sequence[str]) -> None:
    """Raise `ValueError` when a name stands twice or is empty: nobody could tell the two apart."""
    seen: set[str] = set()
    for name in names:
        if not name.strip():
            raise ValueError(f"{what}: a name is empty")
        if name in seen:
            raise ValueError(f"{what}: {name!r} stands twice")
        seen.add(name)


def _language() -> str:
    return {"zh-hant": "zh_hant", "en": "en"}.get(page_script(), "zh")
