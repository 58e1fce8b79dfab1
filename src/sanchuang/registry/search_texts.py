"""Results and needs in the search across rooms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q

from sanchuang.core.models import User
from sanchuang.core.search import Hit, Search
from sanchuang.registry.models import Need, Result
from sanchuang.registry.names import search_key

# A part of a title or name, of whatever record, goes before a keyword, and that before a word of a description.
_KEYWORD, _TEXT = 0.01, 0.001


def finder(kind: str, model: type[Result] | type[Need]) -> Search:
    """What finds records of `model` by a part of title, keyword, description or identifier."""

    def find(text: str, user: User | AnonymousUser, limit: int) -> list[Hit]:
        """The part of a title counts by how much of it is meant; then keywords; then descriptions."""
        key = search_key(text)
        if not key or not user.has_perm("registry.view_organisation"):
            return []
        # Databases keep lists of keywords in ways of their own, so these few words are compared here.
        words = model._default_manager.values_list("pk", "keywords")
        by_keyword = [pk for pk, given in words if any(key in search_key(word) for word in given)]
        found = model._default_manager.filter(
            Q(title__icontains=text) | Q(text__icontains=text) | Q(slug=text) | Q(pk__in=by_keyword)
        )
        score = _score(text, key)
        hits = [
            Hit(
                kind,
                record.slug,
                record.title,
                "·".join(str(part) for part in (record.field, record.organisation) if part),
                score(record),
                synthetic=record.synthetic,
            )
            for record in found.select_related("field", "organisation")
        ]
        return sorted(hits, key=lambda hit: (-hit.score, hit.title))[:limit]

    return find


def _score(text: str, key: str) -> Callable[[Any], float]:
    def score(record: Any) -> float:
        title = search_key(record.title)
        if record.slug == text:
            return 1.0
        if key in title:
            return len(key) / len(title)
        share = [len(key) / len(word) for word in map(search_key, record.keywords) if key in word]
        return _KEYWORD * max(share) if share else _TEXT

    return score


find_results = finder("result", Result)
find_needs = finder("need", Need)
