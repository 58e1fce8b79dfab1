"""What a simulation shall give: which columns, in which unit, and totals by group. Written beside the rules as `simulation.yaml`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sanchuang.engines.markup import Problem, Problems, locate
from sanchuang.engines.rules.explain import PolicySet

UNITS = {"元": 100, "分": 1}
COMPUTED = ("eligible", "amount", "result", "paid")


@dataclass(frozen=True)
class Plan:
    """`columns`: name in the result → what it is (`policy.eligible`, `.amount`, `.result`, `.paid` or a definition).

    `totals` are summed over companies for each value of `by`; a total of several columns is their sum.
    """

    columns: Mapping[str, str]
    unit: int = 100
    by: str | None = None
    totals: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def definitions(self, policies: PolicySet) -> list[tuple[str, str]]:
        """The definitions that are asked for beside what every policy gives."""
        asked = [self.by] if self.by else []
        for source in (*self.columns.values(), *(s for total in self.totals.values() for s in total), *asked):
            policy, _, name = source.partition(".")
            if name not in COMPUTED and name in policies.by_id[policy].definitions:
                yield_ = (policy, name)
                if yield_ not in asked:
                    asked.append(yield_)  # type: ignore[arg-type]
        return [a for a in asked if isinstance(a, tuple)]


def plain(policies: Iterable[Any]) -> Plan:
    """Everything that the policies give, named `policy.what`."""
    columns: dict[str, str] = {}
    for policy in policies:
        for name, there in (
            ("eligible", policy.conditions),
            ("amount", policy.amount is not None),
            ("result", policy.result is not None),
            ("paid", policy.amount is not None and policy.budget is not None),
        ):
            if there:
                columns[f"{policy.id}.{name}"] = f"{policy.id}.{name}"
    return Plan(columns)
