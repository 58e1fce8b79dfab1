"""A policy's answer for one company as a record that can be replayed.

It carries the three dates apart: `on`, the day whose law is asked for and for which facts hold; `known`, the day up to
which facts count as known; and the fingerprint of the rules. `replay` finds the text of those rules even after the
pack was loaded anew, takes the facts known then, and says what is different now.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from sanchuang.core.errors import Unfit
from sanchuang.engines.rules import (
    Explanation,
    Facts,
    Policy,
    PolicySet,
    Scored,
    Step,
    Used,
    label_text,
    show,
)
from sanchuang.engines.rules.asking import asking
from sanchuang.engines.rules.changes import change_text, question_text
from sanchuang.engines.rules.deadlines import deadlines
from sanchuang.engines.rules.nearest import nearest
from sanchuang.engines.rules.points import Points, item_points, total_points
from sanchuang.engines.rules.rule_hash import rule_hash
from sanchuang.engines.rules.stacking import Span
from sanchuang.engines.rules.types import type_of_fact
from sanchuang.policies.queries import find_policy, policy_set
from sanchuang.policies.together import groups_with
from sanchuang.policies.versions import version
from sanchuang.policies.ways import Days
from sanchuang.registry.facts import OrganisationFacts, company_facts
from sanchuang.registry.models import Organisation
from sanchuang.values import Truth, Yuan

_ANSWER = ("eligible", "amount", "amount_op", "result")


@dataclass(frozen=True)
class Difference:
    """Something that came out otherwise: what, what it was then, and what it is now (as text; None: not there)."""

    what: str
    then: str | None
    now: str | None


@dataclass(frozen=True)
class Replay:
    """A decision computed once more, and what is different; the same answer has no differences among `answers`."""

    decision: dict[str, Any]
    answers: tuple[Difference, ...]
    facts: tuple[Difference, ...]

    @property
    def same(self) -> bool:
        """Whether the answer is the same, whatever the facts are now."""
        return not self.answers


def facts_known(organisation: Organisation, on: dt.date, known: dt.date) -> OrganisationFacts:
    """The facts of one company for `on`, without what became known here after `known`."""
    return company_facts([organisation], on, known=known)[organisation.pk]


def explained(
    organisation: Organisation, on: dt.date, known: dt.date, slug: str = ""
) -> list[tuple[Explanation, OrganisationFacts]]:
    """What the loaded policies (or one of them) in force on `on` say; raises `Unfit` when it is not in force."""
    policies = policy_set()
    wanted = [find_policy(slug)] if slug else policies.in_force(on)
    facts = facts_known(organisation, on, known)
    return [(_one(policies, policy, facts, on), facts) for policy in wanted]


def _one(policies: PolicySet, policy: Policy, facts: Facts, on: dt.date) -> Explanation:
    if not policy.in_force(on):
        words = _("The policy “%(slug)s” is not in force on %(on)s")
        raise Unfit(words % {"slug": policy.id, "on": on}, _("Ask for a day on which it is"))
    return policies.explain_one(policy, facts, on)


def decision(policies: PolicySet, explanation: Explanation, known: dt.date) -> dict[str, Any]:
    """The answer as plain data: what `replay` takes and compares."""
    policy, amount, result = explanation.policy, explanation.amount, explanation.result_step
    return {
        "policy": policy.id,
        "title": label_text(policy.title, "zh"),
        "on": explanation.on.isoformat(),
        "known": known.isoformat(),
        "rules": rule_hash(policies, policy),
        "eligible": explanation.eligible.value,
        "amount": amount.exact() if amount is not None else None,
        "amount_op": explanation.amount_op.value,
        "result": show(result.value, result.node.type) if result is not None else None,
        "conditions": {c.condition.id: c.truth.value for c in explanation.conditions},
        "scores": [_scored(explanation, each) for each in explanation.scores],
        "facts": [_fact(used) for used in _used(explanation)],
        "missing": [{"name": lack.name, "period": lack.period} for lack in explanation.lacks],
        "papers": [label_text(p.label, "zh") for p in explanation.papers]
        if explanation.eligible is not Truth.NO
        else [],
    }


def _scored(explanation: Explanation, scored: Scored) -> dict[str, Any]:
    """A score sheet: points as numbers (null: unknown), and the bounds of what is unknown."""
    policy = explanation.policy

    def told(name: str, label: Mapping[str, str], known: Any, span: Points, most: int) -> dict[str, Any]:
        bounds = [None if bound is None else _plain(bound) for bound in (span.low, span.high)]
        points = None if known is None else _plain(known)
        return {
            "id": name,
            "label": label_text(dict(label), "zh"),
            "points": points,
            "bounds": bounds,
            "max": most,
        }

    sheet = scored.sheet
    return {
        **told(sheet.id, sheet.label, scored.total, total_points(policy, scored), sheet.maximum),
        "items": [
            told(each.item.id, each.item.label, each.points, item_points(policy, each), each.item.maximum)
            for each in scored.items
        ],
    }


def _stacking(policies: PolicySet, explanation: Explanation, facts: Facts) -> dict[str, Any] | None:
    """What becomes of the support beside the others of its group."""
    group = groups_with(policies, explanation, facts).of(explanation.policy)
    if group is None:
        return None

    def bounds(span: Span) -> list[str | None]:
        return [span.low.exact(), span.high.exact() if span.high is not None else None]

    return {
        "group": group.group,
        "take": group.take,
        "per": group.per,
        "cap_per_year": group.cap and group.cap.exact(),
        "claims": [
            {
                "policy": each.claim.explanation.policy.id,
                "outcome": each.outcome.value,
                "asked": bounds(each.asked),
                "granted": bounds(each.granted),
                "cut": each.cut and each.cut.exact(),
                "shares": {layer: amount.exact() for layer, amount in each.shares},
            }
            for each in group.claims
        ],
        "total": bounds(group.total),
        "missing": [{"name": lack.name, "period": lack.period} for lack in group.lacks],
    }


def outlook(policies: PolicySet, explanation: Explanation, facts: Facts) -> dict[str, Any]:
    """What would change the answer, and until when one may apply, as plain data."""
    policy, on = explanation.policy, explanation.on
    near, ask = nearest(policies, policy, facts, on), asking(policies, policy, facts, on)
    return {
        "nearest": None
        if near is None
        else {
            "outcome": near.outcome.value,
            "changes": [
                {
                    "name": c.spec.name,
                    "period": c.period,
                    "before": _plain(c.before),
                    "after": _plain(c.after),
                    "beyond": c.beyond,
                    "text": change_text(c),
                }
                for c in near.changes
            ],
            "missing": [{"name": lack.name, "period": lack.period} for lack in near.lacks],
            "from_day": near.from_day and near.from_day.isoformat(),
        },
        "asking": None
        if ask is None
        else {
            "outcome": ask.outcome.value,
            "questions": [
                {"name": q.spec.name, "period": q.period, "text": question_text(q)} for q in ask.questions
            ],
        },
        "deadlines": [
            {
                "window": label_text(d.window.label, "zh"),
                "opens": d.opens and d.opens.isoformat(),
                "closes": d.closes and d.closes.isoformat(),
                "open": d.is_open,
                "working_days": d.left.value if d.left is not None else None,
                "calendar_unpublished": list(d.left.unpublished) if d.left is not None else [],
            }
            for d in deadlines(policy, on, Days())
        ],
        "stacking": _stacking(policies, explanation, facts),
    }


def _used(explanation: Explanation) -> list[Used]:
    """The facts asked for, each once, in order."""
    found: dict[tuple[str, str], Used] = {}
    steps: list[Step] = [c.step for c in explanation.conditions]
    steps += [s for s in (explanation.amount_step, explanation.result_step) if s is not None]
    for step in steps:
        for key, used in step.all_facts().items():
            found.setdefault(key, used)
    return list(found.values())


def _fact(used: Used) -> dict[str, Any]:
    value = used.found
    out: dict[str, Any] = {"name": used.spec.name, "label": used.spec.label(), "period": used.period}
    if value is None:
        return {**out, "value": None}
    shown = show(value.value, type_of_fact(used.spec))
    return {
        **out,
        "value": _plain(value.value),
        "text": shown,
        "op": value.op.value,
        "source": value.source,
        "evidence": value.evidence.value if value.evidence is not None else "",
    }


def _plain(value: Any) -> Any:
    return (
        value.exact() if isinstance(value, Yuan) else value if isinstance(value, bool | int) else str(value)
    )


def replay(organisation: Organisation, past: Mapping[str, Any]) -> Replay:
    """Compute a past decision once more, by the rules of its fingerprint and the facts known then.

    `past` is what `decision` gave. Raises `Unfit` when those rules were never loaded here, or the record is damaged.
    """
    try:
        slug, fingerprint = str(past["policy"]), str(past["rules"])
        on, known = (dt.date.fromisoformat(str(past[key])) for key in ("on", "known"))
    except (KeyError, ValueError) as error:
        raise Unfit(
            _("This is no record of a decision: %s") % error,
            _("Give what “sanchuang policy explain --format json” printed"),
        ) from None
    policies, policy = version(slug, fingerprint)
    facts = facts_known(organisation, on, known)
    facts.types = {**facts.types, **{spec.name: spec.type for spec in policy.dictionary.specs.values()}}
    now = decision(policies, _one(policies, policy, facts, on), known)
    return Replay(now, tuple(_answers(past, now)), tuple(_facts(past, now)))


def _answers(past: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Difference]:
    for key in _ANSWER:
        if key in past and past[key] != now[key]:
            yield Difference(key, _text(past[key]), _text(now[key]))
    if isinstance(past.get("scores"), list):
        yield from _each(_points(past["scores"]), _points(now["scores"]))
    conditions = past.get("conditions")
    if isinstance(conditions, Mapping):
        yield from _each(conditions, now["conditions"])


def _points(scores: Iterable[Any]) -> dict[str, Any]:
    """The points of every sheet and item, by name; what is not shaped like one is left out."""
    sheets = [sheet for sheet in scores if isinstance(sheet, Mapping)]
    items = [i for sheet in sheets if isinstance(sheet.get("items"), list) for i in sheet["items"]]
    told = [*sheets, *(item for item in items if isinstance(item, Mapping))]
    return {str(each.get("id")): each.get("points") for each in told}


def _facts(past: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Difference]:
    if isinstance(past.get("facts"), list):
        yield from _each(_values(past["facts"]), _values(now["facts"]))


def _values(facts: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    return {
        f"{fact.get('name')}" + (f"@{fact['period']}" if fact.get("period") else ""): fact.get("value")
        for fact in facts
    }


def _each(then: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Difference]:
    for key in (*then, *(key for key in now if key not in then)):
        if then.get(key) != now.get(key):
            yield Difference(str(key), _text(then.get(key)), _text(now.get(key)))


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
