"""The registry's texts as indices: what results say, what needs ask for, and what is said of organisations and people.

Only what everybody who is signed in may read is on a shelf: no budget, no deadline, no fact.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from threading import Lock

from sanchuang.engines.matching import Document, Hit, Index
from sanchuang.engines.matching.index import MOST_READ
from sanchuang.registry.matching.trained import Trained
from sanchuang.registry.models import Need, Organisation, Person, PersonRole, Result

# Hits of one question that are put in order, and questions whose hits are remembered.
DEPTH = 15
REMEMBERED = 512
# Documents whose wording is measured for a text where something else ranks them: more than any ranking reaches down to.
COVERED = 300
Texts = tuple[tuple[str, str], ...]


class Shelf:
    """Texts as an index that never changes; a changed text makes a new shelf."""

    def __init__(self, texts: Texts) -> None:
        """Take (identifier, text) of each document."""
        self.texts = texts
        self.index = Index.build(Document(identifier, text) for identifier, text in texts)
        self._lock = Lock()
        self._remembered: Callable[[str, Trained], tuple[Hit, ...]] = lru_cache(REMEMBERED)(self._rank)
        self._worded: Callable[[str, Trained], dict[str, float]] = lru_cache(REMEMBERED)(self._wording)

    def rank(self, text: str, trained: Trained) -> tuple[Hit, ...]:
        """The `DEPTH` best hits for a text, of which no more is read and remembered than the engine reads."""
        return self._remembered(text[:MOST_READ], trained)

    def wording(self, text: str, trained: Trained) -> dict[str, float]:
        """The share of a text's wording that documents cover, before failed figures cost; others cover next to none."""
        if trained.learned is None:
            return {hit.id: hit.score / hit.credit for hit in self.rank(text, trained)}
        return self._worded(text[:MOST_READ], trained)

    def _rank(self, text: str, trained: Trained) -> tuple[Hit, ...]:
        with self._lock:
            self.index.weights, self.index.learned = trained.weights, trained.learned
            return tuple(self.index.rank(text, DEPTH))

    def _wording(self, text: str, trained: Trained) -> dict[str, float]:
        with self._lock:
            self.index.weights, self.index.learned = trained.weights, None
            return {hit.id: hit.score / hit.credit for hit in self.index.rank(text, COVERED, reasons=0)}


_shelves: dict[str, Shelf] = {}


def _shelf(key: str, texts: Iterable[tuple[str, str]]) -> Shelf:
    held, now = _shelves.get(key), tuple(texts)
    if held is None or held.texts != now:
        held = _shelves[key] = Shelf(now)
    return held


def text_of(record: Need | Result) -> str:
    """What a need or a result says."""
    return "\n".join([record.title, record.text, " ".join(record.keywords)])


def results() -> Shelf:
    """Every result under its identifier."""
    return _shelf("results", _written(Result))


def needs() -> Shelf:
    """Every need under its identifier."""
    return _shelf("needs", _written(Need))


def _written(model: type[Need] | type[Result]) -> Iterable[tuple[str, str]]:
    rows = model._default_manager.order_by("pk").values_list("slug", "title", "text", "keywords")
    return ((slug, "\n".join([title, text, " ".join(keywords)])) for slug, title, text, keywords in rows)


def organisations() -> Shelf:
    """What the register itself says of organisations, where it says something."""
    rows = Organisation.objects.exclude(note="").order_by("pk").values_list("slug", "note")
    return _shelf("organisations", rows)


def people() -> Shelf:
    """What the register says of people, and of the organisations in which they are; who left is not counted there."""
    said = {slug: [note] for slug, note in Person.objects.order_by("pk").values_list("slug", "note")}
    roles = PersonRole.objects.filter(until="").order_by("pk")
    for slug, title, note in roles.values_list("person__slug", "title", "organisation__note"):
        said[slug] += [title, note]
    return _shelf(
        "people", ((slug, "\n".join(filter(None, texts))) for slug, texts in said.items() if any(texts))
    )
