"""The register of what can wait: how an item is told in the reader's language, and how it can be settled."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from sanchuang.core.models import InboxItem, User


@dataclass(frozen=True)
class Told:
    """An item in words: its title, a text, and named parts of it. Plain text; whatever shows it escapes it."""

    title: str
    body: str = ""
    terms: tuple[tuple[str, str], ...] = ()


Follow = Callable[[InboxItem, User], None]


@dataclass(frozen=True)
class Kind:
    """A kind of waiting thing.

    `tell` makes its words from the item's `data` in the language active when it is called. `outcomes` are the ways to
    settle it, each with its words; those in `explained` need a note. One that is `decided_elsewhere` is settled on the
    page of its record, whose action calls `withdraw` or `withdraw`; one `by_another` never waits for whoever put it.
    `settled` and `reopened`, if given, are told of
    an item that was settled or reopened, and by whom, in the same transaction: the room's record follows its item.
    """

    name: str
    label: str | Promise
    tell: Callable[[Mapping[str, Any]], Told]
    outcomes: Mapping[str, str | Promise] = field(default_factory=lambda: {"done": _("Done")})
    explained: frozenset[str] = frozenset()
    decided_elsewhere: bool = False
    by_another: bool = False
    settled: Follow | None = None
    reopened: Follow | None = None


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Offer `kind`; its outcomes' explanations must be of its own outcomes. Registering the same again is no fault."""
    if kind.name in _kinds and _kinds[kind.name] is not kind:
        raise ValueError(f"inbox kind {kind.name!r} is registered twice")
    if not kind.outcomes or not kind.explained <= set(kind.outcomes):
        raise ValueError(f"inbox kind {kind.name!r} explains outcomes it has not, or has none")
    _kinds[kind.name] = kind


def by_another() -> list[str]:
    """The names of the kinds that somebody else than whoever put them decides."""
    return [kind.name for kind in _kinds.values() if kind.by_another]


def known(name: str) -> Kind | None:
    """The kind registered as `name`."""
    return _kinds.get(name)


def kind_of(item: InboxItem) -> Kind:
    """The item's kind; one whose room is not installed any more is told by its name and can be marked as done."""
    return _kinds.get(item.kind) or Kind(item.kind, item.kind, lambda _data: Told(item.kind))


def tell(item: InboxItem) -> Told:
    """The item in the words of the language active now."""
    return kind_of(item).tell(item.data)


def is_here(link: str) -> bool:
    """Whether `link` is an address of this site: browsers read `//` and `/\\` as another one."""
    return link.startswith("/") and not link.startswith(("//", "/\\")) and len(link) <= 300
