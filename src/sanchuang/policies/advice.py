"""The section 支持 (support) of a company's advice: every policy in force, condition by condition."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from sanchuang.core.advice import (
    Amount,
    Behind,
    Finding,
    Line,
    Link,
    Missing,
    NothingToSay,
    SectionResult,
    Subject,
)
from sanchuang.engines.rules import (
    Answered,
    Explanation,
    Lack,
    NoPolicyInForce,
    Policy,
    Step,
    Used,
    condition_sentence,
    label_text,
    say,
    show,
)
from sanchuang.engines.rules.tree import Compare, Ref
from sanchuang.engines.rules.types import type_of_fact
from sanchuang.policies.queries import policy_set, replaced_on
from sanchuang.values import Op, Truth, Yuan


def language() -> str:
    """The page's language as labels name it."""
    return "en" if (get_language() or "").startswith("en") else "zh"


def article_link(policy: Policy, anchor: str, heading: str) -> Link:
    """The article's place on the policy's page."""
    return Link(heading, f"{reverse('policies:policy', args=[policy.id])}#{anchor}")


def behind(used: Iterable[Used]) -> tuple[Behind, ...]:
    """The facts that were found, for readers."""
    lang = language()
    return tuple(
        Behind(
            name=u.spec.name,
            label=u.spec.label(lang),
            value=show(u.found.value, type_of_fact(u.spec), lang)
            if u.found.op is Op.EXACT
            else f"{u.found.op.value} {show(u.found.value, type_of_fact(u.spec), lang)}",
            period=u.period,
            source=u.found.source,
            evidence=u.found.evidence.label(lang) if u.found.evidence else "",
            synthetic=u.found.synthetic,
        )
        for u in used
        if u.found is not None
    )


def missing(policy: Policy, lacks: Iterable[Lack]) -> tuple[Missing, ...]:
    """What is not known, for readers."""
    lang = language()
    out = []
    for lack in sorted(lacks, key=lambda found: (found.name, found.period)):
        spec = policy.dictionary.find(lack.name)
        out.append(Missing(lack.name, spec.label(lang) if spec else lack.label, lack.period, lack.note))
    return tuple(out)


def gap(step: Step) -> str:
    """How far a comparison of numbers that does not hold is from holding."""
    node = step.node
    if step.value is not False or not isinstance(node, Compare) or node.op not in (">=", ">", "<=", "<"):
        return ""
    left, right = (part.value for part in step.parts)
    lang = language()
    have, need = show(left, node.left.type, lang), show(right, node.right.type, lang)
    return _("has %(have)s, needs %(op)s %(need)s") % {"have": have, "op": node.op, "need": need}


def line(policy: Policy, answered: Answered) -> Line:
    """One condition with its article, the fact behind it and what would change the answer."""
    lang = language()
    condition = answered.condition
    label = label_text(condition.label, lang)
    sentence = condition_sentence(policy, condition, lang)
    details = [sentence] if sentence.strip("。.") != label else []
    if answered.by is not None:
        details.append(_("Decided by the exception “%s”") % label_text(answered.by.label, lang))
    elif distance := gap(answered.step):
        details.append(distance)
    return Line(
        text=label,
        answer=answered.truth,
        detail=" ".join(details),
        reference=article_link(policy, condition.article.anchor, condition.article.heading),
        quote=condition.article.text,
        facts=behind(answered.facts()),
        missing=missing(policy, answered.lacks) if answered.truth is Truth.UNKNOWN else (),
        remedy=label_text(condition.remedy, lang) if answered.truth is not Truth.YES else "",
        status=condition.status.label(lang),
    )


def steps(policy: Policy, step: Step | None) -> tuple[Line, ...]:
    """A computation as lines: what was computed, from which parts."""
    if step is None:
        return ()
    lang = language()
    parts = [p for part in step.parts for p in steps(policy, part)]
    if isinstance(step.node, Ref):
        found: Any = policy.definitions.get(step.node.name) or policy.parameters.get(step.node.name)
        text = f"{label_text(found.label, lang)} = {show(step.value, step.node.type, lang)}"
        reference = article_link(policy, found.article.anchor, found.article.heading)
        return (Line(text, reference=reference, status=found.status.label(lang), children=tuple(parts)),)
    if step.facts:
        return (
            Line(
                f"{say(policy, step.node, lang)} = {show(step.value, step.node.type, lang)}",
                facts=behind(step.facts),
                missing=missing(policy, step.lacks),
            ),
        )
    return tuple(parts)


def computation(policy: Policy, explanation: Explanation) -> tuple[Line, ...]:
    """How the amount or the result comes about."""
    step = explanation.amount_step or explanation.result_step
    if step is None:
        return ()
    lang = language()
    rule = policy.amount or policy.definitions[policy.result or ""]
    value = show(step.value, step.node.type, lang)
    if (
        explanation.amount_step is not None
        and explanation.amount_op is not Op.EXACT
        and step.value is not None
    ):
        value = f"{explanation.amount_op.value} {value}"
    first = Line(
        text=f"{say(policy, step.node, lang)} = {value}",
        reference=article_link(policy, rule.article.anchor, rule.article.heading),
        status=rule.status.label(lang),
        children=steps(policy, step),
    )
    return (first,)


def notes(policy: Policy) -> tuple[str, ...]:
    """What a reader must know before relying on the answer."""
    lang = language()
    out = []
    if policy.budget is not None:
        text = _("Budget %(amount)s (%(status)s); %(label)s.") % {
            "amount": policy.budget.amount.text(),
            "status": policy.budget.status.label(lang),
            "label": label_text(policy.budget.label, lang),
        }
        out.append(text)
    if policy.stacking is not None:
        out.append(label_text(policy.stacking.label, lang))
    out += [label_text(window.label, lang) for window in policy.windows]
    return tuple(out)


def finding(explanation: Explanation) -> Finding:
    """One policy's answer as a finding."""
    lang = language()
    policy = explanation.policy
    lacks = missing(policy, explanation.lacks)
    amount = potential = None
    if explanation.amount is not None:
        amount = Amount(explanation.amount, explanation.amount_op)
    elif isinstance(explanation.potential, Yuan) and explanation.potential > Yuan(0):
        potential = Amount(explanation.potential, explanation.amount_op)
    classification = policy.amount is None
    value = ""
    answer: Truth | None = explanation.eligible
    if classification:
        result = explanation.result_step
        value = show(result.value, result.node.type, lang) if result else ""
        answer = None if result and result.value is not None else Truth.UNKNOWN
    return Finding(
        key=policy.id,
        title=label_text(policy.title, lang),
        answer=answer,
        summary=_summary(explanation, classification=classification, value=value),
        value=value,
        amount=amount,
        potential=potential,
        link=Link(label_text(policy.title, lang), reverse("policies:policy", args=[policy.id])),
        lines=tuple(line(policy, c) for c in explanation.conditions),
        computation=computation(policy, explanation),
        missing=lacks,
        papers=tuple(label_text(p.label, lang) for p in explanation.papers)
        if explanation.eligible is not Truth.NO
        else (),
        notes=notes(policy),
        status=policy.status.label(lang),
    )


def _summary(explanation: Explanation, *, classification: bool, value: str) -> str:
    lang = language()
    separator = _(", ")
    if classification:
        if explanation.result is not None:
            return value
        names = separator.join(m.label for m in missing(explanation.policy, explanation.lacks))
        return _("Not decided: needs %s") % names
    if explanation.eligible is Truth.NO:
        failed = separator.join(label_text(c.condition.label, lang) for c in explanation.failed())
        return _("Not met: %s") % failed
    if explanation.lacks:
        names = separator.join(m.label for m in missing(explanation.policy, explanation.lacks))
        return _("Not decided: needs %s") % names
    if explanation.amount is not None:
        return Amount(explanation.amount, explanation.amount_op).text(lang)
    return _("All conditions are met")


_RANK = {Truth.YES: 0, Truth.UNKNOWN: 1, Truth.NO: 2, None: 3}


class SupportSection:
    """Which support the company can get, how much, why or what is missing."""

    key = "support"
    title = gettext_lazy("Support")
    order = 10

    def advise(self, subject: Subject, so_far: tuple[SectionResult, ...]) -> list[Finding]:
        """One finding a policy in force: first what can be had, classifications last."""
        policies = policy_set()
        try:
            explanations = policies.explain(subject.facts, subject.on)
        except NoPolicyInForce as error:
            raise NothingToSay(str(error)) from error
        found = [finding(e) for e in explanations]
        found.sort(key=lambda f: (_RANK[f.answer] if not f.value else 4, f.key))
        return found + [self._not_in_force(policy) for policy in replaced_on(subject.on)]

    def _not_in_force(self, policy: Policy) -> Finding:
        lang = language()
        since, until = policy.date_from or "…", policy.date_to or "…"
        return Finding(
            key=policy.id,
            title=label_text(policy.title, lang),
            summary=_("Not in force on this day (in force from %(since)s to %(until)s)")
            % {"since": since, "until": until},
            link=Link(label_text(policy.title, lang), reverse("policies:policy", args=[policy.id])),
            status=policy.status.label(lang),
        )
