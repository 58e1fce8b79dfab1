"""Supports that may not all be had, told to readers: which is taken, what is left of each, who pays."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from sanchuang.core.advice import Claimed, Share, Together
from sanchuang.engines.rules import (
    Claim,
    Explanation,
    Facts,
    Outcome,
    Policy,
    PolicySet,
    RuleConflict,
    Stacked,
    StackedGroup,
    label_text,
    stacked,
    stacking_sentence,
)
from sanchuang.engines.rules.stacking import Span
from sanchuang.engines.rules.terms import layer_words
from sanchuang.values import Op, Truth, Yuan, rate_text

if TYPE_CHECKING:
    from sanchuang.policies.telling import Teller

Said = tuple[Policy, Explanation | RuleConflict]


class Groups:
    """What the policies in force say of one company, put together by the groups of their stacking.

    An invented example never stands in the way of a real support: it is left out, but for an example itself.
    """

    def __init__(self, said: Iterable[Said]) -> None:
        self._said = [each for each in said if each[0].stacking is not None and each[0].amount is not None]

    def _members(self, policy: Policy) -> list[Said]:
        rule = policy.stacking
        return [
            (each, answer)
            for each, answer in self._said
            if rule is not None
            and each.stacking is not None
            and each.stacking.group == rule.group
            and (policy.example or not each.example)
        ]

    def of(self, policy: Policy) -> StackedGroup | None:
        """The group of the policy; None where it has none, or nothing in it can be had."""
        claims = [Claim(answer) for _p, answer in self._members(policy) if isinstance(answer, Explanation)]
        if policy.id not in {claim.explanation.policy.id for claim in claims}:
            return None
        (group,) = stacked(claims)
        told = len(claims) > 1 or group.cap is not None or bool(policy.stacking and policy.stacking.shares)
        return group if told and any(c.outcome is not Outcome.NONE for c in group.claims) else None

    def contradicting(self, policy: Policy) -> list[Policy]:
        """Policies of the group that are left out because they contradict themselves."""
        return [each for each, answer in self._members(policy) if isinstance(answer, RuleConflict)]


def groups_with(policies: PolicySet, explanation: Explanation, facts: Facts) -> Groups:
    """The groups of one explained policy: the others of its group are explained as well."""
    rule = explanation.policy.stacking
    said: list[Said] = []
    for policy in policies.in_force(explanation.on) if rule is not None else ():
        if policy.stacking is None or rule is None or policy.stacking.group != rule.group:
            continue
        if policy is explanation.policy:
            said.append((policy, explanation))
            continue
        try:
            said.append((policy, policies.explain_one(policy, facts, explanation.on)))
        except RuleConflict as conflict:
            said.append((policy, conflict))
    return Groups(said)


def together(told: Teller, groups: Groups) -> Together | None:
    """The group of one policy in words; None where there is nothing to say."""
    policy = told.policy
    group = groups.of(policy)
    if group is None or policy.stacking is None:
        return None
    by_layer = group.by_layer()
    return Together(
        rule=stacking_sentence(policy.stacking, told.lang),
        claims=tuple(_claimed(told, claim, group) for claim in group.claims),
        total=_span_text(group.total, told.lang),
        shares=tuple(_share(layer, amount, told.lang) for layer, amount in (by_layer or {}).items()),
        cap=group.cap.text(told.lang) if group.cap is not None else "",
        missing=told.missing(group.lacks),
        notes=tuple(_notes(told, group, groups)),
        status=policy.stacking.status.label(told.lang),
    )


def _notes(told: Teller, group: StackedGroup, groups: Groups) -> Iterable[str]:
    if group.per == "contract" and len(group.claims) > 1:
        yield _(
            "Reckoned as if all were for one and the same contract; for different contracts each is chosen apart"
        )
    elif group.per == "project" and len(group.claims) > 1:
        yield _(
            "Reckoned as if all were for one and the same project; for different projects each is chosen apart"
        )
    if any(_only_a_limit(claim) for claim in group.claims):
        yield _(
            "What can be had can be had for certain; its amount is only known as an upper limit (≤), so that it stays open which is taken and how much is paid"
        )
    if group.cap is not None:
        yield _("What the company has had this year already is not counted here")
    for policy in groups.contradicting(told.policy):
        yield _("“%s” contradicts itself and is left out") % label_text(policy.title, told.lang)


def _only_a_limit(claim: Stacked) -> bool:
    """Whether the right is certain and only the amount open."""
    explanation = claim.claim.explanation
    return (
        claim.outcome is Outcome.OPEN
        and explanation.eligible is Truth.YES
        and explanation.amount_op is Op.AT_MOST
    )


def _claimed(told: Teller, claim: Stacked, group: StackedGroup) -> Claimed:
    from sanchuang.policies.telling import teller

    policy = claim.claim.explanation.policy
    other = teller(policy)
    cut = claim.cut
    return Claimed(
        key=policy.id,
        title=other.title,
        outcome=_outcome(claim, group, told.lang),
        asked=_span_text(claim.asked, told.lang),
        granted=_span_text(claim.granted, told.lang),
        cut=cut.text(told.lang) if cut is not None and cut > Yuan(0) else "",
        shares=_shares(claim, told.lang),
        link=other.link,
        this=policy.id == told.policy.id,
        synthetic=policy.example,
    )


def _outcome(claim: Stacked, group: StackedGroup, lang: str) -> str:
    if claim.outcome is Outcome.TAKEN:
        return _("this one is taken")
    if claim.outcome is Outcome.OPEN:
        return _("not decided yet")
    if claim.outcome is Outcome.NONE:
        refused = claim.claim.explanation.eligible is Truth.NO
        return _("not eligible") if refused else _("nothing to claim")
    taken = [c for c in group.claims if c.outcome is Outcome.TAKEN]
    if len(taken) == 1:
        title = label_text(taken[0].claim.explanation.policy.title, lang)
        return _("gives way to “%s”") % title
    return _("gives way to a higher one")


def _span_text(span: Span, lang: str) -> str:
    """An amount between bounds: exact, at most, at least, from–to, or unknown."""
    if span.known is not None:
        return span.known.text(lang)
    if span.high is None:
        return _("unknown") if span.low == Yuan(0) else f"≥ {span.low.text(lang)}"
    if span.low == Yuan(0):
        return f"≤ {span.high.text(lang)}"
    return f"{span.low.text(lang)} – {span.high.text(lang)}"


def _share(layer: str, amount: Yuan, lang: str) -> Share:
    return Share(layer_words(layer, lang), amount.text(lang))


def _shares(claim: Stacked, lang: str) -> tuple[Share, ...]:
    """Who pays: amounts where they are known, else the proportions; nobody where nothing is granted."""
    if claim.shares:
        return tuple(_share(layer, amount, lang) for layer, amount in claim.shares)
    if claim.granted.high == Yuan(0):
        return ()
    policy = claim.claim.explanation.policy
    rule = policy.stacking
    parts = rule.shares if rule is not None else ()
    if not parts:
        return (Share(layer_words(policy.layer, lang), ""),) if policy.layer else ()
    return tuple(Share(layer_words(layer, lang), rate_text(part)) for layer, part in parts)
