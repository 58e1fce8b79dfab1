"""What other rooms keep about a record: links on its page, where its own room knows nothing of them.

`{% load related %}{% related record user %}` draws them; a room registers its source in `AppConfig.ready`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Model
from django.utils.functional import Promise

from sanchuang.core.models import User


@dataclass(frozen=True)
class Link:
    """One record of another room: its name, its page, and a word beside it."""

    title: str
    url: str
    detail: str = ""
    synthetic: bool = False


Finding = Callable[[Any, "User | AnonymousUser"], Iterable[Link]]


@dataclass(frozen=True)
class Source:
    """What a room keeps about records of the class `of`. `find(record, user)` leaves out what `user` may not see."""

    key: str
    of: type[Model]
    heading: str | Promise
    find: Finding


_sources: dict[str, Source] = {}


def register(source: Source) -> None:
    """Offer links; a key belongs to one source."""
    if _sources.get(source.key, source) != source:
        raise ValueError(f"links {source.key!r} are registered twice")
    _sources[source.key] = source


def related(record: Model, user: User | AnonymousUser) -> list[tuple[Source, list[Link]]]:
    """The sources that have something to say of `record`, with their links, by key."""
    sources = [source for _, source in sorted(_sources.items()) if isinstance(record, source.of)]
    found = [(source, list(source.find(record, user))) for source in sources]
    return [(source, links) for source, links in found if links]
