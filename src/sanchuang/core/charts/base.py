"""What every chart has: a title, an option for ECharts, a table that says the same, and where it comes from."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sanchuang.core.charts.numbers import Cell

LONGEST_LABEL = 60

# Series take these colours in turn; a colour that means a state is never among them.
SERIES_COLOURS = ("@lake", "@ink-soft", "@field-rule", "@lake-deep", "@ink")
TEXT = {"color": "@ink-soft", "fontFamily": "@sans"}


@dataclass(frozen=True)
class ChartTable:
    """What a chart draws, as rows of text; `numeric` are the columns that hold numbers, best as `Cell`.

    Raises `ValueError` when a row has not as many cells as there are columns.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        if not self.columns:
            raise ValueError("a table of a chart has no columns")
        for row in self.rows:
            if len(row) != len(self.columns):
                raise ValueError(
                    f"a row of {len(row)} cells in a table of {len(self.columns)} columns: {row!r}"
                )


def cut(label: str) -> str:
    """`label` as drawn; the table keeps it whole."""
    label = re.sub(r"\s+", " ", label).strip()
    return label if len(label) <= LONGEST_LABEL else label[: LONGEST_LABEL - 1] + "…"


@dataclass(frozen=True, kw_only=True)
class Chart(ABC):
    """A picture of numbers.

    `key` is the identifier on the page and the name of downloaded files (letters, digits and hyphens); `unit` stands
    at the axis; `note` says what must be known to read the chart, `source` where the numbers come from. Texts are in
    the page's language already. A colour "@name" is the CSS variable of that name, so that a chart follows the theme.
    `synthetic` charts carry the badge of invented numbers. Raises `ValueError` for what cannot be drawn.
    """

    key: str
    title: str
    unit: str = ""
    note: str = ""
    source: str = ""
    synthetic: bool = False
    height: ClassVar[str] = "medium"  # small, medium, large or tall: classes of charts.css
    maps: dict[str, Any] = field(default_factory=dict)  # name → GeoJSON, for charts that draw on one

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", self.key):
            raise ValueError(
                f"the key {self.key!r} of a chart is not made of small letters, digits and hyphens"
            )
        if not self.title.strip():
            raise ValueError(f"the chart {self.key} has no title")

    @abstractmethod
    def option(self) -> dict[str, Any]:
        """The option for ECharts as plain data. A datum's `tip` is its tooltip, its `url` where a click leads."""

    @abstractmethod
    def table(self) -> ChartTable:
        """The same numbers as text."""

    @property
    def empty(self) -> bool:
        """Whether there is nothing to draw: no rows, or not one number known."""
        numbers = self._numbers()
        return not self.table().rows or (bool(numbers) and not any(cell.known for cell in numbers))

    @property
    def summary(self) -> str:
        """What is said in place of the picture to those who do not see it."""
        rows = len(self.table().rows)
        said = [self.title, ngettext("%(count)s row", "%(count)s rows", rows) % {"count": rows}]
        if unknown := sum(not cell.known for cell in self._numbers()):
            words = ngettext("%(count)s unknown value", "%(count)s unknown values", unknown)
            said.append(words % {"count": unknown})
        return _("%(said)s; the table below holds the numbers") % {"said": _(", ").join(said)}

    def _numbers(self) -> list[Cell]:
        return [cell for row in self.table().rows for cell in row if isinstance(cell, Cell)]

    def payload(self) -> dict[str, Any]:
        """What the page hands to the script."""
        table = self.table()
        return {
            "key": self.key,
            "option": {} if self.empty else self.option(),
            "maps": {} if self.empty else self.maps,
            # Of an exact number the file gets the number itself: [as shown, as a spreadsheet reads it].
            "table": [
                list(table.columns),
                *(
                    [[c, c.plain] if isinstance(c, Cell) and c.plain else c for c in row]
                    for row in table.rows
                ),
            ],
        }


def distinct(what: str, names: Iterable[str]) -> None:
    """Raise `ValueError` when a name stands twice: nobody could tell the two apart."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ValueError(f"{what}: {name!r} stands twice")
        seen.add(name)


def tooltip(trigger: str = "item") -> dict[str, Any]:
    """A tooltip that needs no inline style, which the content policy forbids."""
    return {
        "trigger": trigger,
        "renderMode": "richText",
        "confine": True,
        "backgroundColor": "@sheet",
        "borderColor": "@rule",
        "textStyle": {"color": "@ink", "fontFamily": "@sans"},
    }


def frame(trigger: str = "item") -> dict[str, Any]:
    """What all options share; `trigger` is what shows the tooltip, an `item` or the place on the `axis`."""
    return {
        "textStyle": {"fontFamily": "@sans", "color": "@ink"},
        "color": list(SERIES_COLOURS),
        "tooltip": tooltip(trigger),
    }
