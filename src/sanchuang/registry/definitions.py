"""The dictionary of facts of the loaded pack."""

from __future__ import annotations

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


def definitions() -> Definitions:
    """The dictionary as loaded; read again only after another pack load (one query otherwise)."""
    load = PackLoad.objects.values_list("pk", "digest", "loaded_at").first()
    if load is None or _cache.key != load:
        rows = list(FactDefinition.objects.all())
        _cache.value = Definitions(
            FactDictionary.of(row.spec for row in rows),
            tuple(row.name for row in rows if row.values_from == "classification"),
        )
        _cache.key = load or ()
    return _cache.value


def dictionary() -> FactDictionary:
    """Every fact that rules may ask for, in the order of the pack; empty before a pack is loaded."""
    return definitions().dictionary
