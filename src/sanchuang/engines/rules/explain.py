"""The answer for one company: each policy, each condition, the facts behind it and what is missing."""

from __future__ import annotations

import datetime as dt
from collections import OrderedDict
from collections.abc import Callable, Container, Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from sanchuang.engines.rules.case import Case, Run
from sanchuang.engines.rules.dictionary import FactDictionary, Facts, Scalar
from sanchuang.engines.rules.evaluate import Tracer
from sanchuang.engines.rules.policy import Condition, Override, Paper, Policy, ScoreItem, ScoreSheet
from sanchuang.engines.rules.steps import NOTHING, Lack, Lacks, Step, Used, settled
from sanchuang.engines.rules.tree import Node
from sanchuang.values import Op, Truth, Yuan


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


class Answered(NamedTuple):
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
    scores: tuple[Scored, ...]
    case: Case = field(repr=False, compare=False)  # the facts read for it

    def failed(self) -> list[Answered]:
        """The conditions that do not hold."""
        return [c for c in self.conditions if c.truth is Truth.NO]

    def open(self) -> list[Answered]:
        """The conditions that nobody can decide yet."""
        return [c for c in self.conditions if c.truth is Truth.UNKNOWN]


@dataclass(frozen=True)
class _Asked:
    """A condition as functions: its rule, and its exceptions."""

    condition: Condition
    run: Run
    exceptions: tuple[tuple[Override, Run], ...]


class _Behind(NamedTuple):
    """The facts that each condition, the amount and the result may ask for."""

    conditions: list[frozenset[str]]
    amount: frozenset[str]
    result: frozenset[str]


class Questions:
    """One policy on one day, as functions of a company's case."""

    def __init__(self, tracer: Tracer, policy: Policy) -> None:
        def run(node: Node) -> Run:
            return tracer.run(policy, node)

        def definition(name: str) -> Run:
            return tracer.named(policy, name)

        self.policy = policy
        self.on = tracer.on
        self._tracer = tracer
        self._conditions = [
            _Asked(c, run(c.node), tuple((e, run(e.node)) for e in policy.exceptions if e.to == c.id))
            for c in policy.conditions
        ]
        self._amount = None if policy.amount is None else tracer.run_figure(policy, policy.amount.node)
        self._result = None if policy.result is None else definition(policy.result)
        self._papers = [(p, None if p.when is None else run(p.when)) for p in policy.papers]
        self._scores = [
            (sheet, definition(sheet.id), [(item, definition(item.id)) for item in sheet.items])
            for sheet in policy.scores.values()
        ]

    def explain(self, case: Case) -> Explanation:
        """What the policy says of a company. Raises `RuleConflict`."""
        policy = self.policy
        conditions = tuple([self._answered(asked, case) for asked in self._conditions])
        eligible = _eligible(conditions)
        amount_step = None if self._amount is None else self._amount(case)
        result_step = None if self._result is None else settled(self._result(case))
        potential = None if amount_step is None else amount_step.value
        return Explanation(
            policy,
            self.on,
            eligible,
            conditions,
            potential if eligible is Truth.YES else None,
            Op.EXACT if policy.amount is None else policy.amount.op,
            potential,
            amount_step,
            None if result_step is None else result_step.value,
            result_step,
            _lacking(eligible, conditions, amount_step, result_step),
            tuple([p for p, when in self._papers if when is None or when(case).value is not False]),
            tuple([_scored(case, *each) for each in self._scores]),
            case,
        )

    @cached_property
    def _behind(self) -> _Behind:
        policy, behind = self.policy, self._tracer.facts_behind
        return _Behind(
            [
                behind(policy, asked.condition.node, *(e.node for e, _ in asked.exceptions))
                for asked in self._conditions
            ],
            behind(policy, *([] if policy.amount is None else [policy.amount.node])),
            behind(policy, *([] if policy.result is None else [policy.definitions[policy.result].node])),
        )

    def lacks_after(
        self,
        before: Explanation,
        names: frozenset[str],
        doubtful: Container[int],
        changed: Callable[[], Case],
    ) -> tuple[Lack, ...]:
        """What is lacking once facts of these names are others, in the case that `changed` gives. Raises `RuleConflict`.

        Conditions (by number) that such facts are behind and that are not `doubtful` hold then.
        """
        conditions = []
        for number, (asked, was) in enumerate(zip(self._conditions, before.conditions, strict=True)):
            if not self._behind.conditions[number] & names:
                conditions.append(was)
            elif number in doubtful:
                conditions.append(self._answered(asked, changed()))
        amount, result = before.amount_step, before.result_step
        if self._amount is not None and self._behind.amount & names:
            amount = self._amount(changed())
        if self._result is not None and self._behind.result & names:
            result = settled(self._result(changed()))
        return _lacking(_eligible(conditions), conditions, amount, result)

    def _answered(self, asked: _Asked, case: Case) -> Answered:
        """The rule's answer unless an exception applies; an exception that may apply matters if it would differ.

        Raises `RuleConflict` when two exceptions that apply say the opposite.
        """
        step = asked.run(case)
        if not asked.exceptions:
            return Answered(
                asked.condition, _TRUTHS[step.value], step, step.lacks if step.value is None else NOTHING
            )
        applying: list[Override] = []
        possible: list[tuple[Override, Step]] = []
        for exception, when in asked.exceptions:
            applies = when(case)
            if applies.value is True:
                applying.append(exception)
            elif applies.value is None:
                possible.append((exception, applies))
        for exception in applying[1:]:
            if exception.holds is not applying[0].holds:
                line, column = exception.node.place
                raise RuleConflict(
                    f"{self.policy.source}:{line}:{column}: 例外“{applying[0].id}”与“{exception.id}”"
                    f"对条件“{asked.condition.id}”的结论相反 — 给其中一个的 when 加上限制"
                )
        decided = applying[0] if applying else None
        truth = _TRUTHS[decided.holds] if decided else _TRUTHS[step.value]
        differing = [applies for e, applies in possible if _TRUTHS[e.holds] is not truth]
        if differing or truth is Truth.UNKNOWN:
            own = step.lacks if decided is None else NOTHING
            return Answered(asked.condition, Truth.UNKNOWN, step, own.union(*(s.lacks for s in differing)))
        return Answered(asked.condition, truth, step, NOTHING, decided)


_TRUTHS = {True: Truth.YES, False: Truth.NO, None: Truth.UNKNOWN}


def _eligible(conditions: Iterable[Answered]) -> Truth:
    """Every condition holds."""
    truth = Truth.YES
    for condition in conditions:
        if condition.truth is Truth.NO:
            return Truth.NO
        if condition.truth is Truth.UNKNOWN:
            truth = Truth.UNKNOWN
    return truth


def _lacking(
    eligible: Truth, conditions: Iterable[Answered], amount: Step | None, result: Step | None
) -> tuple[Lack, ...]:
    """What would decide the answer, the amount and the result, in this order."""
    lacks: dict[Lack, None] = {}
    if eligible is Truth.UNKNOWN:
        for c in conditions:
            if c.truth is Truth.UNKNOWN:
                _note(lacks, c.lacks)
    if amount is not None and eligible is not Truth.NO:
        _note(lacks, amount.lacks)
    if result is not None:
        _note(lacks, result.lacks)
    return tuple(lacks)


def _note(lacks: dict[Lack, None], more: Lacks) -> None:
    fresh = more.difference(lacks)
    lacks.update(dict.fromkeys(sorted(fresh) if len(fresh) > 1 else fresh))


def _scored(case: Case, sheet: ScoreSheet, run: Run, items: Iterable[tuple[ScoreItem, Run]]) -> Scored:
    steps = [(item, settled(of(case))) for item, of in items]
    total = run(case)
    points = tuple(ItemPoints(item, step.value, step) for item, step in steps)
    return Scored(sheet, total.value, points, tuple(sorted(total.lacks)))


DAYS = 8  # kept ready of one set


class Day:
    """The policies of one set that are in force on one day."""

    def __init__(self, policies: dict[str, Policy], on: dt.date) -> None:
        self.policies = policies
        self.on = on
        self.tracer = Tracer(policies, on)
        self.goals: dict[str, Any] = {}  # by policy: what `goals` makes of it
        self._questions: dict[str, Questions] = {}

    def questions(self, policy: Policy) -> Questions:
        """One of the policies, as functions."""
        found = self._questions.get(policy.id)
        if found is None:
            found = self._questions[policy.id] = Questions(self.tracer, policy)
        return found

    def explain_each(self, case: Case) -> Iterator[tuple[Policy, Explanation | RuleConflict]]:
        """What each policy says of a company, in the set's order."""
        for policy in self.policies.values():
            try:
                yield policy, self.questions(policy).explain(case)
            except RuleConflict as conflict:
                yield policy, conflict


class PolicySet:
    """Policies that belong together: they may use each other's results."""

    def __init__(self, policies: Iterable[Policy]) -> None:
        self.policies = tuple(policies)
        self.by_id = {p.id: p for p in self.policies}
        if len(self.by_id) != len(self.policies):
            raise ValueError("two policies share an id")
        self.goals: dict[str, Any] = {}  # by policy: what `goals` makes of it
        self.numbers: dict[Hashable, int] = {}  # of the truths that `goals` met
        self.hashes: dict[str, str] = {}  # by policy: what `rule_hash` makes of it
        self._days: OrderedDict[dt.date, Day] = OrderedDict()

    def day(self, on: dt.date) -> Day:
        """The policies in force on a day, made ready for companies; raises `NoPolicyInForce` when there is none."""
        found = self._days.get(on)
        if found is None:
            found = self._days[on] = Day({p.id: p for p in self.in_force(on)}, on)
            while len(self._days) > DAYS:
                self._days.popitem(last=False)
        return found

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
        yield from self.day(on).explain_each(Case(facts))

    def explain_one(self, policy: Policy, facts: Facts, on: dt.date) -> Explanation:
        """What one policy in force says. Raises `RuleConflict`."""
        return self.day(on).questions(policy).explain(Case(facts))

    def explain(self, facts: Facts, on: dt.date) -> list[Explanation]:
        """What every policy in force says, in the set's order. Raises `NoPolicyInForce`, `RuleConflict`."""
        found = []
        for _policy, said in self.explain_each(facts, on):
            if isinstance(said, RuleConflict):
                raise said
            found.append(said)
        return found
