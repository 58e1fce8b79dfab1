"""The facts of an organisation laid out for reading: years side by side, what holds now below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sanchuang.engines.rules.dictionary import FactSpec, FactValue, Per
from sanchuang.registry.queries import FactLine
from sanchuang.values import Evidence


@dataclass(frozen=True)
class Mark:
    """What stands behind values: grade of evidence, source, whether invented; `periods` names which values."""

    evidence: Evidence | None
    synthetic: bool
    source: str
    periods: tuple[str, ...] = ()


@dataclass(frozen=True)
class Row:
    """One fact: a cell for each column (None where the fact is not known), and what stands behind them.

    `marks` name their periods only when the row's values have different ones.
    """

    spec: FactSpec
    cells: tuple[FactValue | None, ...]
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class FactSheet:
    """`yearly` has a cell for each of `periods`, oldest first; `lasting` has one cell."""

    periods: tuple[str, ...]
    yearly: tuple[Row, ...]
    lasting: tuple[Row, ...]


def _marks(values: Sequence[FactValue]) -> tuple[Mark, ...]:
    found: dict[tuple[Evidence | None, bool, str], list[str]] = {}
    for value in values:
        periods = found.setdefault((value.evidence, value.synthetic, value.source), [])
        periods.append(str(value.period or ""))
    if len(found) == 1:
        return tuple(Mark(*behind) for behind in found)
    return tuple(Mark(*behind, tuple(periods)) for behind, periods in found.items())


def fact_sheet(lines: Sequence[FactLine]) -> FactSheet:
    """Lay out `lines` in their order."""
    yearly = [line for line in lines if line.spec.per is not Per.STATIC]
    periods = sorted({str(value.period) for line in yearly for value in line.values})
    rows = []
    for line in yearly:
        by_period = {str(value.period): value for value in line.values}
        rows.append(Row(line.spec, tuple(by_period.get(p) for p in periods), _marks(line.values)))
    lasting = tuple(
        Row(line.spec, line.values[:1], _marks(line.values[:1]))
        for line in lines
        if line.spec.per is Per.STATIC
    )
    return FactSheet(tuple(periods), tuple(rows), lasting)
