"""The answer for one company: each policy, each condition, the facts behind it and what is missing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from sanchuang.engines.rules.dictionary import Facts, Scalar
from sanchuang.engines.rules.evaluate import Evaluator, Lack, Step, Used
from sanchuang.engines.rules.policy import Condition, Override, Paper, Policy
from sanchuang.values import Op, Truth, Yuan, all_of


class RuleConflict(Exception):
    """Two exceptions to one condition apply at once and say the opposite."""


class NoPolicyInForce(Exception):
    """No policy of the set is in force on the day asked for."""

    def __init__(self, on: dt.date, earliest: dt.date | None) -> None:
        self.on = on
        self.earliest = earliest
        since = f"最早的一项自 {earliest} 起施行，请改用这一天或以后的日期" if earliest else "政策库是空的"
        super().__init__(f"{on} 没有任何政策施行：{since}")


@dataclass(frozen=True)
class Answered:
    """A condition's answer. `by` names the exception that decided it, if one did."""

    condition: Condition
    truth: Truth
    step: Step
    lacks: frozenset[Lack]
    by: Override | None = None

    def facts(self) -> list[Used]:
        """The facts asked for, in order."""
        return list(self.step.all_facts().values())


@dataclass(frozen=True)
class Explanation:
    """What one policy says of one company on one day.

    `amount` is set only when the company is eligible and the amount is known; `potential` is the amount
    that the known facts give if the open conditions held. `result` is the outcome of a classification.
    """

    policy: Policy
    on: dt.date
    eligible: Truth
    conditions: tuple[Answered, ...]
    amount: Yuan | None
    amount_op: Op
    potential: Yuan | None
    amount_step: Step | None
    result: Scalar | None
    result_step: Step | None
    lacks: tuple[Lack, ...]
    papers: tuple[Paper, ...]

    def failed(self) -> list[Answered]:
        """The conditions that do not hold."""
        return [c for c in self.conditions if c.truth is Truth.NO]

    def open(self) -> list[Answered]:
        """The conditions that nobody can decide yet."""
        return [c for c in self.conditions if c.truth is Truth.UNKNOWN]


def _condition(evaluator: Evaluator, condition: Condition) -> Answered:
    step = evaluator.step(condition.node)
    truth = Truth.of(step.value)
    lacks = step.lacks
    decided: Override | None = None
    for exception in evaluator.policy.exceptions:
        if exception.to != condition.id:
            continue
        applies = evaluator.step(exception.node)
        if applies.value is True:
            if decided is not None and decided.holds is not exception.holds:
                raise RuleConflict(
                    f"{evaluator.policy.id}：例外“{decided.id}”与“{exception.id}”对条件“{condition.id}”的结论相反"
                )
            decided = exception
        elif applies.value is None and truth is not Truth.of(exception.holds) and decided is None:
            truth, lacks = Truth.UNKNOWN, lacks | applies.lacks
    if decided is not None:
        return Answered(condition, Truth.of(decided.holds), step, frozenset(), decided)
    return Answered(condition, truth, step, lacks)


def _explain(evaluator: Evaluator) -> Explanation:
    policy = evaluator.policy
    conditions = tuple(_condition(evaluator, c) for c in policy.conditions)
    eligible = all_of(c.truth for c in conditions)
    lacks: dict[Lack, None] = {}
    if eligible is Truth.UNKNOWN:
        for c in conditions:
            if c.truth is Truth.UNKNOWN:
                lacks.update(dict.fromkeys(sorted(c.lacks, key=_order)))
    amount = potential = None
    amount_step = result_step = None
    op = Op.EXACT
    if policy.amount is not None:
        amount_step = evaluator.step(policy.amount.node)
        op = policy.amount.op
        potential = amount_step.value
        if eligible is Truth.YES:
            amount = potential
        if eligible is not Truth.NO:
            lacks.update(dict.fromkeys(sorted(amount_step.lacks, key=_order)))
    if policy.result is not None:
        result_step = evaluator.definition(policy.result)
        lacks.update(dict.fromkeys(sorted(result_step.lacks, key=_order)))
    papers = tuple(p for p in policy.papers if p.when is None or evaluator.step(p.when).value is not False)
    return Explanation(
        policy, evaluator.on, eligible, conditions, amount, op, potential, amount_step,
        result_step.value if result_step else None, result_step, tuple(lacks), papers,
    )  # fmt: skip


def _order(lack: Lack) -> tuple[str, str, str]:
    return lack.name, lack.period, lack.note


class PolicySet:
    """Policies that belong together: they may use each other's results."""

    def __init__(self, policies: Iterable[Policy]) -> None:
        self.policies = tuple(policies)
        self.by_id = {p.id: p for p in self.policies}
        if len(self.by_id) != len(self.policies):
            raise ValueError("two policies share an id")

    def in_force(self, on: dt.date) -> list[Policy]:
        """The policies in force on that day; raises `NoPolicyInForce` when there is none."""
        found = [p for p in self.policies if p.in_force(on)]
        if not found:
            starts = [p.date_from for p in self.policies if p.date_from is not None]
            raise NoPolicyInForce(on, min(starts, default=None))
        return found

    def explain(self, facts: Facts, on: dt.date) -> list[Explanation]:
        """What every policy in force says, in the set's order. Raises `NoPolicyInForce`, `RuleConflict`."""
        evaluators: dict[str, Evaluator] = {}
        for policy in self.in_force(on):
            evaluators[policy.id] = Evaluator(policy, facts, on, evaluators)
        return [_explain(e) for e in evaluators.values()]
