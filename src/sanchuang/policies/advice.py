"""The section 支持 (support) of a company's advice: every policy in force, condition by condition."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sanchuang.core.advice import Finding, NothingToSay, SectionResult, Subject
from sanchuang.engines.rules import Explanation, NoPolicyInForce, Policy, PolicySet, RuleConflict
from sanchuang.policies.queries import not_in_force, policy_set
from sanchuang.policies.telling import teller
from sanchuang.policies.together import Groups
from sanchuang.policies.ways import Days
from sanchuang.values import Truth


def _none_in_force(error: NoPolicyInForce) -> str:
    """The sentence that says so and names the day to ask for instead."""
    if error.earliest is None or error.on >= error.earliest:
        return str(error)
    words = _(
        "No policy is in force on %(on)s: the first begins on %(earliest)s; ask for that day or a later one"
    )
    return words % {"on": error.on, "earliest": error.earliest}


_RANK = {Truth.YES: 0, Truth.UNKNOWN: 1, Truth.NO: 2, None: 3}


class SupportSection:
    """Which support the company can get, how much, why or what is missing."""

    key = "support"
    title = gettext_lazy("Support")
    order = 10

    def advise(self, subject: Subject, so_far: tuple[SectionResult, ...]) -> list[Finding]:
        """One finding a policy in force: first what can be had, classifications last."""
        policies, days = policy_set(), Days()
        try:
            said = list(policies.explain_each(subject.facts, subject.on))
        except NoPolicyInForce as error:
            raise NothingToSay(_none_in_force(error), fault=True) from error
        groups = Groups(said)
        found = [
            (policy, self._finding(policy, answer, subject, policies, days, groups))
            for policy, answer in said
        ]
        # a policy without conditions refuses nobody: it only says in which class a company is
        found.sort(key=lambda f: (_RANK[f[1].answer] if f[0].conditions else len(_RANK), f[1].key))
        told = [finding for _policy, finding in found]
        return told + [self._not_in_force(policy) for policy in not_in_force(subject.on)]

    def _finding(
        self,
        policy: Policy,
        answer: Explanation | RuleConflict,
        subject: Subject,
        policies: PolicySet,
        days: Days,
        groups: Groups,
    ) -> Finding:
        told = teller(policy)
        if isinstance(answer, RuleConflict):
            return told.conflict(answer)
        return told.finding(answer, subject.facts, policies, days, groups=groups, brief=subject.brief)

    def _not_in_force(self, policy: Policy) -> Finding:
        told = teller(policy)
        span = {"since": policy.date_from, "until": policy.date_to}
        if policy.date_to is None:
            summary = _("Not in force on this day (in force from %(since)s)") % span
        elif policy.date_from is None:
            summary = _("Not in force on this day (in force until %(until)s)") % span
        else:
            summary = _("Not in force on this day (in force from %(since)s to %(until)s)") % span
        return Finding(
            key=policy.id,
            title=told.title,
            summary=summary,
            link=told.link,
            status=told.status,
            synthetic=policy.example,
        )
