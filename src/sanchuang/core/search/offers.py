"""What rooms tell the search: kinds of records, who may find them, what of each record can be found."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.utils.functional import Promise

from sanchuang.engines.lookup import Name


class Title(NamedTuple):
    """A name in simplified script and, where known, in the others; empty where not."""

    hans: str
    hant: str = ""
    en: str = ""

    def label(self, lang: str = "zh-hans") -> str:
        """The name in `lang` (`zh-hans`, `zh-hant`, `en`), else in simplified script."""
        return {"zh-hant": self.hant, "en": self.en}.get(lang) or self.hans


Words = str | Promise | Title


@dataclass(frozen=True, slots=True)
class Entry:
    """One record as the search knows it.

    `pk` is its primary key, `id` what stands in its address. `names` are all names, codes and keywords by which it is
    found, `texts` the prose in which words are found, `detail` what is shown beside the title, joined by a dot.
    `query` narrows the kind's list to the record.
    Nothing may stand here that some of those who may find the kind must not read.
    """

    pk: Any
    id: str
    title: Title
    names: tuple[Name, ...]
    texts: tuple[str, ...] = ()
    detail: tuple[Words, ...] = ()
    synthetic: bool = False
    query: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Source:
    """A kind of record that can be found.

    `entries(pks)` reads the entries of the records with these primary keys, None: of all; in a bounded number of
    queries. `watch` names the models whose change changes entries, each with the path from the kind's own model to
    it: `{"registry.OrganisationName": "names"}`; the own model itself need not be named. `address` is the name of the
    address of one record, given its `id`; where nobody serves it the hit leads to `listed`, the address of a list,
    with the entry's `query`. Kinds of smaller `order` are shown first.
    """

    kind: str
    label: str | Promise
    permission: str
    model: str
    entries: Callable[[Collection[Any] | None], Iterable[Entry]]
    watch: Mapping[str, str] = field(default_factory=dict)
    address: str = ""
    listed: str = ""
    order: int = 100


_sources: dict[str, Source] = {}


def register(source: Source) -> None:
    """Offer records of a kind; a kind belongs to one source."""
    if source.kind in _sources and _sources[source.kind] != source:
        raise ValueError(f"search kind {source.kind!r} is registered twice")
    _sources[source.kind] = source


def sources() -> list[Source]:
    """The kinds of records that can be searched, in their order."""
    return sorted(_sources.values(), key=lambda source: (source.order, source.kind))


def source_of(kind: str) -> Source:
    """The source of `kind`."""
    return _sources[kind]


def kinds() -> list[str]:
    """The names of the kinds, in the order of the alphabet."""
    return sorted(_sources)
