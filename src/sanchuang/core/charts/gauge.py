"""A gauge: one number on a scale, and how far it is known."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from sanchuang.core.charts.base import TEXT, Chart, ChartTable, frame
from sanchuang.core.charts.numbers import LOWER, NEAR, UPPER, Cell, Value, operator, size, text


@dataclass(frozen=True, kw_only=True)
class Gauge(Chart):
    """`value` between `minimum` and `maximum`; the band from `low` to `high` is where the true number lies.

    Without bounds the operator gives them: "over 40" reaches from 40 to the end of the scale. "About 40" has no band,
    for nobody said how far it may be off. Unknown has no pointer.
    """

    value: Value
    minimum: Fraction | int = 0
    maximum: Fraction | int = 100
    low: Fraction | int | None = None
    high: Fraction | int | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.minimum < self.maximum:
            raise ValueError(f"the scale of {self.key} does not rise from {self.minimum} to {self.maximum}")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError(f"the band of {self.key} does not rise from {self.low} to {self.high}")
        number = size(self.value)
        for bound in (number, self.low, self.high):
            if bound is not None and not self.minimum <= bound <= self.maximum:
                raise ValueError(f"{bound} lies outside the scale of {self.key}")
        below = number is not None and self.low is not None and number < self.low
        if below or (number is not None and self.high is not None and number > self.high):
            raise ValueError(f"the value of {self.key} lies outside its own band")

    def band(self) -> tuple[Fraction, Fraction] | None:
        """From where to where the true number may lie; None when nothing is known of it."""
        number, op = size(self.value), operator(self.value)
        if op in NEAR:
            number = None
        low = self.low if self.low is not None else (self.minimum if op in UPPER else number)
        high = self.high if self.high is not None else (self.maximum if op in LOWER else number)
        return None if low is None or high is None else (Fraction(low), Fraction(high))

    @property
    def empty(self) -> bool:
        """Never: that the value is unknown is what the gauge then shows."""
        return False

    def option(self) -> dict[str, Any]:
        """The scale with its band, and a pointer at the value."""
        number, band = size(self.value), self.band()
        span = Fraction(self.maximum) - Fraction(self.minimum)
        share = [float((bound - Fraction(self.minimum)) / span) for bound in band or ()]
        colours = (
            [[share[0], "@rule"], [max(share[1], share[0] + 0.004), "@lake"], [1, "@rule"]]
            if band
            else [[1, "@rule"]]
        )
        return {
            **frame(),
            "series": [
                {
                    "type": "gauge",
                    "min": float(self.minimum),
                    "max": float(self.maximum),
                    "startAngle": 200,
                    "endAngle": -20,
                    "radius": "95%",
                    "center": ["50%", "62%"],
                    "axisLine": {"lineStyle": {"width": 14, "color": colours}},
                    "axisTick": {"show": False},
                    "splitLine": {"show": False},
                    "axisLabel": {**TEXT, "distance": 20, "hideOverlap": True},
                    "splitNumber": 4,
                    "pointer": {
                        "show": number is not None,
                        "width": 4,
                        "length": "62%",
                        "itemStyle": {"color": "@ink"},
                    },
                    "anchor": {"show": number is not None, "size": 8, "itemStyle": {"color": "@ink"}},
                    "detail": {
                        "formatter": text(self.value, self.unit),
                        "color": "@ink" if number is not None else "@unknown",
                        "fontSize": 18,
                        "fontFamily": "@sans",
                        "offsetCenter": [0, "36%"],
                    },
                    "data": [
                        {
                            "value": float(number) if number is not None else float(self.minimum),
                            "tip": text(self.value, self.unit),
                        }
                    ],
                }
            ],
        }

    def table(self) -> ChartTable:
        """Value and band."""
        band = self.band()
        rows = [(_("Value"), Cell.of(self.value, self.unit))]
        if band and band[0] != band[1]:
            rows += [(_("at least"), Cell.of(band[0])), (_("at most"), Cell.of(band[1]))]
        return ChartTable((_("Item"), self.unit or _("Value")), tuple(rows), frozenset({1}))
