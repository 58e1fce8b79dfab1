"""The worked examples inside policy files, run as tests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sanchuang.engines.markup import Problem
from sanchuang.engines.rules.dictionary import FactTable
from sanchuang.engines.rules.explain import NoPolicyInForce, PolicySet
from sanchuang.engines.rules.policy import Policy, RuleTest


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
        found = {e.policy.id: e for e in policies.explain(FactTable(test.facts), test.on)}
    except NoPolicyInForce as error:
        yield str(error)
        return
    answer = found.get(policy.id)
    if answer is None:
        yield f"政策在 {test.on} 未施行"
        return
    if test.eligible is not None and answer.eligible is not test.eligible:
        yield f"应为 {test.eligible.value}，得到 {answer.eligible.value}"
    if test.amount is not None and answer.amount != test.amount:
        got = answer.amount.exact() if answer.amount is not None else "未知"
        yield f"金额应为 {test.amount.exact()}，得到 {got}"
    if test.result is not None and str(answer.result) != test.result:
        yield f"结论应为 {test.result}，得到 {answer.result if answer.result is not None else '未知'}"
    if test.missing is not None:
        specs = [policy.dictionary.find(name) for name in test.missing]
        wanted = {spec.name if spec else name for spec, name in zip(specs, test.missing, strict=True)}
        got_names = {lack.name for lack in answer.lacks}
        if wanted != got_names:
            yield f"缺少的事实应为 {sorted(wanted)}，得到 {sorted(got_names)}"


def run_examples(policies: PolicySet) -> list[Failure]:
    """Every example of every policy that does not come out as written."""
    return [
        Failure(test, message)
        for policy in policies.policies
        for test in policy.tests
        for message in _differences(policies, policy, test)
    ]
