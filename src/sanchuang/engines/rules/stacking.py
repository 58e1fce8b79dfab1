"""Supports that may not be had together: which is taken, what the yearly cap cuts, and who pays which share.

`stacked` takes what the policies say of one company on one day. Amounts that are not known yet are kept as
spans; a choice is made only where every amount that is still possible leads to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from sanchuang.engines.rules.explain import Explanation
from sanchuang.engines.rules.policy import Stacking
from sanchuang.engines.rules.steps import Lack, only_says
from sanchuang.values import Op, Truth, Yuan, split

_AT_MOST = {Op.EXACT, Op.AT_MOST, Op.UNDER, Op.NEARLY}
_AT_LEAST = {Op.EXACT, Op.AT_LEAST, Op.OVER}


class Outcome(StrEnum):
    """What becomes of one claim."""

    TAKEN = "taken"
    DROPPED = "dropped"  # another of its group is higher, or as high and given earlier
    OPEN = "open"  # it depends on what is not known yet
    NONE = "none"  # the company is not eligible, or the amount is zero


@dataclass(frozen=True)
class Claim:
    """What one policy says, for one contract or project of the company where the policy counts by these."""

    explanation: Explanation
    name: str = ""


@dataclass(frozen=True)
class Span:
    """An amount between two bounds, both included; `high` None: no upper bound is known."""

    low: Yuan
    high: Yuan | None

    @property
    def known(self) -> Yuan | None:
        """The amount, None while it is open."""
        return self.low if self.low == self.high else None


@dataclass(frozen=True)
class Stacked:
    """One claim after the choice and the cap.

    `asked` is what its policy alone gives, `granted` what is left of it, `cut` what the cap takes (None while
    open). `shares` says who pays `granted`, by layer and to the fen; it is empty while that is open.
    """

    claim: Claim
    outcome: Outcome
    asked: Span
    granted: Span
    cut: Yuan | None
    shares: tuple[tuple[str, Yuan], ...]


@dataclass(frozen=True)
class StackedGroup:
    """All claims of one group, in the order given; `lacks` are the facts that would decide what is open."""

    group: str
    take: str
    per: str
    cap: Yuan | None
    claims: tuple[Stacked, ...]
    total: Span
    lacks: tuple[Lack, ...]

    def by_layer(self) -> dict[str, Yuan] | None:
        """What each layer pays in all; None while something is open."""
        if any(c.granted.known is None for c in self.claims):
            return None
        out: dict[str, Yuan] = {}
        for claim in self.claims:
            for layer, amount in claim.shares:
                out[layer] = out.get(layer, _NOTHING) + amount
        return out


_NOTHING = Yuan(0)
_NONE = Span(_NOTHING, _NOTHING)


def stacked(
    claims: Iterable[Explanation | Claim], already_paid: Mapping[str, Yuan] | None = None
) -> list[StackedGroup]:
    """What of these a company gets, group by group, in the order in which groups first occur.

    Policies without `stacking` or `amount` are left out. `already_paid` is what the company has had this year by
    group, which counts against the cap; a group that is not named has had nothing. Where several claims meet one
    cap, they are paid in the order given. An amount that policy or facts only bound (`≤`, not decided yet) is a
    span, and a choice that depends on it is open. Raises `ValueError` when policies of one group disagree.
    """
    groups: dict[str, list[Claim]] = {}
    for given in claims:
        claim = given if isinstance(given, Claim) else Claim(given)
        policy = claim.explanation.policy
        if policy.stacking is not None and policy.amount is not None:
            groups.setdefault(policy.stacking.group, []).append(claim)
    paid = already_paid or {}
    return [_group(name, members, paid.get(name, _NOTHING)) for name, members in groups.items()]


def _rule(claim: Claim) -> Stacking:
    rule = claim.explanation.policy.stacking
    assert rule is not None
    return rule


def group_rule(rules: Iterable[Stacking]) -> tuple[str, str, Yuan | None]:
    """Take, per and cap of a group. Raises `ValueError` when two policies say something else."""
    rules = list(rules)
    first = rules[0]
    caps = {rule.cap_per_year for rule in rules} - {None}
    for rule in rules:
        for key in ("take", "per"):
            one, other = getattr(first, key), getattr(rule, key)
            if one != other:
                raise ValueError(f"同组“{first.group}”的 {key} 不一致：{one} 与 {other}")
    if len(caps) > 1:
        said = " 与 ".join(sorted(str(cap) for cap in caps))
        raise ValueError(f"同组“{first.group}”的 cap_per_year 不一致：{said}")
    return first.take, first.per, next(iter(caps), None)


def _asked(explanation: Explanation) -> Span:
    """The bounds of what one policy gives."""
    if explanation.eligible is Truth.NO:
        return _NONE
    amount, op = explanation.potential, explanation.amount_op
    if amount is None:
        return Span(_NOTHING, None)
    amount = max(amount, _NOTHING)
    sure = explanation.eligible is Truth.YES and op in _AT_LEAST
    return Span(amount if sure else _NOTHING, amount if op in _AT_MOST else None)


def _group(name: str, claims: list[Claim], paid: Yuan) -> StackedGroup:
    take, per, cap = group_rule(_rule(c) for c in claims)
    asked = [_asked(c.explanation) for c in claims]
    cases: dict[str, list[int]] = {}  # the claims that meet in one contract, project or company
    for i, claim in enumerate(claims):
        cases.setdefault("" if per == "company" else claim.name, []).append(i)
    outcomes = [_alone(c.explanation, a) for c, a in zip(claims, asked, strict=True)]
    if take == "higher":
        for members in cases.values():
            _choose(members, asked, outcomes)
    granted, cuts = _capped(claims, asked, outcomes, None if cap is None else max(cap - paid, _NOTHING))
    rows = tuple(
        Stacked(c, outcome, a, g, cut, _shares(c, g))
        for c, outcome, a, g, cut in zip(claims, outcomes, asked, granted, cuts, strict=True)
    )
    total = _total(cases, asked, outcomes, take, None if cap is None else max(cap - paid, _NOTHING))
    lacks: dict[Lack, None] = {}
    for claim, outcome, span in zip(claims, outcomes, asked, strict=True):
        if outcome is Outcome.OPEN or (outcome is Outcome.TAKEN and span.known is None):
            lacks.update(dict.fromkeys(_why(claim.explanation)))
    return StackedGroup(name, take, per, cap, rows, total, tuple(lacks))


def _why(explanation: Explanation) -> tuple[Lack, ...]:
    """What keeps the amount from being known: facts, or a source that only bounds it."""
    if explanation.lacks or explanation.amount_op is Op.EXACT:
        return explanation.lacks
    policy = explanation.policy
    note = only_says(explanation.amount_op)
    return (Lack(f"{policy.id}.amount", policy.title.get("zh", policy.id), "", note),)


def _alone(explanation: Explanation, asked: Span) -> Outcome:
    """What becomes of a claim that meets no other."""
    if asked.high == _NOTHING:
        return Outcome.NONE
    return Outcome.TAKEN if explanation.eligible is Truth.YES else Outcome.OPEN


def _choose(members: list[int], asked: list[Span], outcomes: list[Outcome]) -> None:
    """Keep the highest of these, the earlier of equals; where amounts still overlap, all that may win are open."""
    rivals = [i for i in members if outcomes[i] is not Outcome.NONE]
    beaten = {
        i for i in rivals if any(_never_above(asked[i], asked[j], earlier=i < j) for j in rivals if j != i)
    }
    for i in rivals:
        if i in beaten:
            outcomes[i] = Outcome.DROPPED
        elif len(rivals) - len(beaten) > 1:
            outcomes[i] = Outcome.OPEN


def _never_above(span: Span, other: Span, *, earlier: bool) -> bool:
    """Whether `other` is sure to be preferred to `span`."""
    if span.high is None:
        return False
    return span.high < other.low if earlier else span.high <= other.low


def _capped(
    claims: list[Claim], asked: list[Span], outcomes: list[Outcome], left: Yuan | None
) -> tuple[list[Span], list[Yuan | None]]:
    """What is granted to each and what the cap takes, paid in the order given while the cap lasts."""
    room = None if left is None else Span(left, left)
    granted: list[Span] = []
    cuts: list[Yuan | None] = []
    for span, outcome in zip(asked, outcomes, strict=True):
        if outcome in (Outcome.DROPPED, Outcome.NONE):
            granted.append(_NONE)
            cuts.append(_NOTHING)
            continue
        wanted = Span(span.low if outcome is Outcome.TAKEN else _NOTHING, span.high)
        got, untouched = wanted, room is None
        if room is not None:
            assert room.high is not None
            high = room.high if wanted.high is None else min(wanted.high, room.high)
            got = Span(min(wanted.low, room.low), high)
            untouched = wanted.high is not None and wanted.high <= room.low
            room = Span(max(room.low - high, _NOTHING), room.high - got.low)
        granted.append(got)
        exact = wanted.known is not None and got.known is not None
        cut = wanted.low - got.low if exact else None
        cuts.append(_NOTHING if untouched else cut)
    return granted, cuts


def _total(
    cases: dict[str, list[int]], asked: list[Span], outcomes: list[Outcome], take: str, left: Yuan | None
) -> Span:
    """The bounds of all that is granted."""
    low, high = _NOTHING, _NOTHING
    unbounded = False
    for members in cases.values():
        possible = [asked[i] for i in members if outcomes[i] in (Outcome.TAKEN, Outcome.OPEN)]
        if not possible:
            continue
        highs = [span.high for span in possible if span.high is not None]
        unbounded |= len(highs) < len(possible)
        if take == "higher":
            low += max(span.low for span in possible)
            high += max(highs, default=_NOTHING)
        else:
            low += Yuan.sum(span.low for span in possible)
            high += Yuan.sum(highs)
    if left is None:
        return Span(low, None if unbounded else high)
    return Span(min(low, left), left if unbounded else min(high, left))


def _shares(claim: Claim, granted: Span) -> tuple[tuple[str, Yuan], ...]:
    """Who pays: the layers of `shares`, else the policy's own layer; the parts sum to the amount exactly."""
    amount = granted.known
    if amount is None or amount == _NOTHING:
        return ()
    rule = _rule(claim)
    if not rule.shares:
        return ((claim.explanation.policy.layer, amount),)
    layers = [layer for layer, _ in rule.shares]
    return tuple(zip(layers, split(amount, [part for _, part in rule.shares]), strict=True))
