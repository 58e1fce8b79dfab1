"""What a query and its candidates share in wording: some forty measures of each candidate, all at once.

Per reading (characters, pairs, words): two BM25s, query likelihood with Dirichlet smoothing, a cosine, the
share of weight present, the rarest term present and the rarest one missing. Of the characters: the weight
covered by common runs of at least 2, 3, 4 and 6 units, the longest run, the best, first, last and mean
sentence, where the first match stands.

For each of the query's words besides, `Evidence`: how much of the word a candidate has. The gate of `ranker`
weighs these.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sanchuang.engines.matching.coding import END, code, word_code
from sanchuang.engines.matching.reading import Floats, Passages, Runs
from sanchuang.engines.matching.text import Unit, is_word, word_spans

# Units of a query that are held against every candidate; a longer query is read in the order written.
MOST_ASKED = 160
FIELDS = ("characters", "pairs", "words")
_PER_FIELD = ("bm25", "bm25_flat", "likelihood", "cosine", "covered", "rarest", "missed", "repeated")
_RUNS = (2, 3, 4, 6)
NAMES = (
    *(f"{name}:{field}" for field in FIELDS for name in _PER_FIELD),
    *(f"run{least}" for least in _RUNS),
    "longest",
    "mean_run",
    "best_sentence",
    "first_sentence",
    "last_sentence",
    "mean_sentence",
    "best_sentence:pairs",
    "first_sentence:pairs",
    "last_sentence:pairs",
    "focus",
    "first_place",
    "length",
    "latin",
    "first_stage",
)
EVIDENCE = ("idf", "units", "place", "exact", "characters", "run", "beyond", "common", "times", "share")


class Word(NamedTuple):
    """A word of the query: units [start, end), its hash, its weight."""

    form: str
    start: int
    end: int
    code: int
    idf: float


class Asked:
    """A query, read and weighed once; `idf(field, form)` and the collection's mean lengths come from the index."""

    def __init__(
        self, these: list[Unit], idf: Callable[[str, str], float], documents: int, means: list[float]
    ) -> None:
        units = these[:MOST_ASKED]
        self.units = units
        self.codes = np.array([code(unit.form) for unit in units], np.int32)
        self.joined = [unit.joined for unit in units]
        self.latin = np.array([is_word(unit.form) for unit in units])
        self.idf = np.array([idf("characters", unit.form) for unit in units], np.float32)
        spans: dict[str, list[tuple[int, int]]] = {}
        for start, end in sorted(word_spans(units)):
            spans.setdefault("".join(unit.form for unit in units[start:end]), []).append((start, end))
        self.words = [
            Word(form, *places[0], word_code(form), idf("words", form)) for form, places in spans.items()
        ]
        pairs: dict[str, list[int]] = {}
        for at in range(len(units) - 1):
            if units[at + 1].joined:
                pairs.setdefault(units[at].form + units[at + 1].form, []).append(at)
        self.pairs = [places[0] for places in pairs.values()]
        singles: dict[str, list[int]] = {}
        for at, unit in enumerate(units):
            singles.setdefault(unit.form, []).append(at)
        self.singles = [places[0] for places in singles.values()]
        groups: list[Mapping[str, Sequence[object]]] = [singles, pairs, spans]
        self.means = [max(mean, 1.0) for mean in means]
        # idf of every field's different terms, and how often the query says each.
        self.weights = [
            np.array([idf(field, form) for form in group], np.float32)
            for field, group in zip(FIELDS, groups, strict=True)
        ]
        self.times = [np.array([len(places) for places in group.values()], np.float32) for group in groups]
        self.documents = documents


class Measured(NamedTuple):
    """`features`: candidates x NAMES; `evidence`: candidates x the query's words x EVIDENCE."""

    features: Floats
    evidence: Floats


def measure(asked: Asked, passages: Passages) -> Measured:
    """Measure every candidate. Needs at least one unit and one candidate."""
    flat, starts = passages.codes.flat, passages.codes.starts
    has = flat[None, :] == asked.codes[:, None]
    runs = _runs(asked, has)
    longest = np.maximum.reduceat(runs, starts, axis=1)
    counts = [
        _count(has[asked.singles], starts),
        _pair_counts(asked, has, starts),
        _word_counts(asked, runs, starts),
    ]
    columns: list[Floats] = []
    for field in range(3):
        columns += _field(asked, field, counts[field], passages.lengths[field])
    columns += _common_runs(asked, longest)
    columns += _sentences(asked, has, passages.codes)
    columns += _places(asked, has, longest, passages)
    columns.append(passages.first)
    return Measured(np.stack(columns, 1).astype(np.float32), _evidence(asked, longest, counts[2]))


def _count(found: NDArray[np.bool_], starts: NDArray[np.int64]) -> Floats:
    counted: Floats = np.add.reduceat(found, starts, axis=1, dtype=np.int32).astype(np.float32)
    return counted


def _runs(asked: Asked, has: NDArray[np.bool_]) -> NDArray[np.int16]:
    """For each unit of the query and place in the texts: units in common that end there."""
    runs = has.astype(np.int16)
    for at in range(1, len(runs)):
        if asked.joined[at]:
            runs[at, 1:] += runs[at - 1, :-1] * has[at, 1:]
    return runs


def _pair_counts(asked: Asked, has: NDArray[np.bool_], starts: NDArray[np.int64]) -> Floats:
    if not asked.pairs:
        return np.zeros((0, len(starts)), np.float32)
    found = np.zeros((len(asked.pairs), has.shape[1]), bool)
    for row, at in enumerate(asked.pairs):
        np.logical_and(has[at, :-1], has[at + 1, 1:], out=found[row, :-1])
    return _count(found, starts)


def _word_counts(asked: Asked, runs: NDArray[np.int16], starts: NDArray[np.int64]) -> Floats:
    if not asked.words:
        return np.zeros((0, len(starts)), np.float32)
    return _count(np.array([runs[word.end - 1] >= word.end - word.start for word in asked.words]), starts)


def _field(asked: Asked, field: int, counts: Floats, lengths: Floats) -> list[Floats]:
    """Give the eight measures of one reading; all zero where the query has no such term."""
    idf, times = asked.weights[field][:, None], asked.times[field][:, None]
    candidates = len(lengths)
    if not len(idf) or not idf.any():
        return [np.zeros(candidates, np.float32)] * len(_PER_FIELD)
    mean = asked.means[field]
    weights = idf * times
    whole = weights.sum()
    relative = (lengths / mean)[None]
    # How often a term is said in the collection, from the number of documents that say it.
    said = asked.documents * np.exp(-idf)
    chance = (said + 0.5) / (asked.documents * mean)
    likelihood = (times * np.log1p(counts / (mean * chance))).sum(0)
    present = counts > 0
    return [
        (weights * counts * 2 / (counts + 0.2 + 0.8 * relative)).sum(0),
        (weights * counts * 3 / (counts + 1.2 + 0.8 * relative)).sum(0),
        likelihood + times.sum() * np.log(mean / (mean + lengths)),
        (weights * idf * np.log1p(counts)).sum(0) / np.sqrt(lengths + 1),
        (weights * present).sum(0) / whole,
        (idf * present).max(0) / idf.max(),
        (idf * ~present).max(0) / idf.max(),
        (weights * np.log1p(counts)).sum(0) / whole,
    ]


def _common_runs(asked: Asked, longest: NDArray[np.int16]) -> list[Floats]:
    """Weight of the query's units that lie in a common run of so many units, and the longest run."""
    lying = np.zeros_like(longest)
    for end in range(len(longest)):
        for back in range(min(end + 1, int(longest[end].max()))):
            reaches = longest[end] > back
            np.maximum(lying[end - back], longest[end], out=lying[end - back], where=reaches)
    idf = asked.idf[:, None]
    whole = max(float(idf.sum()), 1e-6)
    covered = [(idf * (lying >= least)).sum(0) / whole for least in _RUNS]
    return [*covered, longest.max(0) / len(longest), (idf * np.log1p(lying)).sum(0) / whole]


def _sentences(asked: Asked, has: NDArray[np.bool_], texts: Runs) -> list[Floats]:
    """Weight covered by one sentence: the best, the first, the last, the mean; of pairs the first three."""
    begins = np.unique(np.concatenate([texts.starts, np.flatnonzero(texts.flat[:-1] == END) + 1]))
    first = np.searchsorted(begins, texts.starts)
    last = np.append(first[1:], len(begins)) - 1
    idf = asked.idf[:, None]
    share = (np.logical_or.reduceat(has, begins, axis=1) * idf).sum(0) / max(float(idf.sum()), 1e-6)
    columns = [
        np.maximum.reduceat(share, first),
        share[first],
        share[last],
        np.add.reduceat(share, first) / (last - first + 1),
    ]
    pairs = np.zeros(len(begins), np.float32)
    for row, at in enumerate(asked.pairs):
        found = np.append(has[at, :-1] & has[at + 1, 1:], False)
        pairs += np.logical_or.reduceat(found, begins) * asked.weights[1][row]
    pairs /= max(float(asked.weights[1].sum()), 1e-6)
    return [*columns, np.maximum.reduceat(pairs, first), pairs[first], pairs[last]]


def _places(
    asked: Asked, has: NDArray[np.bool_], longest: NDArray[np.int16], passages: Passages
) -> list[Floats]:
    """How dense the matches are, where they begin, how long the text is, which of the Latin words it has."""
    starts, lengths = passages.codes.starts, passages.codes.lengths
    weight = np.zeros(has.shape[1], np.float32)
    for row, idf in zip(has, asked.idf, strict=True):
        np.maximum(weight, idf, out=weight, where=row)
    place = np.arange(has.shape[1], dtype=np.int32) - np.repeat(starts, lengths).astype(np.int32)
    begins = np.empty((len(asked.singles), len(starts)), np.float32)
    for row, at in enumerate(asked.singles):
        first = np.minimum.reduceat(np.where(has[at], place, np.int32(2**30)), starts)
        begins[row] = np.minimum(first / lengths, 1.0)
    idf = asked.weights[0][:, None]
    whole = max(float(idf.sum()), 1e-6)
    latin = (longest[asked.latin] > 0) * asked.idf[asked.latin][:, None]
    return [
        np.add.reduceat(weight, starts) / lengths,
        (idf * begins).sum(0) / whole,
        np.log(lengths),
        latin.sum(0) / max(float(asked.idf.sum()), 1e-6),
    ]


def _evidence(asked: Asked, longest: NDArray[np.int16], counts: Floats) -> Floats:
    found = np.zeros((len(asked.words), longest.shape[1], len(EVIDENCE)), np.float32)
    whole = len(asked.units)
    for at, (_form, start, end, _code, idf) in enumerate(asked.words):
        size = end - start
        inside = longest[start:end]
        weights = asked.idf[start:end][:, None] + 1e-6
        exact = counts[at] > 0
        beyond = inside[-1] > size
        if end < whole and asked.joined[end]:
            beyond = beyond | (longest[end] > size)
        found[at] = np.stack(
            [
                np.full(len(exact), idf / 10),
                np.full(len(exact), min(size, 6) / 3),
                np.full(len(exact), start / whole),
                exact,
                (weights * (inside > 0)).sum(0) / weights.sum(),
                np.minimum(inside, np.arange(1, size + 1)[:, None]).max(0) / size,
                beyond,
                np.full(len(exact), exact.mean()),
                np.log1p(counts[at]),
                np.full(len(exact), 1 / len(asked.words)),
            ],
            1,
        )
    return found.transpose(1, 0, 2)
