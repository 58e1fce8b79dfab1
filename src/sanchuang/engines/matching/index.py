"""The index: documents in, ranked documents with reasons out.

tantivy keeps the documents' characters, pairs and words as three fields, each with its own statistics, and
finds the candidates; `scoring` measures these exactly; `reasons` says what they share with the query.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import tantivy

from sanchuang.engines.matching.plain import plain
from sanchuang.engines.matching.reasons import LIMIT, Reason, Wording
from sanchuang.engines.matching.records import (
    FIELDS,
    WRITER_BYTES,
    WRITTEN,
    Document,
    DuplicateId,
    created,
    record,
    registered,
)
from sanchuang.engines.matching.repeats import tempered
from sanchuang.engines.matching.requirements import Conflict, Figure, Requirements
from sanchuang.engines.matching.scoring import Field, Question, Shares, Weights
from sanchuang.engines.matching.text import Unit, join, terms, units

if TYPE_CHECKING:
    # NumPy takes a while to load and is needed by what is learnt alone.
    from sanchuang.engines.matching.learned import Learned
    from sanchuang.engines.matching.lexical import Asked
    from sanchuang.engines.matching.likeness import Near
    from sanchuang.engines.matching.reading import Passages

CANDIDATES = 100
# Of a need with figures or exclusions so many documents are held against these at least.
CHECKED = 30
# What is read of a query; nobody says what is needed in more characters.
MOST_READ = 20_000
# What is read of a document for reasons and figures; all of it is searched.
MOST_EXPLAINED = 50_000
# Of a query's terms tantivy searches for the weightiest: so many at most, and no more once so many occurrences are read
# for each candidate. In a large collection common characters cost nearly all of the time and hardly change who is found.
_MOST_TERMS, _OCCURRENCES = 512, 1_500
# What each field's BM25 counts for when tantivy picks the candidates (docs/matching.md).
_BOOSTS = {"characters": 1.0, "pairs": 1.0, "words": 0.5}
Keep = Callable[[str], bool]
# Up to so many of a term's documents are counted again once some were removed; of more the share that is left is taken.
_COUNTED = 1_000


@dataclass(frozen=True, slots=True)
class Hit:
    """A document found, and why.

    score      0 to 1; of an index that has learnt: the chance to be the one that answers, if one does
    reasons    the wording it shares with the query, weightiest first
    figures    each figure of the query and what the document says to it
    conflicts  what one side rules out and the other has
    credit     what the score was multiplied with for figures not met and conflicts; 1 without any
    missing    words of the query that the document does not say, weightiest first
    """

    id: str
    score: float
    reasons: tuple[Reason, ...] = ()
    figures: tuple[Figure, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    missing: tuple[str, ...] = ()
    credit: float = 1.0


class Candidate(NamedTuple):
    """A document as found by tantivy with its score there, `first`, and measured exactly; `line` as in `text`."""

    id: str
    text: str
    line: str
    shares: Shares
    first: float


class Index:
    """A searchable collection: made by `build` or `open`, unchanging afterwards.

    `weights` say what each measure counts for and may be replaced at any time, for example by `learn`'s.
    `learned`, from `training.train` over this collection or one like it, ranks instead of them where it is set.
    """

    def __init__(self, index: tantivy.Index, weights: Weights | None = None) -> None:
        """Not for callers: use `build` or `open`."""
        self.weights = weights or Weights()
        self.learned: Learned | None = None
        self._index = index
        self._searcher = index.searcher()
        self._written = self._searcher.doc_freq(WRITTEN, WRITTEN)
        self._mean_lengths = [self._mean(name) for name in FIELDS]
        self._idf = lru_cache(maxsize=200_000)(self._find_idf)

    @classmethod
    def build(
        cls,
        documents: Iterable[Document],
        *,
        directory: Path | None = None,
        weights: Weights | None = None,
    ) -> Index:
        """Index `documents`, in memory or, to `open` it again later, in an empty `directory`.

        Raises DuplicateId; FileExistsError if the directory holds something already.
        """
        if directory is not None:
            directory.mkdir(parents=True, exist_ok=True)
            if any(directory.iterdir()):
                raise FileExistsError(f"目录不是空的：{directory}")
        index = created(directory)
        # One thread: the same documents in the same order always give the same index.
        writer = index.writer(WRITER_BYTES, num_threads=1)
        seen: set[str] = set()
        try:
            for document in documents:
                if document.id in seen:
                    raise DuplicateId(document.id)
                seen.add(document.id)
                writer.add_document(record(document))
            writer.commit()
        finally:
            writer.wait_merging_threads()
        index.reload()
        return cls(index, weights)

    @classmethod
    def open(cls, directory: Path, *, weights: Weights | None = None) -> Index:
        """Open what `build` left in `directory`. Raises FileNotFoundError if there is no index."""
        if not directory.is_dir() or not tantivy.Index.exists(str(directory)):
            raise FileNotFoundError(f"目录里没有索引：{directory}")
        return cls(registered(tantivy.Index.open(str(directory))), weights)

    def __len__(self) -> int:
        return self._searcher.num_docs

    def rank(
        self,
        query: str,
        top: int = 10,
        *,
        keep: Keep | None = None,
        reasons: int = LIMIT,
    ) -> list[Hit]:
        """Find the documents that match `query` best: at most `top`, best first, equal scores in order of id.

        keep     takes an id and says whether that document may appear (all may when None)
        reasons  how many reasons each hit carries at most; 0 saves half of the time
        A query without a single character, word or number finds nothing.
        """
        query = plain(query[:MOST_READ])
        asked = tempered(units(query))
        if not asked or top < 1:
            return []
        required = Requirements(query)
        reach = max(top, CHECKED) if required else top
        rank = self._weighed if self.learned is None else self._learned
        best = [(score, name, text[:MOST_EXPLAINED]) for score, name, text in rank(asked, reach, keep)]
        credits: dict[str, float] = {}
        if required:
            credits = {name: required.credit(text) for _, name, text in best}
            best = sorted(
                ((score * credits[name], name, text) for score, name, text in best),
                key=lambda found: (-found[0], found[1]),
            )
        if not reasons:
            return [
                Hit(identifier, score, credit=credits.get(identifier, 1.0))
                for score, identifier, _ in best[:top]
            ]
        wording = Wording(query[:MOST_READ], self._idf)
        return [
            Hit(
                identifier,
                score,
                wording.reasons(text, reasons),
                required.check(text),
                required.conflicts(text),
                wording.missing(text, reasons),
                credits.get(identifier, 1.0),
            )
            for score, identifier, text in best[:top]
        ]

    def _weighed(self, asked: list[Unit], top: int, keep: Keep | None) -> list[tuple[float, str, str]]:
        """Score, id and text of the best by the weighted mean of the four measures."""
        question = self._question(asked)
        proportions = question.proportions(self.weights)
        scored = [
            (-question.score(found.shares, found.line, proportions), found.id, found.text)
            for found in self._candidates(question, max(top, CANDIDATES), keep)
        ]
        return [(-negative, identifier, text) for negative, identifier, text in sorted(scored)[:top]]

    def _learned(self, asked: list[Unit], top: int, keep: Keep | None) -> list[tuple[float, str, str]]:
        """Score, id and text of the best by what was learnt; the score is the chance to be the one that answers."""
        assert self.learned is not None
        query, passages, documents = self.passages(asked, self.learned.knowledge.near, top, keep)
        if not documents:
            return []
        chances = self.learned.chances(query, passages).tolist()
        scored = sorted(zip((-chance for chance in chances), documents, strict=True))
        return [(-negative, *document) for negative, document in scored[:top]]

    def passages(
        self, these: list[Unit], near: Near, least: int = 0, keep: Keep | None = None
    ) -> tuple[Asked, Passages, list[tuple[str, str]]]:
        """Give a query and its candidates as the learnt ranker measures them, and their ids and texts."""
        from sanchuang.engines.matching import learned

        found = self._find(self._query(self._question(these)), max(least, learned.reach(these)), keep)
        asked = learned.asked(these, self._idf, len(self), self._mean_lengths)
        names = learned.near(these, asked, near, keep)
        there = {document["id"][0] for _, _, document in found}
        # tantivy would have found them had they scored more than its last.
        score = min((score for _, score, _ in found), default=0.0)
        found = learned.mixed(found, self._named([name for name in names if name not in there], score))
        addresses = [address for address, _, _ in found]
        lengths = [
            [float(value or 0) for value in self._searcher.fast_field_values(f"{name}_length", addresses)]
            for name in FIELDS
        ]
        passages = learned.passages(
            [document["codes"][0] for _, _, document in found],
            [document["coded_words"][0] for _, _, document in found],
            lengths,
            [score for _, score, _ in found],
        )
        return asked, passages, [(document["id"][0], _text(document, "text")) for _, _, document in found]

    def _named(
        self, names: list[str], score: float
    ) -> list[tuple[tantivy.DocAddress, float, tantivy.Document]]:
        """Fetch documents by id, in this order; those no longer here are left out."""
        if not names:
            return []
        query = tantivy.Query.term_set_query(self._index.schema, "id", names)
        hits = self._searcher.search(query, len(names), count=False).hits
        found = {}
        for _, address in hits:
            document = self._searcher.doc(address)
            found[document["id"][0]] = (address, score, document)
        return [found[name] for name in names if name in found]

    def sample(self, limit: int) -> Iterator[tuple[str, str, bytes]]:
        """Give id, text and packed words of at most `limit` documents, taken evenly."""
        found = self._searcher.search(tantivy.Query.all_query(), max(len(self), 1), count=False).hits
        step = max(1.0, len(found) / max(limit, 1))
        for number in range(min(len(found), limit)):
            document = self._searcher.doc(found[int(step * number)][1])
            yield document["id"][0], _text(document, "text"), document["coded_words"][0]

    def documents(self) -> Iterator[Document]:
        """Give all documents as they were read."""
        return (Document(identifier, text) for identifier, text, _ in self.sample(len(self)))

    def texts(self, identifiers: Sequence[str]) -> dict[str, str]:
        """Give the texts of these documents by their ids; those that are not here are left out."""
        return {
            document["id"][0]: _text(document, "text")
            for _, _, document in self._named(list(identifiers), 0.0)
        }

    def __contains__(self, identifier: str) -> bool:
        term = tantivy.Query.term_query(self._index.schema, "id", identifier, "basic")
        return bool(self._searcher.search(term, 1, count=False).hits)

    def weight(self, field: str, form: str) -> float:
        """Inverse document frequency of a term of a field."""
        return self._idf(field, form)

    def candidates(self, query: str, limit: int = CANDIDATES) -> list[Candidate]:
        """Give the documents that `rank` chooses from, with their measures, in tantivy's order."""
        asked = tempered(units(plain(query[:MOST_READ])))
        return list(self._candidates(self._question(asked), limit, None)) if asked else []

    def _question(self, asked: list[Unit]) -> Question:
        read = terms(asked)
        characters, pairs, words = (
            Field.of(forms, partial(self._idf, name)) for name, forms in zip(FIELDS, read, strict=True)
        )
        once = Field.of(list(dict.fromkeys(read.characters)), partial(self._idf, "characters"))
        return Question.of(join(asked), characters, pairs, words, once)

    def _candidates(self, question: Question, limit: int, keep: Keep | None) -> Iterator[Candidate]:
        found = self._find(self._query(question, limit), limit, keep)
        addresses = [address for address, _, _ in found]
        lengths = zip(
            *(
                _relative(self._searcher.fast_field_values(f"{name}_length", addresses), mean)
                for name, mean in zip(FIELDS, self._mean_lengths, strict=True)
            ),
            strict=True,
        )
        for (_, first, document), (characters, pairs, words) in zip(found, lengths, strict=True):
            line = _text(document, "line")
            shares = question.shares(line, (characters, pairs, words))
            yield Candidate(document["id"][0], _text(document, "text"), line, shares, first)

    def _find(
        self, query: tantivy.Query, limit: int, keep: Keep | None
    ) -> list[tuple[tantivy.DocAddress, float, tantivy.Document]]:
        """Search for `limit` documents that may appear, further down as long as too few of them may."""
        # No more than there are: tantivy makes room for all that is asked for.
        reach = limit = min(limit, max(len(self), 1))
        while True:
            hits = self._searcher.search(query, reach, count=False).hits
            found = [(address, score, self._searcher.doc(address)) for score, address in hits]
            if keep is not None:
                found = [entry for entry in found if keep(entry[2]["id"][0])]
            if len(found) >= limit or len(hits) < reach:
                return found[:limit]
            reach *= 4

    def _query(self, question: Question, candidates: int = 3 * CANDIDATES) -> tantivy.Query:
        """Any of the question's terms, in its three fields; a term said twice counts twice."""
        fields = zip(FIELDS, (question.characters, question.pairs, question.words), strict=True)
        weighed = [
            (_BOOSTS[name] * weight, name, form) for name, field in fields for form, weight in field.terms
        ]
        weighed.sort(key=lambda term: -term[0])
        layout, documents = self._index.schema, len(self)
        clauses: list[tuple[tantivy.Occur, tantivy.Query]] = []
        occurrences = 0.0
        for weight, name, form in weighed[:_MOST_TERMS]:
            idf = self._idf(name, form)
            occurrences += (documents + 1) / math.exp(idf)
            if occurrences > _OCCURRENCES * candidates and clauses:
                break
            term = tantivy.Query.term_query(layout, name, form, "freq")
            clauses.append((tantivy.Occur.Should, tantivy.Query.boost_query(term, weight / idf)))
        return tantivy.Query.boolean_query(clauses)

    def _find_idf(self, field: str, form: str) -> float:
        documents, containing = len(self), self._searcher.doc_freq(field, form)
        if self._written > documents:
            if containing > _COUNTED:
                containing = round(containing * documents / self._written)
            elif containing:
                term = tantivy.Query.term_query(self._index.schema, field, form, "freq")
                containing = len(self._searcher.search(term, containing, count=False).hits)
        return math.log(1 + (documents - containing + 0.5) / (containing + 0.5))

    def _mean(self, field: str) -> float:
        """Mean number of a field's terms in a document; 0 without documents."""
        question = {"mean": {"avg": {"field": f"{field}_length"}}}
        answer = self._searcher.aggregate(tantivy.Query.all_query(), question)
        return answer["mean"]["value"] or 0.0


def _text(document: tantivy.Document, field: str) -> str:
    stored: bytes = document[field][0]
    return stored.decode("utf-8", "surrogatepass")


def _relative(lengths: Iterable[float | bool | None], mean: float) -> list[float]:
    return [(length or 0) / mean if mean else 0.0 for length in lengths]
