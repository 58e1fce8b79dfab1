"""An explanation by the rules engine told to readers: lines, links, amounts, in one language."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from sanchuang.core.advice import Amount, Behind, Finding, Line, Link, Missing, behind
from sanchuang.core.language import page_language
from sanchuang.engines.rules import (
    Answered,
    Article,
    Condition,
    Explanation,
    Facts,
    Lack,
    Policy,
    PolicySet,
    RuleConflict,
    Step,
    Used,
    budget_sentence,
    condition_sentence,
    label_text,
    say,
    show,
)
from sanchuang.engines.rules.points import Mark, marks_of
from sanchuang.engines.rules.steps import said_only
from sanchuang.engines.rules.tree import (
    All,
    Banded,
    Compare,
    FactRef,
    Lookup,
    Node,
    Not,
    Ref,
    ResultRef,
    YearsSum,
)
from sanchuang.engines.rules.types import Kind, type_of_fact
from sanchuang.engines.rules.walk import nodes_of
from sanchuang.policies.queries import policy_set
from sanchuang.policies.sheets import score_sheets
from sanchuang.policies.together import Groups, together
from sanchuang.policies.ways import Days, Ways, closing, ways
from sanchuang.values import Op, Truth, Verification, Yuan

_INSIDE = re.compile(r"(?<=[^\x00-\x7f])\n(?=[^\x00-\x7f])")  # between two characters that are not ASCII
NAMED = 3  # so many missing facts stand in the sentence; the list below it has all
_SIGNS = {">=": "≥", "<=": "≤"}


class Teller:
    """Tells what one policy says, in one language; what does not depend on the company is made once."""

    def __init__(self, policy: Policy, lang: str) -> None:
        self.policy = policy
        self.lang = lang
        self.title = label_text(policy.title, lang)
        self.link = Link(self.title, reverse("policies:policy", args=[policy.id]))
        self.status = policy.status.label(lang)
        self._articles = {a.anchor: Link(a.heading, f"{self.link.url}#{a.anchor}") for a in policy.articles}
        self._labels = {c.id: label_text(c.label, lang) for c in policy.conditions}
        self._sentences = {c.id: self._sentence(c) for c in policy.conditions}
        self._words: dict[int, str] = {}

    def _sentence(self, condition: Condition) -> str:
        """The rule in words, empty where the label already says it: a yes-or-no fact without exception."""
        excepted = any(e.to == condition.id for e in self.policy.exceptions)
        meant = self._meant(condition.node)
        node = meant.item if isinstance(meant, Not) else meant
        if isinstance(node, FactRef) and not excepted:
            return ""
        return condition_sentence(self.policy, replace(condition, node=meant), self.lang)

    def _meant(self, node: Node) -> Node:
        """What a name that stands alone means, as far as this policy's own words go."""
        while isinstance(node, Ref) and node.name in self.policy.definitions:
            inner = self.policy.definitions[node.name].node
            if any(isinstance(part, ResultRef) for part in nodes_of(inner)):
                break
            node = inner
        return node

    @cached_property
    def _others(self) -> dict[str, Policy]:
        """The policies read together with this one; a load reads all anew, and each then gets a new teller."""
        return policy_set().by_id

    @cached_property
    def marks(self) -> dict[str, list[Mark]]:
        """What the policy asks of its score sheets and their items, by their names."""
        return marks_of(self.policy)

    def article(self, article: Article) -> Link:
        """The article's place on the policy's page."""
        return self._articles[article.anchor]

    def say(self, step: Step) -> str:
        """The step's expression in words (made once for each node of the policy)."""
        key = id(step.node)
        if key not in self._words:
            self._words[key] = say(self.policy, step.node, self.lang)
        return self._words[key]

    def value(self, step: Step) -> str:
        """The step's value."""
        return show(step.value, step.node.type, self.lang)

    # facts ------------------------------------------------------------------------------------------------
    def behind(self, used: Iterable[Used]) -> tuple[Behind, ...]:
        """The facts that were found."""
        return tuple(behind(u.spec, u.found, u.period, self.lang) for u in used if u.found is not None)

    def missing(self, lacks: Iterable[Lack]) -> tuple[Missing, ...]:
        """What is not known."""
        found = sorted(lacks, key=lambda lack: (lack.name, lack.period))
        return tuple(map(self._missing, found))

    def _missing(self, lack: Lack) -> Missing:
        rules = lack.name in self.policy.parameters and self.policy.dictionary.find(lack.name) is None
        # a parameter's "period" is the day asked about, which the reader knows
        period = "" if rules else lack.period
        return Missing(lack.name, self._name_of(lack), period, note_text(lack.note, self.lang), rules)

    def _name_of(self, lack: Lack) -> str:
        """What is lacking in the reader's words: a fact, a figure of this policy, or another policy."""
        if (spec := self.policy.dictionary.find(lack.name)) is not None:
            return spec.label(self.lang)
        if (parameter := self.policy.parameters.get(lack.name)) is not None:
            return label_text(parameter.label, self.lang)
        other = self._others.get(lack.name.partition(".")[0])
        return label_text(other.title, self.lang) if other is not None else lack.label

    # lines ------------------------------------------------------------------------------------------------
    def condition(self, answered: Answered) -> Line:
        """One condition with its article, the fact behind it and what would change the answer."""
        condition = answered.condition
        label, sentence = self._labels[condition.id], self._sentences[condition.id]
        details = [sentence] if sentence else []
        if answered.by is not None:
            details.append(_("Decided by the exception “%s”") % label_text(answered.by.label, self.lang))
        elif distance := self._gap(answered.step):
            details.append(distance)
        return Line(
            text=label,
            answer=answered.truth,
            detail=" ".join(details),
            reference=self.article(condition.article),
            quote=one_line_a_sentence(condition.article.text),
            facts=self.behind(answered.facts()),
            missing=self.missing(answered.lacks) if answered.truth is Truth.UNKNOWN else (),
            remedy=label_text(condition.remedy, self.lang) if answered.truth is Truth.NO else "",
            status=condition.status.label(self.lang),
        )

    def _gap(self, step: Step) -> str:
        """How far a comparison of numbers that does not hold is from holding."""
        while isinstance(step.node, Ref) and step.parts:
            step = step.parts[0]
        node = step.node
        if step.value is not False or not isinstance(node, Compare) or node.op not in (">=", ">", "<=", "<"):
            return ""
        have, need = (self.value(part) for part in step.parts)
        return _("has %(have)s, needs %(op)s %(need)s") % {
            "have": have,
            "op": _SIGNS.get(node.op, node.op),
            "need": need,
        }

    def computation(self, explanation: Explanation) -> tuple[Line, ...]:
        """How the amount or the result comes about."""
        step = explanation.amount_step or explanation.result_step
        if step is None:
            return ()
        rule = self.policy.amount or self.policy.definitions[self.policy.result or ""]
        value = self.value(step)
        if (
            explanation.amount_step is not None
            and explanation.amount_op is not Op.EXACT
            and step.value is not None
        ):
            value = f"{explanation.amount_op.value} {value}"
        first = Line(
            text=f"{label_text(rule.label, self.lang)} = {value}",
            detail=self.say(step),
            reference=self.article(rule.article),
            status=rule.status.label(self.lang),
            children=self._steps(step, set()),
        )
        return (first,)

    def _steps(self, step: Step, told: set[int]) -> tuple[Line, ...]:
        """The parts of a computation as lines; what was told above is not told again."""
        if id(step) in told:
            return ()
        told.add(id(step))
        if isinstance(step.node, ResultRef):
            return (self._result(step, step.node, told),)
        if isinstance(step.node, Ref):
            found: Any = self.policy.definitions.get(step.node.name) or self.policy.parameters[step.node.name]
            if step.parts and id(step.parts[0]) in told:
                return ()
            text = f"{label_text(found.label, self.lang)} = {self.value(step)}"
            children = self._steps(step.parts[0], told) if step.parts else ()
            status = found.status.label(self.lang)
            return (Line(text, reference=self.article(found.article), status=status, children=children),)
        if step.facts:
            used = step.facts[0]
            # a sum over years is told year by year; each year's part carries the sum's own node
            of_year = isinstance(step.node, YearsSum)
            said = f"{used.spec.label(self.lang)} {used.period}" if of_year else self.say(step)
            words = f"{said} = {self.value(step)}"
            return (Line(words, facts=self.behind(step.facts), missing=self.missing(step.lacks)),)
        return tuple(line for part in step.parts for line in self._steps(part, told))

    def _result(self, step: Step, node: ResultRef, told: set[int]) -> Line:
        """What another policy says, in its own words and with its own articles."""
        other = teller(self._others[node.policy])
        definition = other.policy.definitions[node.name]
        return Line(
            f"{other.title} · {label_text(definition.label, self.lang)} = {self.value(step)}",
            reference=other.article(definition.article),
            missing=self.missing(step.lacks) if not step.parts else (),
            status=definition.status.label(self.lang),
            children=tuple(line for part in step.parts for line in other._steps(part, told)),
        )

    # the whole --------------------------------------------------------------------------------------------
    def notes(self) -> tuple[str, ...]:
        """What a reader must know before relying on the answer."""
        policy = self.policy
        out = []
        if policy.budget is not None:
            out.append(
                _("Budget (%(status)s; %(label)s): %(words)s")
                % {
                    "status": policy.budget.status.label(self.lang),
                    "label": label_text(policy.budget.label, self.lang),
                    "words": budget_sentence(policy.budget, self.lang),
                }
            )
        if policy.stacking is not None:
            out.append(label_text(policy.stacking.label, self.lang))
        return tuple(out)

    def finding(
        self,
        explanation: Explanation,
        facts: Facts,
        policies: PolicySet,
        days: Days,
        *,
        groups: Groups,
        brief: bool = False,
    ) -> Finding:
        """The policy's answer as a finding; `policies` is the set it belongs to, `groups` what goes with it.

        `brief`: the answer without its reasons.
        """
        amount = potential = None
        if explanation.amount is not None:
            amount = Amount(explanation.amount, explanation.amount_op)
        elif isinstance(explanation.potential, Yuan) and explanation.potential > Yuan(0):
            potential = Amount(explanation.potential, explanation.amount_op)
        answer: Truth | None = explanation.eligible
        value = ""
        result = explanation.result_step
        if result is not None and answer is not Truth.NO:
            value = self.value(result) if result.value is not None else ""
            if result.value is None:
                answer = Truth.UNKNOWN
            elif not explanation.conditions:
                answer = None  # a classification: everybody has a class, nobody is refused one
        finding = Finding(
            key=self.policy.id,
            title=self.title,
            answer=answer,
            summary=self._summary(explanation),
            value=value,
            amount=amount,
            potential=potential,
            link=self.link,
            missing=self.missing(explanation.lacks),
            status=self._weakest(explanation).label(self.lang),
            synthetic=self.policy.example,
        )
        if brief:
            return finding
        way = ways(policies, explanation, facts, self.lang) if answer is not None else Ways()
        may_apply = explanation.eligible is not Truth.NO
        return replace(
            finding,
            lines=tuple(self.condition(c) for c in explanation.conditions),
            computation=self.computation(explanation),
            scores=score_sheets(self, explanation),
            together=together(self, groups),
            papers=tuple(label_text(p.label, self.lang) for p in explanation.papers) if may_apply else (),
            ways=way.sentences,
            hopeless=way.hopeless,
            beyond=way.beyond,
            notes=(*self.notes(), *closing(explanation, days, self.lang)),
        )

    def _weakest(self, explanation: Explanation) -> Verification:
        """The least checked of everything this answer rests on: an answer is no surer than that."""
        found = {self.policy.status} | {c.condition.status for c in explanation.conditions}
        if self.policy.amount is not None:
            found.add(self.policy.amount.status)
        told: set[int] = set()
        steps = [(self.policy, c.step) for c in explanation.conditions]
        for root in (explanation.amount_step, explanation.result_step):
            steps += [(self.policy, root)] if root is not None else []
        while steps:
            policy, step = steps.pop()
            if id(step) in told:
                continue
            told.add(id(step))
            if isinstance(step.node, ResultRef):
                policy = self._others[step.node.policy]
                found.add(policy.definitions[step.node.name].status)
            elif isinstance(step.node, _CHECKED):
                found |= _status_of(policy, step, explanation.on)
            steps += [(policy, part) for part in step.parts]
        return max(found, key=list(Verification).index)

    def conflict(self, conflict: RuleConflict) -> Finding:
        """The policy contradicts itself for this company: nothing is decided, and an editor must mend it."""
        return Finding(
            key=self.policy.id,
            title=self.title,
            answer=Truth.UNKNOWN,
            summary=_("The policy contradicts itself; its editor must mend it: %s") % conflict,
            link=self.link,
            status=self.status,
            synthetic=self.policy.example,
        )

    def _summary(self, explanation: Explanation) -> str:
        separator = _(", ")
        if explanation.eligible is Truth.NO:
            return _("Not met: %s") % separator.join(
                self._labels[c.condition.id] + self._failed_part(c.step) for c in explanation.failed()
            )
        if explanation.lacks:
            needed = [self._asked(lack) for lack in self.missing(explanation.lacks)]
            if len(needed) > NAMED:
                return _("Not decided: %(n)s things are still to be known, among them %(some)s") % {
                    "n": len(needed),
                    "some": separator.join(needed[:NAMED]),
                }
            return _("Not decided: needs %s") % separator.join(needed)
        if explanation.amount is None and explanation.result_step is not None:
            return self.value(explanation.result_step)
        if explanation.amount is not None:
            return Amount(explanation.amount, explanation.amount_op).text(self.lang)
        return _("All conditions are met")

    def _failed_part(self, step: Step) -> str:
        """Which parts of a condition that asks for several at once do not hold, where others do."""
        while isinstance(step.node, Ref) and step.parts:
            step = step.parts[0]
        failed = [part for part in step.parts if part.value is False]
        if not isinstance(step.node, All) or not failed or len(failed) == len(step.parts):
            return ""
        gaps = _(", ").join(
            f"{self.say(part.parts[0])} {gap}" if (gap := self._gap(part)) else self.say(part)
            for part in failed
        )
        return _(" (this part fails: %s)") % gaps

    def _asked(self, lack: Missing) -> str:
        """A missing fact as what one would have to know: a yes-or-no one as "whether …"."""
        spec = self.policy.dictionary.find(lack.name)
        if spec is not None and type_of_fact(spec).kind is Kind.BOOL:
            return _("whether %s") % lack.label
        return f"{lack.label} {lack.period}".strip()


_CHECKED = (Lookup, Banded, Ref)


def one_line_a_sentence(text: str) -> str:
    """A source's text without the breaks of its lines inside Chinese sentences; paragraphs and lists keep theirs."""
    return _INSIDE.sub("", text)


def note_text(note: str, lang: str) -> str:
    """The engine's word on why something is lacking, which it writes in Chinese, in the reader's language."""
    sign = said_only(note)
    if sign is None or not lang.startswith("en"):
        return note
    return _("the source only says “%s”, no exact value") % sign.value


def _status_of(policy: Policy, step: Step, on: dt.date) -> set[Verification]:
    """How far the table, scale, parameter or definition that a step of `policy` reads was checked."""
    match step.node:
        case Lookup(table=name):
            return {policy.tables[name].status}
        case Banded(bands=name):
            return {policy.bands[name].status}
        case Ref(name=name):
            if name in policy.definitions:
                return {policy.definitions[name].status}
            dated = policy.parameters[name].at(on)
            return {dated.status} if dated is not None else set()
    return set()


_tellers: dict[tuple[str, str], Teller] = {}


def teller(policy: Policy) -> Teller:
    """The teller of a policy in the page's language."""
    key = policy.id, page_language()
    found = _tellers.get(key)
    if found is None or found.policy is not policy:
        found = _tellers[key] = Teller(policy, key[1])
    return found
