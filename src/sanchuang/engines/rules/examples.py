"""The worked examples inside policy files, run as tests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from sanchuang.engines.markup import Problem
from sanchuang.engines.rules.dictionary import FactTable, Scalar
from sanchuang.engines.rules.explain import Explanation, NoPolicyInForce, PolicySet, RuleConflict
from sanchuang.engines.rules.lexer import SyntaxFault
from sanchuang.engines.rules.literals import literal_value
from sanchuang.engines.rules.policy import Policy, RuleTest, label_text
from sanchuang.engines.rules.sentence import show
from sanchuang.engines.rules.types import POINT, WORDS, Kind, Type
from sanchuang.values import Yuan


@dataclass(frozen=True)
class Failure:
    """An example whose expectation is not what the rules say."""

    test: RuleTest
    message: str

    def problem(self) -> Problem:
        """As a problem of the file."""
        source, line, column = self.test.place
        return Problem(source, line, column, f"样例“{self.test.name}”：{self.message}", "改正规则或样例")


def _differences(policies: PolicySet, policy: Policy, test: RuleTest) -> Iterator[str]:
    try:
        policies.in_force(test.on)  # a day without any policy is told with the day to ask for instead
        if not policy.in_force(test.on):
            yield f"政策在 {test.on} 未施行"
            return
        answer = policies.explain_one(policy, FactTable(test.facts), test.on)
    except (NoPolicyInForce, RuleConflict) as error:
        yield str(error)
        return
    if test.eligible is not None and answer.eligible is not test.eligible:
        yield f"应为 {test.eligible.value}，得到 {answer.eligible.value}"
    if test.amount is not None and answer.amount != test.amount:
        got = answer.amount.exact() if answer.amount is not None else "未知"
        yield f"金额应为 {test.amount.exact()}，得到 {got}"
    if test.result is not None and answer.result_step is not None:
        type_ = answer.result_step.node.type
        if answer.result is None or answer.result != _expected(test.result, type_):
            yield f"结论应为 {test.result}，得到 {show(answer.result, type_)}"
    elif test.result is not None:
        yield f"结论应为 {test.result}，而政策没有写 result"
    if test.scores:
        points = _points(answer)
        for name, wanted_points in test.scores.items():
            label, got_points = points[name]
            if got_points != wanted_points:
                yield f"“{label}”（{name}）应为 {_said(wanted_points)}，得到 {_said(got_points)}"
    if test.missing is not None:
        specs = [policy.dictionary.find(name) for name in test.missing]
        wanted = {spec.name if spec else name for spec, name in zip(specs, test.missing, strict=True)}
        got_names = {lack.name for lack in answer.lacks}
        if wanted != got_names:
            yield f"缺少的事实应为 {_listed(wanted, policy)}，得到 {_listed(got_names, policy)}"


def _points(answer: Explanation) -> dict[str, tuple[str, Scalar | None]]:
    """The label and the points of every score sheet and item, by name."""
    found = {}
    for scored in answer.scores:
        found[scored.sheet.id] = label_text(scored.sheet.label, "zh"), scored.total
        for each in scored.items:
            found[each.item.id] = label_text(each.item.label, "zh"), each.points
    return found


def _said(points: Scalar | None) -> str:
    return show(points, Type(Kind.COUNT, POINT))


def _expected(text: str, type_: Type) -> Scalar | None:
    """The result that an example states, as people write it: `中型`, `3元`, `50%`, `true`."""
    if type_.kind in WORDS:
        return text
    try:
        value = literal_value(text)[0]
    except SyntaxFault:
        return None
    return Fraction(value.fen) if type_.kind is Kind.EXACT and isinstance(value, Yuan) else value


def _listed(names: set[str], policy: Policy) -> str:
    specs = {name: policy.dictionary.find(name) for name in sorted(names)}
    return "、".join(spec.label() if spec else name for name, spec in specs.items()) or "无"


def run_examples(policies: PolicySet) -> list[Failure]:
    """Every example of every policy that does not come out as written."""
    return [
        Failure(test, message)
        for policy in policies.policies
        for test in policy.tests
        for message in _differences(policies, policy, test)
    ]
