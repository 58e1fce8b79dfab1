"""The dictionary of facts of the loaded pack."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from sanchuang.core.models import PackLoad
from sanchuang.engines.rules.dictionary import FactDictionary
from sanchuang.registry.models import FactDefinition


@dataclass(frozen=True)
class Definitions:
    """The dictionary, and the facts whose value is the organisation's code in the classification."""

    dictionary: FactDictionary
    from_classification: tuple[str, ...] = ()


@dataclass
class _Cache:
    key: tuple[object, ...] = ()
    value: Definitions = field(default_factory=lambda: Definitions(FactDictionary()))


_cache = _Cache()
_held: ContextVar[Definitions | None] = ContextVar("definitions", default=None)


def definitions() -> Definitions:
    """The dictionary as loaded; read again only after another pack load (one query otherwise)."""
    held = _held.get()
    if held is not None:
        return held
    load = PackLoad.objects.values_list("pk", "digest", "loaded_at").first()
    if load is None or _cache.key != load:
        rows = list(FactDefinition.objects.all())
        _cache.value = Definitions(
            FactDictionary.of(row.spec for row in rows),
            tuple(row.name for row in rows if row.values_from == "classification"),
        )
        _cache.key = load or ()
    return _cache.value


@contextmanager
def pinned() -> Iterator[Definitions]:
    """Within the block nobody asks again whether another pack was loaded (for work over many companies)."""
    found = definitions()
    token = _held.set(found)
    try:
        yield found
    finally:
        _held.reset(token)


def dictionary() -> FactDictionary:
    """Every fact that rules may ask for, in the order of the pack; empty before a pack is loaded."""
    return definitions().dictionary


def code_scheme() -> str:
    """The scheme of registration codes of the loaded pack; "none" before a pack is loaded."""
    about = PackLoad.objects.values_list("about", flat=True).first()
    return str(about["code_scheme"]) if about else "none"
