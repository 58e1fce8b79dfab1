"""The register through which rooms make their records findable.

A room registers, in its `AppConfig.ready`, a callable from a query to hits. `search` asks them all; each one
answers only with what the user may see.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext as _

from sanchuang.core.language import listed
from sanchuang.core.models import User
from sanchuang.values import Malformed


@dataclass(frozen=True)
class Hit:
    """One record found: what it is (`kind`), its identifier, name, a line about it, how well it fits (0–1).

    `synthetic` marks a record invented for a sample; whatever shows the hit shows the mark.
    """

    kind: str
    id: str
    title: str
    detail: str = ""
    score: float = 0.0
    synthetic: bool = False


Search = Callable[[str, "User | AnonymousUser", int], Iterable[Hit]]
_kinds: dict[str, Search] = {}


def register(kind: str, find: Search) -> None:
    """Offer records of `kind`; `find(text, user, limit)` gives at most `limit` hits, best first."""
    if kind in _kinds and _kinds[kind] is not find:
        raise ValueError(f"search kind {kind!r} is registered twice")
    _kinds[kind] = find


def kinds() -> list[str]:
    """The kinds of records that can be searched."""
    return sorted(_kinds)


def search(text: str, user: User | AnonymousUser, *, kind: str | None = None, limit: int = 20) -> list[Hit]:
    """The best `limit` records for `text`, of one kind or of all; none for an empty text.

    Raises `Malformed` for a kind that no room registered.
    """
    if kind is not None and kind not in _kinds:
        raise Malformed(
            _("There are no records of the kind “%(kind)s”") % {"kind": kind},
            _("Kinds: %(kinds)s") % {"kinds": listed(kinds())},
        )
    text = text.strip()
    if not text:
        return []
    finders = [_kinds[kind]] if kind else list(_kinds.values())
    hits = [hit for find in finders for hit in find(text, user, limit)]
    return sorted(hits, key=lambda hit: (-hit.score, hit.kind, hit.id))[:limit]
