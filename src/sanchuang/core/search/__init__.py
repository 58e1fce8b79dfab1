"""The register through which rooms make their records findable, and the one search over all of them.

A room registers, in its `AppConfig.ready`, a `Source`: a kind of record, who may find it, and its entries. The search
keeps an index of all entries in each process; see `core.search.live` for how it never falls behind the records.
"""

from sanchuang.core.search.finding import Hit, Results, Why, nearest, search
from sanchuang.core.search.keys import search_key
from sanchuang.core.search.marks import changed
from sanchuang.core.search.offers import Entry, Source, Title, kinds, register, source_of, sources
from sanchuang.engines.lookup import How, Name, Use

__all__ = [
    "Entry",
    "Hit",
    "How",
    "Name",
    "Results",
    "Source",
    "Title",
    "Use",
    "Why",
    "changed",
    "kinds",
    "nearest",
    "register",
    "search",
    "search_key",
    "source_of",
    "sources",
]
