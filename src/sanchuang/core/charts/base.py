"""What every chart has: a title, an option for ECharts, a table that says the same, and where it comes from."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any, ClassVar

LONGEST_LABEL = 60

# Series take these colours in turn; a colour that means a state is never among them.
SERIES_COLOURS = ("@lake", "@ink-soft", "@lake-deep", "@field-rule")
TEXT = {"color": "@ink-soft", "fontFamily": "@sans"}


@dataclass(frozen=True)
class ChartTable:
    """What a chart draws, as rows of text; `numeric` are the columns that hold numbers."""

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
    """

    key: str
    title: str
    unit: str = ""
    note: str = ""
    source: str = ""
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
        """Whether there is nothing to draw."""
        return not self.table().rows

    def payload(self) -> dict[str, Any]:
        """What the page hands to the script."""
        table = self.table()
        return {
            "key": self.key,
            "option": self.option(),
            "maps": self.maps,
            "table": [list(table.columns), *map(list, table.rows)],
        }


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


def frame(*, aria: str = "") -> dict[str, Any]:
    """What all options share."""
    return {
        "animationDuration": 300,
        "textStyle": {"fontFamily": "@sans", "color": "@ink"},
        "color": list(SERIES_COLOURS),
        "tooltip": tooltip(),
    }
