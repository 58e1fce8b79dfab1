"""The search over all kinds: hits with the reason why each was found, counted by kind."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext as _

from sanchuang.core.language import listed, page_script
from sanchuang.core.models import User
from sanchuang.core.search.keys import search_key
from sanchuang.core.search.live import State, current
from sanchuang.core.search.offers import Source, Title, Words, kinds
from sanchuang.engines.lookup import How, Use
from sanchuang.values import Malformed

LONGEST = 80  # characters of a text that is searched
MOST = 3000  # hits that can be paged through; more are counted
AROUND = 24  # characters shown on each side of a word found in a text


@dataclass(frozen=True)
class Why:
    """How a record was found: by `name` in its `use`, or in a text, of which `around` is before, word, after."""

    how: How
    name: str = ""
    use: Use | None = None
    around: tuple[str, str, str] | None = None


@dataclass(frozen=True)
class Hit:
    """One record found: what it is (`kind`), its identifier, title, what is said beside it, how well it fits (0–1).

    `synthetic` marks a record invented for a sample; whatever shows the hit shows the mark.
    """

    kind: str
    id: str
    names: Title
    details: tuple[Words, ...] = ()
    score: float = 0.0
    synthetic: bool = False
    why: Why = Why(How.WHOLE)
    query: tuple[tuple[str, str], ...] = ()

    @property
    def title(self) -> str:
        """The record's name in the page's language."""
        return self.names.label(page_script())

    @property
    def detail(self) -> str:
        """What is said beside the title, in the page's language."""
        said = (part.label(page_script()) if isinstance(part, Title) else str(part) for part in self.details)
        return "·".join(part for part in said if part)


@dataclass(frozen=True)
class Results:
    """A stretch of what was found: `hits`; how many of each kind there are in all; how many of the kind asked."""

    hits: list[Hit]
    counts: dict[str, int]
    total: int


def search(
    text: str,
    user: User | AnonymousUser,
    *,
    kind: str | None = None,
    limit: int = 20,
    skip: int = 0,
) -> Results:
    """The `limit` best records for `text` after `skip`, of one kind or of all; none for an empty text.

    Only kinds that `user` may see are searched and counted. Of a text the first `LONGEST` characters count.
    Raises `Malformed` for a kind that no room registered.
    """
    if kind is not None and kind not in kinds():
        raise Malformed(
            _("There are no records of the kind “%(kind)s”") % {"kind": kind},
            _("Kinds: %(kinds)s") % {"kinds": listed(kinds())},
        )
    text = clean(text)
    if not search_key(text):
        return Results([], {}, 0)
    state = current()
    numbers, of_kind, found = state.find(text, _allowed(state.kinds, user))
    counted = np.bincount(of_kind, minlength=len(state.kinds))
    counts = {source.kind: int(n) for source, n in zip(state.kinds, counted, strict=True) if n}
    chosen = np.arange(len(numbers))
    if kind is not None:
        place = next(n for n, source in enumerate(state.kinds) if source.kind == kind)
        chosen = np.flatnonzero(of_kind == place)
    total = len(chosen)
    hits = []
    for place in chosen[skip : min(skip + limit, MOST)].tolist():
        number, score = int(numbers[place]), float(found.scores[place])
        why = _why(state, number, How(int(found.how[place])), int(found.names[place]), text)
        hits.append(_hit(state, number, int(of_kind[place]), score, why))
    return Results(hits, counts, total)


def nearest(text: str, user: User | AnonymousUser, count: int = 5) -> list[Hit]:
    """Records whose names come nearest to `text`, for when nothing was found."""
    text = clean(text)
    if not search_key(text):
        return []
    state = current()
    allowed = _allowed(state.kinds, user)
    near = []
    for layer, first in ((state.base, 0), (state.fresh, len(state.base.entries))):
        for number, score in layer.index.nearest(text, 4 * count):
            if allowed[layer.kinds[number]] and not (first == 0 and state.gone[number]):
                near.append((-score, first + number, int(layer.kinds[number])))
    return [
        _hit(state, number, place, -score, Why(How.SLIP)) for score, number, place in sorted(near)[:count]
    ]


def clean(text: str) -> str:
    """`text` as it is searched: without control characters and spaces around, not longer than `LONGEST`."""
    return "".join(char if char.isprintable() else " " for char in text[: 4 * LONGEST]).strip()[:LONGEST]


def _allowed(sources: tuple[Source, ...], user: User | AnonymousUser) -> npt.NDArray[np.bool_]:
    return np.array([user.has_perm(source.permission) for source in sources], np.bool_)


def _hit(state: State, number: int, place: int, score: float, why: Why) -> Hit:
    entry, kind = state.entry(number), state.kinds[place].kind
    return Hit(
        kind, entry.id, entry.title, entry.detail, round(score, 4), entry.synthetic, why, query=entry.query
    )


def _why(state: State, number: int, how: How, row: int, text: str) -> Why:
    if row >= 0:
        name, use = state.name(number, row)
        return Why(how, name, Use(use))
    for word in (text, *text.split()):
        for prose in state.entry(number).texts:
            if around := _around(prose, word):
                return Why(how, around=around)
    return Why(how)


def _around(prose: str, word: str) -> tuple[str, str, str] | None:
    """Where `word`, compared by keys, first stands in `prose`: what is before it, the word as written, what follows."""
    keys = [search_key(char) for char in prose]
    joined, wanted = "".join(keys), search_key(word)
    at = joined.find(wanted)
    if at < 0 or not wanted:
        return None
    places = [place for place, key in enumerate(keys) for _ in key]
    first, last = places[at], places[at + len(wanted) - 1] + 1
    before, after = prose[max(0, first - AROUND) : first], prose[last : last + AROUND]
    return (
        ("…" if first > AROUND else "") + before,
        prose[first:last],
        after + ("…" if last + AROUND < len(prose) else ""),
    )
