"""Funnels and Sankey diagrams: what becomes of things on their way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from sanchuang.core.charts.base import SERIES_COLOURS, TEXT, Chart, ChartTable, cut, distinct, frame
from sanchuang.core.charts.numbers import Cell, Value, one_unit, operator, size, text
from sanchuang.core.language import page_language
from sanchuang.values import Figure, Op


@dataclass(frozen=True)
class Step:
    """One step of a funnel."""

    name: str
    value: Value
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class Funnel(Chart):
    """Steps in their order. All must count the same kind of thing: each step is a part of the one before."""

    steps: Sequence[Step]

    def __post_init__(self) -> None:
        super().__post_init__()
        distinct(f"steps of {self.key}", (step.name for step in self.steps))
        one_unit((step.value for step in self.steps), self.key)
        for step in self.steps:
            number = size(step.value)
            if number is not None and number < 0:
                raise ValueError(f"the step {step.name!r} of a funnel is negative")

    def option(self) -> dict[str, Any]:
        """Bars about one middle line, each as wide as its number; an unknown step has its name and no bar."""
        sizes = [size(step.value) for step in self.steps]
        widest = max((number for number in sizes if number is not None), default=Fraction(0))
        hidden = {"type": "value", "show": False, "min": 0, "max": float(widest) or 1}
        bar = {"type": "bar", "stack": "step", "barCategoryGap": "18%"}
        return {
            **frame(),
            "grid": {"left": 8, "right": 8, "top": 8, "bottom": 8, "containLabel": True},
            "xAxis": hidden,
            "yAxis": {
                "type": "category",
                "inverse": True,
                "data": [cut(step.name) for step in self.steps],
                "axisTick": {"show": False},
                "axisLine": {"show": False},
                "axisLabel": {**TEXT, "color": "@ink", "width": 104, "overflow": "truncate", "interval": 0},
            },
            "series": [
                {
                    **bar,
                    "silent": True,
                    "itemStyle": {"opacity": 0},
                    "data": [float((widest - (number or 0)) / 2) for number in sizes],
                },
                {
                    **bar,
                    "itemStyle": {"color": "@lake"},
                    "data": [
                        self._datum(step, number, widest)
                        for step, number in zip(self.steps, sizes, strict=True)
                    ],
                },
            ],
        }

    def _datum(self, step: Step, number: Fraction | None, widest: Fraction) -> dict[str, Any]:
        shown = text(step.value, self.unit)
        solid = number is not None and operator(step.value) is Op.EXACT
        # In a wide bar the number stands on the lake, beside a narrow one on the sheet.
        inside = solid and number is not None and number * 3 > widest
        datum: dict[str, Any] = {
            "value": float(number or 0),
            "tip": f"{cut(step.name)}\n{shown}",
            "label": {
                "show": True,
                "formatter": shown,
                "position": "inside" if inside or not solid else "right",
                "color": "@on-lake" if inside else "@unknown" if number is None else "@ink",
            },
            **({"url": step.url} if step.url else {}),
        }
        if not solid and number is not None:
            datum["itemStyle"] = {
                "color": "@sheet",
                "borderColor": "@lake",
                "borderType": "dashed",
                "borderWidth": 1.5,
            }
        return datum

    def table(self) -> ChartTable:
        """Every step with its share of the step before, where both are exact; one that does not end is "about"."""
        rows, before = [], None
        for step in self.steps:
            rows.append((step.name, Cell.of(step.value, self.unit), _share(step.value, before)))
            before = step.value
        columns = (_("Step"), self.unit or _("Value"), _("Of the step before"))
        return ChartTable(columns, tuple(rows), frozenset({1, 2}))


def _share(value: Value, before: Value) -> str:
    part, whole = size(value), size(before)
    if part is None or not whole or {operator(value), operator(before)} != {Op.EXACT}:
        return ""
    return Figure(100 * part / whole, Op.EXACT, "%").rounded(1).text(page_language())


@dataclass(frozen=True)
class Link:
    """What flows from one node to another."""

    source: str
    target: str
    value: Value


@dataclass(frozen=True, kw_only=True)
class Sankey(Chart):
    """Flows between nodes. Flows whose amount is unknown are listed and not drawn."""

    height = "large"
    links: Sequence[Link]

    def __post_init__(self) -> None:
        super().__post_init__()
        one_unit((link.value for link in self.links), self.key)
        for link in self.links:
            number = size(link.value)
            if number is not None and number < 0:
                raise ValueError(f"the flow from {link.source!r} to {link.target!r} is negative")
        if around := circle((link.source, link.target) for link in self.links):
            raise ValueError("flows go in a circle: " + " → ".join(around))

    def option(self) -> dict[str, Any]:
        """Nodes in the order in which they are named."""
        drawn = [(link, number) for link in self.links if (number := size(link.value))]
        nodes = list(dict.fromkeys(name for link, _number in drawn for name in (link.source, link.target)))
        return {
            **frame(),
            "series": [
                {
                    "type": "sankey",
                    "left": 8,
                    "right": 110,
                    "top": 12,
                    "bottom": 12,
                    "nodeGap": 14,
                    "draggable": False,
                    "layoutIterations": 0,
                    "label": {"color": "@ink", "fontFamily": "@sans", "width": 100, "overflow": "truncate"},
                    "lineStyle": {"color": "@field-rule", "opacity": 0.35, "curveness": 0.5},
                    "data": [
                        {
                            "name": name,
                            "tip": cut(name),
                            "label": {"formatter": cut(name)},
                            "itemStyle": {"color": SERIES_COLOURS[index % 3], "borderWidth": 0},
                        }
                        for index, name in enumerate(nodes)
                    ],
                    "links": [
                        {
                            "source": link.source,
                            "target": link.target,
                            "value": float(number),
                            "tip": f"{cut(link.source)} → {cut(link.target)}\n{text(link.value, self.unit)}",
                        }
                        for link, number in drawn
                    ],
                }
            ],
        }

    def table(self) -> ChartTable:
        """A row for each flow."""
        rows = tuple((link.source, link.target, Cell.of(link.value, self.unit)) for link in self.links)
        return ChartTable((_("From"), _("To"), self.unit or _("Value")), rows, frozenset({2}))


def circle(pairs: Iterable[tuple[str, str]]) -> list[str]:
    """The nodes of one circle that `pairs` of source and target form; empty when there is none."""
    onward: dict[str, list[str]] = defaultdict(list)
    for source, target in pairs:
        onward[source].append(target)
    done: set[str] = set()
    for start in list(onward):
        path: list[str] = []
        stack = [(start, iter(onward[start]))] if start not in done else []
        path.extend([start] if stack else [])
        while stack:
            node, targets = stack[-1]
            step = next(targets, None)
            if step is None:
                done.add(node)
                stack.pop()
                path.pop()
            elif step in path:
                return [*path[path.index(step) :], step]
            elif step not in done:
                stack.append((step, iter(onward.get(step, ()))))
                path.append(step)
    return []
