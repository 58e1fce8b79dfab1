"""Matches as plain data, for programs and for the command line."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sanchuang.core.advice_data import plain
from sanchuang.registry.matching.ranking import Match
from sanchuang.registry.matching.trained import Counted


def match_data(match: Match) -> dict[str, Any]:
    """One match: both records, its score, its chance (None: cannot be told), and its reasons line by line."""
    need, other = match.need, match.other
    return {
        "need": {"id": need.slug, "name": need.title},
        "kind": match.side,
        "other": {"id": other.slug, "name": str(other)},
        "synthetic": other.synthetic,
        "score": round(match.score, 6),
        "chance": None if match.chance is None else round(match.chance.value, 3),
        "answers": None if match.chance is None else match.chance.answers,
        "terms": match.terms,
        "missing": list(match.hit.missing) if match.hit else [],
        "by": [{"id": each.other.slug, "name": each.other.title} for each in match.by],
        "people": [{"id": person.slug, "name": str(person)} for person in match.people],
        "lines": [plain(line) for line in match.lines],
    }


def matches_data(matches: Iterable[Match]) -> list[dict[str, Any]]:
    """Several, in their order."""
    return [match_data(match) for match in matches]


def counted_data(counted: Counted) -> dict[str, Any]:
    """The answers about one kind of match, and how many more are needed before chances can be told."""
    return {
        "kind": str(counted.kind),
        "worth": counted.worth,
        "not_worth": counted.not_worth,
        "worth_missing": counted.worth_missing,
        "not_worth_missing": counted.not_worth_missing,
    }
