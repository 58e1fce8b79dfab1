"""The register of papers: of each kind its title, its template, and how much one may hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

MOST_ROWS = 2_000  # some sixty pages; laying them out takes a server several seconds


@dataclass(frozen=True)
class DocumentKind:
    """A kind of paper.

    `template` extends `core/documents/base.html`. `rows` counts what the context asks to be laid out, in rows of about
    a line or two; a context of more than `most` rows is refused before any work is done.
    """

    name: str
    title: str | Promise
    template: str
    rows: Callable[[Mapping[str, Any]], int]
    most: int = MOST_ROWS


_kinds: dict[str, DocumentKind] = {}


def register(kind: DocumentKind) -> None:
    """Offer `kind`. Registering the same again is no fault; another one of its name is."""
    if kind.name in _kinds and _kinds[kind.name] != kind:
        raise ValueError(f"document kind {kind.name!r} is registered twice")
    _kinds[kind.name] = kind


def kind_of(name: str) -> DocumentKind:
    """The kind registered as `name`; raises `ValueError`, as a name nobody registered is a fault of the room."""
    if name not in _kinds:
        raise ValueError(
            f"document kind {name!r} is not registered; a room registers it in its AppConfig.ready"
        )
    return _kinds[name]
