"""This process's index of everything that can be found, brought into step with the records before each search.

One query reads the state of the records (see `core.search.marks`). When it changed, the records marked since are
read again into a small second index that covers what the first one says of them; after many changes, a pack's load or
an undone transaction all is read anew.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from django.apps import apps
from django.db import connection
from django.db.models import Sum

from sanchuang.core.models import SearchMark
from sanchuang.core.search.keys import search_key
from sanchuang.core.search.marks import KEPT
from sanchuang.core.search.offers import Entry, Source, sources
from sanchuang.engines.lookup import Document, Found, Index

MANY = 300  # changed records from which on all is read anew

Ints = npt.NDArray[np.int64]
Mark = tuple[int, int]  # primary key and random number
Changed = dict[str, frozenset[Any]]  # primary keys by kind


@dataclass(frozen=True)
class Layer:
    """Entries with their index; `kinds` gives of each entry the place of its kind in the order of kinds."""

    entries: list[Entry]
    kinds: Ints
    index: Index

    @classmethod
    def of(cls, given: Iterable[tuple[int, Entry]]) -> Layer:
        """A layer of entries, each with the place of its kind."""
        pairs = list(given)
        documents = [
            Document(entry.names, entry.texts, rank=100 * entry.synthetic + kind) for kind, entry in pairs
        ]
        kinds = np.array([kind for kind, _ in pairs], np.int64)
        return cls([entry for _, entry in pairs], kinds, Index(documents, search_key))


@dataclass(frozen=True)
class State:
    """The index as of one state of the records."""

    total: int
    seen: frozenset[Mark]
    kinds: tuple[Source, ...]
    base: Layer
    fresh: Layer
    gone: npt.NDArray[np.bool_]  # of the base: entries that changed since or are no more
    changed: Changed

    def __len__(self) -> int:
        """How many entries can be found."""
        return int((~self.gone).sum()) + len(self.fresh.entries)

    def entry(self, number: int) -> Entry:
        """The entry with this number."""
        base = self.base.entries
        return base[number] if number < len(base) else self.fresh.entries[number - len(base)]

    def name(self, number: int, row: int) -> tuple[str, int]:
        """The name in a row of the index in which the entry stands, and its use."""
        index = self.base.index if number < len(self.base.entries) else self.fresh.index
        return index.texts[row], int(index.uses[row])

    def find(self, text: str, allowed: npt.NDArray[np.bool_]) -> tuple[Ints, Ints, Found]:
        """Numbers and kinds of the entries found, best first, with scores, ways and rows; of `allowed` kinds."""
        base, fresh = self.base.index.find(text), self.fresh.index.find(text)
        old = ~self.gone[base.documents]
        numbers = np.concatenate([base.documents[old], fresh.documents + len(self.base.entries)])
        kinds = np.concatenate([self.base.kinds[base.documents[old]], self.fresh.kinds[fresh.documents]])
        ranks = np.concatenate(
            [self.base.index.rank[base.documents[old]], self.fresh.index.rank[fresh.documents]]
        )
        scores = np.concatenate([base.scores[old], fresh.scores])
        how = np.concatenate([base.how[old], fresh.how])
        rows = np.concatenate([base.names[old], fresh.names])
        may = allowed[kinds]
        order = np.flatnonzero(may)[np.lexsort((numbers[may], ranks[may], -scores[may]))]
        return numbers[order], kinds[order], Found(numbers[order], scores[order], how[order], rows[order])


_states: dict[str, State] = {}
_lock = threading.Lock()


def current() -> State:
    """The index in step with the records; one query when nothing changed."""
    database = str(connection.settings_dict["NAME"])
    total = SearchMark.objects.aggregate(total=Sum("mark"))["total"] or 0
    known = tuple(sources())
    state = _states.get(database)
    if state is not None and state.total == total and state.kinds == known:
        return state
    with _lock:
        state = _states.get(database)
        if state is None or state.total != total or state.kinds != known:
            state = _read(state, known)
            if len(_states) > 1 and database not in _states:
                _states.clear()
            _states[database] = state
    return state


def forget() -> None:
    """Drop what this process holds: the next search reads everything."""
    _states.clear()


def _read(old: State | None, kinds: tuple[Source, ...]) -> State:
    # The marks first: what changes after this line is marked again and read at the next search.
    marks = list(SearchMark.objects.order_by("pk").values_list("pk", "mark", "model", "record"))
    total = sum(mark for _, mark, _, _ in marks)
    seen = frozenset((pk, mark) for pk, mark, _, _ in marks)
    changed = _changed(old, kinds, marks, seen) if old is not None and old.kinds == kinds else None
    if old is None or changed is None:
        base = Layer.of(
            (number, entry) for number, source in enumerate(kinds) for entry in source.entries(None)
        )
        gone = np.zeros(len(base.entries), np.bool_)
        return State(total, seen, kinds, base, Layer.of(()), gone, {})
    again = [(number, source, changed.get(source.kind, frozenset())) for number, source in enumerate(kinds)]
    fresh = Layer.of((number, e) for number, source, pks in again if pks for e in source.entries(pks))
    gone = np.zeros(len(old.base.entries), np.bool_)
    for number, _, pks in again:
        if pks:
            gone |= (old.base.kinds == number) & np.array([e.pk in pks for e in old.base.entries], np.bool_)
    return State(total, seen, kinds, old.base, fresh, gone, changed)


def _changed(
    old: State, kinds: tuple[Source, ...], marks: list[tuple[int, int, str, str]], seen: frozenset[Mark]
) -> Changed | None:
    """The records changed since the first index of `old` was made, by kind; None: too many, or not to be told."""
    # Marks as young as this are never cleared away: one that is gone was undone with its transaction. (A database
    # need not give the numbers of an undone transaction again, so numbers alone do not tell.)
    kept = max((pk for pk, *_ in marks), default=0) - KEPT
    undone = any(pk >= kept for pk, _ in old.seen - seen)
    missed = max((pk for pk, _ in old.seen), default=0) < kept
    if not marks or undone or missed:
        return None
    records: dict[str, set[str]] = {}
    for pk, mark, model, record in marks:
        if (pk, mark) not in old.seen:
            records.setdefault(model, set()).add(record)
    if "" in records:
        return None
    changed = dict(old.changed)
    for source in kinds:
        own = apps.get_model(source.model)
        for label, path in {source.model: "pk", **source.watch}.items():
            if label not in records:
                continue
            pks: Collection[Any] = [own._meta.pk.to_python(pk) for pk in records[label]]
            if path != "pk":
                found = own._default_manager.filter(**{f"{path}__in": list(records[label])})
                pks = found.order_by().values_list("pk", flat=True)[: MANY + 1]
            changed[source.kind] = changed.get(source.kind, frozenset()) | frozenset(pks)
    return None if sum(map(len, changed.values())) > MANY else changed
