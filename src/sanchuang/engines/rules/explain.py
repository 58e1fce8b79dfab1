"""The answer for one company: each policy, each condition, the facts behind it and what is missing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sanchuang.engines.rules.dictionary import FactDictionary, Facts, Scalar
from sanchuang.engines.rules.evaluate import Evaluator, Lack, Read, Step, Used, settled
from sanchuang.engines.rules.policy import Condition, Override, Paper, Policy, ScoreItem, ScoreSheet
from sanchuang.values import Op, Truth, Yuan, all_of


class RuleConflict(Exception):
    """Two exceptions to one condition apply at once and say the opposite."""


class NoPolicyInForce(Exception):
    """No policy of the set is in force on the day asked for."""

    def __init__(self, on: dt.date, earliest: dt.date | None, latest: dt.date | None = None) -> None:
        self.on = on
        self.earliest = earliest
        self.latest = latest
        since = "政策库是空的"
        if latest is not None and latest < on:
            since = f"都已失效，最后一项止于 {latest}，请改用这一天或以前的日期"
        elif earliest is not None:
            since = f"最早的一项自 {earliest} 起施行，请改用这一天或以后的日期"
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
class ItemPoints:
    """One item of a score sheet: the points (None: unknown) and the step that tells why."""

    item: ScoreItem
    points: Scalar | None
    step: Step


@dataclass(frozen=True)
class Scored:
    """A score sheet filled in: the total (None: unknown) and every item."""

    sheet: ScoreSheet
    total: Scalar | None
    items: tuple[ItemPoints, ...]
    lacks: tuple[Lack, ...]


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
    scores: tuple[Scored, ...] = ()

    def failed(self) -> list[Answered]:
        """The conditions that do not hold."""
        return [c for c in self.conditions if c.truth is Truth.NO]

    def open(self) -> list[Answered]:
        """The conditions that nobody can decide yet."""
        return [c for c in self.conditions if c.truth is Truth.UNKNOWN]


def _condition(evaluator: Evaluator, condition: Condition) -> Answered:
    """The rule's answer unless an exception applies; an exception that may apply matters if it would differ.

    Raises `RuleConflict` when two exceptions that apply say the opposite.
    """
    step = evaluator.step(condition.node)
    applying: list[Override] = []
    possible: list[tuple[Override, Step]] = []
    for exception in evaluator.policy.exceptions:
        if exception.to == condition.id:
            applies = evaluator.step(exception.node)
            if applies.value is True:
                applying.append(exception)
            elif applies.value is None:
                possible.append((exception, applies))
    for exception in applying[1:]:
        if exception.holds is not applying[0].holds:
            line, column = exception.node.place
            raise RuleConflict(
                f"{evaluator.policy.source}:{line}:{column}: 例外“{applying[0].id}”与“{exception.id}”"
                f"对条件“{condition.id}”的结论相反 — 给其中一个的 when 加上限制"
            )
    decided = applying[0] if applying else None
    truth = Truth.of(decided.holds) if decided else Truth.of(step.value)
    differing = [applies for e, applies in possible if Truth.of(e.holds) is not truth]
    if differing or truth is Truth.UNKNOWN:
        own = step.lacks if decided is None else frozenset[Lack]()
        return Answered(condition, Truth.UNKNOWN, step, own.union(*(s.lacks for s in differing)))
    return Answered(condition, truth, step, frozenset(), decided)


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
        amount_step = evaluator.figure(policy.amount.node)
        op = policy.amount.op
        potential = amount_step.value
        if eligible is Truth.YES:
            amount = potential
        if eligible is not Truth.NO:
            lacks.update(dict.fromkeys(sorted(amount_step.lacks, key=_order)))
    if policy.result is not None:
        result_step = settled(evaluator.definition(policy.result))
        lacks.update(dict.fromkeys(sorted(result_step.lacks, key=_order)))
    papers = tuple(p for p in policy.papers if p.when is None or evaluator.step(p.when).value is not False)
    return Explanation(
        policy, evaluator.on, eligible, conditions, amount, op, potential, amount_step,
        result_step.value if result_step else None, result_step, tuple(lacks), papers,
        tuple(_scored(evaluator, sheet) for sheet in policy.scores.values()),
    )  # fmt: skip


def _scored(evaluator: Evaluator, sheet: ScoreSheet) -> Scored:
    steps = [(item, settled(evaluator.definition(item.id))) for item in sheet.items]
    total = evaluator.definition(sheet.id)
    items = tuple(ItemPoints(item, step.value, step) for item, step in steps)
    return Scored(sheet, total.value, items, tuple(sorted(total.lacks, key=_order)))


def _order(lack: Lack) -> tuple[str, str, str]:
    return lack.name, lack.period, lack.note


class PolicySet:
    """Policies that belong together: they may use each other's results."""

    def __init__(self, policies: Iterable[Policy]) -> None:
        self.policies = tuple(policies)
        self.by_id = {p.id: p for p in self.policies}
        if len(self.by_id) != len(self.policies):
            raise ValueError("two policies share an id")
        self.compiled: dict[str, object] = {}  # by policy: what `goals` makes of it
        self.hashes: dict[str, str] = {}  # by policy: what `rule_hash` makes of it

    @property
    def dictionary(self) -> FactDictionary:
        """The facts that the policies may ask for (none when there is no policy)."""
        return self.policies[0].dictionary if self.policies else FactDictionary()

    def in_force(self, on: dt.date) -> list[Policy]:
        """The policies in force on that day; raises `NoPolicyInForce` when there is none."""
        found = [p for p in self.policies if p.in_force(on)]
        if not found:
            starts = [p.date_from for p in self.policies if p.date_from is not None]
            ends = [p.date_to for p in self.policies if p.date_to is not None]
            raise NoPolicyInForce(on, min(starts, default=None), max(ends, default=None))
        return found

    def explain_each(self, facts: Facts, on: dt.date) -> Iterator[tuple[Policy, Explanation | RuleConflict]]:
        """What each policy in force says, in the set's order; a policy in conflict does not silence the others.

        Raises `NoPolicyInForce`.
        """
        evaluators: dict[str, Evaluator] = {}
        read: Read = {}
        for policy in self.in_force(on):
            evaluators[policy.id] = Evaluator(policy, facts, on, evaluators, read)
        for evaluator in evaluators.values():
            try:
                yield evaluator.policy, _explain(evaluator)
            except RuleConflict as conflict:
                yield evaluator.policy, conflict

    def explain_one(self, policy: Policy, facts: Facts, on: dt.date) -> Explanation:
        """What one policy in force says. Raises `RuleConflict`."""
        evaluators: dict[str, Evaluator] = {}
        read: Read = {}
        for each in self.policies:
            if each.in_force(on):
                evaluators[each.id] = Evaluator(each, facts, on, evaluators, read)
        return _explain(evaluators[policy.id])

    def explain(self, facts: Facts, on: dt.date) -> list[Explanation]:
        """What every policy in force says, in the set's order. Raises `NoPolicyInForce`, `RuleConflict`."""
        found = []
        for _policy, said in self.explain_each(facts, on):
            if isinstance(said, RuleConflict):
                raise said
            found.append(said)
        return found
