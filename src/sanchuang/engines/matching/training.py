"""Teaching an index from its own texts and pairs: what `Learned` knows of words, and its ranker.

Pairs must not teach twice: where a pair is an example for the ranker, the tables are those learnt from the pairs
of other documents (cross-fitting), else the ranker would trust them too much.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from functools import cached_property, partial
from typing import NamedTuple

import numpy as np

from sanchuang.engines.matching import association, ranker
from sanchuang.engines.matching.association import Neighbours, Table, translation
from sanchuang.engines.matching.coding import packed_words, word_code
from sanchuang.engines.matching.index import Index
from sanchuang.engines.matching.knowledge import FEATURES, Knowledge, Said
from sanchuang.engines.matching.latent import Latent
from sanchuang.engines.matching.learned import Learned
from sanchuang.engines.matching.learning import Pair, TooFewPairs
from sanchuang.engines.matching.likeness import Near, likeness
from sanchuang.engines.matching.reading import Ints, Runs, unpacked
from sanchuang.engines.matching.text import fold, line, terms, units, word_spans

# Fewer pairs do not carry so many weights; `learning.learn` serves them.
LEAST = 200
# Examples for the ranker: pairs as they are, and what of their queries the document does not say.
MOST_EXAMPLES, MOST_REMAINDERS = 4200, 1800
# Documents that tell which words belong together, and those whose clauses are held against their rest.
MOST_DOCUMENTS, MOST_CLAUSED = 50_000, 20_000
FOLDS = 5
_CLAUSES = 4
MOST_CUT = 60
_CLAUSE = re.compile(r"[,。;:!?\n]|(?<![0-9])\.(?![0-9])")
Report = Callable[[str, int, int], None]


class _Usable(NamedTuple):
    """A pair whose target is in the collection."""

    query: str
    target: str
    words: Ints
    document: Ints
    line: str


def train(index: Index, pairs: Iterable[Pair], report: Report = lambda step, done, whole: None) -> Learned:
    """Learn from the collection and from pairs of a text and the id of the document that answers it.

    report  is told (step, done, whole) now and then
    Raises TooFewPairs below `LEAST` pairs whose target the index holds.
    """
    given = list(pairs)
    return Ground(index, {pair.target for pair in given}, report).learn(given)


class Ground:
    """A collection read once, to be taught as often as there are pairs to try."""

    def __init__(
        self, index: Index, targets: Set[str], report: Report = lambda step, done, whole: None
    ) -> None:
        """Read the collection; `targets` are the documents that pairs may name."""
        self._index, self._report = index, report
        self._documents: list[Ints] = []
        self._names: list[str] = []
        self._found: dict[str, tuple[Ints, str]] = {}
        self._clauses: list[association.Example] = []
        self._cuts: list[list[Ints]] = []
        whole = min(len(index), MOST_DOCUMENTS)
        claused = max(1, whole // MOST_CLAUSED)
        for number, (identifier, text, packed) in enumerate(index.sample(MOST_DOCUMENTS)):
            words = unpacked(packed)
            self._documents.append(words)
            self._names.append(identifier)
            if identifier in targets:
                self._found[identifier] = (words, line(text))
            if number % claused == 0:
                cut = clause_words(text)
                self._cuts.append(cut[:MOST_CUT])
                self._clauses += _clauses(cut, number)
            if number % 500 == 0:
                report("读文本", number, whole)

    @cached_property
    def _shared(self) -> _Shared:
        """What the texts teach by themselves."""
        company = Neighbours(Runs.of(self._documents), max(len(self._documents), 1))
        learnt = likeness(company.documents, self._cuts, report=partial(self._report, "学相近"))
        near = Near.of(learnt, self._names, company.documents)
        clauses = _frequent(self._clauses, company)
        self._documents, self._clauses, self._cuts = [], [], []
        return _Shared(self._index, company, clauses, Latent.of(company.documents), near)

    def learn(self, pairs: Sequence[Pair]) -> Learned:
        """Learn from pairs. Raises TooFewPairs below `LEAST` pairs whose target was read."""
        usable = list(self._usable(pairs))
        if len(usable) < LEAST:
            raise TooFewPairs(len(usable), len(pairs), LEAST)
        report, shared = self._report, self._shared
        report("学联想", 0, FOLDS + 1)
        whole = shared.knowledge(usable)
        fold_of = {
            target: number % FOLDS
            for number, target in enumerate(dict.fromkeys(pair.target for pair in usable))
        }
        examples = []
        chosen = [*_evenly(usable, MOST_EXAMPLES), *_evenly(list(_remainders(usable)), MOST_REMAINDERS)]
        done = 0
        for part in range(FOLDS):
            report("学联想", part + 1, FOLDS + 1)
            knowledge = shared.knowledge([pair for pair in usable if fold_of[pair.target] != part])
            for pair in chosen:
                if fold_of[pair.target] == part:
                    examples += _example(self._index, knowledge, pair)
                    done += 1
                    if done % 50 == 0:
                        report("学排序", done, len(chosen))
        if not examples:
            raise TooFewPairs(0, len(pairs), LEAST)
        return Learned(whole, ranker.fit(examples, given=len(pairs), names=FEATURES))

    def _usable(self, pairs: Sequence[Pair]) -> Iterator[_Usable]:
        for query, target in pairs:
            if target in self._found and (words := unpacked(packed_words(_words(query)))).size:
                yield _Usable(query, target, words, *self._found[target])


class _Shared(NamedTuple):
    """What all folds have in common."""

    source: Index
    company: Neighbours
    clauses: Table
    latent: Latent
    near: Near

    def knowledge(self, pairs: Sequence[_Usable]) -> Knowledge:
        """Learn from `pairs`."""
        said = Said()
        for pair in pairs:
            for form in _words(pair.query):
                said.note(word_code(form), self.source.weight("words", form), hit=form in pair.line)
        most = self.company.count * 0.2
        examples = [
            association.Example(
                pair.words,
                np.array([word for word in pair.document if self.company.frequency(word) < most], np.int32),
            )
            for pair in pairs
        ]
        return Knowledge(translation(examples), self.clauses, self.company, self.latent, self.near, said)


def _words(query: str) -> list[str]:
    these = units(query)
    return sorted({"".join(unit.form for unit in these[start:end]) for start, end in word_spans(these)})


def clause_words(text: str) -> list[Ints]:
    """The words of a text's clauses."""
    parts = [part for part in _CLAUSE.split(fold(text)) if len(part) >= 4][:200]
    return [unpacked(packed_words(terms(units(part)).words)) for part in parts]


def _clauses(words: list[Ints], seed: int) -> list[association.Example]:
    """Some clauses of a text against the rest of it: the words that only the clause says."""
    if len(words) < 3:
        return []
    examples = []
    for at in np.random.default_rng(seed).permutation(len(words))[:_CLAUSES]:
        rest = np.unique(np.concatenate([each for number, each in enumerate(words) if number != at]))
        examples.append(association.Example(np.setdiff1d(words[at], rest), rest))
    return examples


def _frequent(clauses: list[association.Example], company: Neighbours) -> Table:
    """Learn from the clauses; words of a single document teach nothing, those of every tenth say nothing."""
    most = company.count * 0.1
    frequency: dict[int, int] = {}

    def kept(words: Ints, limit: float) -> Ints:
        for word in words.tolist():
            if word not in frequency:
                frequency[word] = company.frequency(word)
        return np.array([word for word in words.tolist() if 1 < frequency[word] < limit], np.int32)

    return translation(
        [association.Example(kept(query, company.count), kept(rest, most)) for query, rest in clauses]
    )


def _remainders(usable: list[_Usable]) -> Iterator[_Usable]:
    """Of queries in pieces (keywords), the pieces that the document does not say, as a query of its own."""
    for pair in usable:
        pieces = pair.query.split()
        left = [piece for piece in pieces if line(piece) and line(piece) not in pair.line]
        if len(pieces) > 1 and left:
            yield pair._replace(query=" ".join(left))


def _evenly(pairs: list[_Usable], most: int) -> list[_Usable]:
    step = max(1.0, len(pairs) / most)
    return [pairs[int(step * number)] for number in range(min(len(pairs), most))]


def _example(index: Index, knowledge: Knowledge, pair: _Usable) -> list[ranker.Example]:
    """One example, or none where the target is not among the candidates."""
    these = units(pair.query)
    if not these:
        return []
    query, passages, documents = index.passages(these, knowledge.near)
    at = [number for number, (identifier, _) in enumerate(documents) if identifier == pair.target]
    if not at:
        return []
    kept = sorted({*range(min(len(documents), 100)), at[0]})
    measures = knowledge.measures(query, passages)
    return [
        ranker.Example(
            ranker.Measures(
                measures.features[kept], measures.evidence[kept].astype(np.float16), measures.missing
            ),
            kept.index(at[0]),
        )
    ]
