"""All policies for one company, with reasons and ways to another answer; and for every company, without."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

from advise import COMPANIES, ON
from measure import REPEATS, Section, percentile


def explaining() -> Section:
    """Time the engine alone, on facts of companies that were read before. Django must be set up."""
    from sanchuang.engines.rules.asking import asking
    from sanchuang.engines.rules.compiled.engines import ENGINES
    from sanchuang.engines.rules.compiled.plan import everything
    from sanchuang.engines.rules.compiled.simulate import simulate
    from sanchuang.engines.rules.nearest import nearest
    from sanchuang.policies.population import district
    from sanchuang.policies.queries import policy_set
    from sanchuang.registry.advice import subjects
    from sanchuang.registry.models import Organisation
    from sanchuang.values import Truth

    policies = policy_set()
    companies = list(Organisation.objects.filter(kind="company").order_by("slug"))
    step = max(1, len(companies) // COMPANIES)
    facts = [subject.facts for subject in subjects(companies[::step][:COMPANIES], ON)]
    in_force = len(policies.in_force(ON))

    def explained(of: Any) -> Any:
        return policies.explain(of, ON)

    def with_ways(of: Any) -> None:
        for answer in explained(of):
            search = nearest if answer.eligible is Truth.NO else asking
            search(policies, answer.policy, of, ON, answer)

    rows = [
        _row("explained: conditions, amount, papers, missing facts, trace", explained, facts),
        _row("and the nearest change or the fewest questions", with_ways, facts),
    ]
    frame, plan = district(ON), everything(policies)
    taken = []
    for _round in range(REPEATS):
        began = time.process_time()
        result = simulate(policies, frame, ON, ENGINES["python"], plan, unit=1)
        taken.append(time.process_time() - began)
    return Section(
        "Explain one company by every policy",
        ["python benchmarks/run.py --only pack --only explain"],
        f"{in_force} policies in force, {len(facts)} companies of {len(companies)}, facts read before; CPU time of {REPEATS} rounds, "
        "the median of each company's. Goal for the whole: p99 under 5 ms. "
        f"All {result.companies.height} companies by all policies at once, amounts and answers without reasons "
        f"(`policy simulate --engine python`, facts read before): {statistics.median(taken):.2f} s; goal 1 s.",
        ["", "p50 ms", "p99 ms"],
        rows,
    )


def _row(label: str, do: Callable[[Any], Any], facts: list[Any]) -> list[str]:
    rounds = []
    for _round in range(REPEATS + 1):
        times = []
        for of in facts:
            began = time.process_time()
            do(of)
            times.append(1000 * (time.process_time() - began))
        rounds.append(times)
    medians = [
        statistics.median(times) for times in zip(*rounds[1:], strict=True)
    ]  # the first round warms up
    return [label, f"{percentile(medians, 0.5):.1f}", f"{percentile(medians, 0.99):.1f}"]
