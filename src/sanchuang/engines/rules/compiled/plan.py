"""What a simulation gives: which columns, in which unit, and totals by group; written beside the rules as `simulation.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sanchuang.engines.markup import Located, Path, Problem, Problems, load_yaml
from sanchuang.engines.rules.explain import PolicySet
from sanchuang.engines.rules.names import suggestion
from sanchuang.engines.rules.policy import Policy

FILE = "simulation.yaml"
UNITS = {"元": 100, "分": 1}
COUNT = "count"
KEYS = ("unit", "columns", "by", "totals")


@dataclass(frozen=True)
class Plan:
    """`columns`: name in the result → what it is: `policy.eligible`, `.amount`, `.result`, `.paid`, `.conflict` or a definition.

    `totals` are summed over the companies of each value of `by`; a total of several columns is their sum, `count`
    counts companies.
    """

    columns: Mapping[str, str]
    unit: int = 100
    by: str | None = None
    totals: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def definitions(self, policies: PolicySet) -> list[tuple[str, str]]:
        """The definitions asked for, as (policy, name)."""
        asked = dict.fromkeys((*self.columns.values(), *(s for t in self.totals.values() for s in t)))
        if self.by:
            asked[self.by] = None
        pairs = [(policy, name) for policy, _, name in (source.partition(".") for source in asked)]
        return [(p, n) for p, n in pairs if p in policies.by_id and n not in given(policies.by_id[p])]


def given(policy: Policy) -> dict[str, str]:
    """What a policy gives of itself, as name and what it is called in a plan."""
    there = {
        "eligible": bool(policy.conditions),
        "amount": policy.amount is not None,
        "result": policy.result is not None,
        "paid": policy.amount is not None and policy.budget is not None,
        "conflict": bool(policy.disputed()),
    }
    return {name: f"{policy.id}.{name}" for name, is_there in there.items() if is_there}


def everything(policies: PolicySet) -> Plan:
    """All that the policies give, each column named as what it is."""
    return Plan({source: source for policy in policies.policies for source in given(policy).values()})


def read_plan(text: str, source: str, policies: PolicySet) -> Plan:
    """A plan as written. Raises `Problems` with every fault."""
    found = load_yaml(text, source)
    problems: list[Problem] = []

    def fault(path: Path, message: str, remedy: str) -> None:
        problems.append(found.problem(path, message, remedy))

    data = found.data if isinstance(found.data, dict) else {}
    if not isinstance(found.data, dict):
        fault((), "这里要一组“键: 值”", "写 columns: {…}")
    for key in data:
        if key not in KEYS:
            fault((key,), f"不认识的键“{key}”", f"可用：{'、'.join(KEYS)}")
    unit = data.get("unit", "元")
    if unit not in UNITS:
        fault(("unit",), f"不认识的单位“{unit}”", f"可用：{'、'.join(UNITS)}")
    columns = _named(found, data.get("columns"), ("columns",), policies, fault)
    totals = _named(found, data.get("totals"), ("totals",), policies, fault)
    by = data.get("by")
    if by is not None:
        _known(str(by), ("by",), policies, fault)
    elif totals:
        fault(("totals",), "没有说按什么分组", "写 by: 一列，例：by: size.result")
    if problems:
        raise Problems(problems)
    plan = everything(policies)
    return Plan({k: v[0] for k, v in columns.items()} or plan.columns, UNITS[unit], by, totals)


def _named(
    found: Located, value: Any, path: Path, policies: PolicySet, fault: Any
) -> dict[str, tuple[str, ...]]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        fault(path, f"“{path[-1]}”要一组“名称: 列”", f"写成 {path[-1]}: {{名称: 政策.amount}}")
        return {}
    out = {}
    for name, sources in value.items():
        several = sources if isinstance(sources, list) and path == ("totals",) else [sources]
        out[str(name)] = tuple(str(s) for s in several)
        for at, source in enumerate(several):
            place = (*path, name, at) if isinstance(sources, list) else (*path, name)
            if source != COUNT or path != ("totals",):
                _known(str(source), place, policies, fault)
    return out


def _known(source: str, path: Path, policies: PolicySet, fault: Any) -> None:
    policy, _, name = source.partition(".")
    found = policies.by_id.get(policy)
    if found is None:
        fault(path, f"没有政策“{policy}”", suggestion(policy, policies.by_id))
    elif name not in given(found) and name not in found.definitions:
        fault(path, f"政策“{policy}”没有“{name}”", suggestion(name, [*given(found), *found.definitions]))
