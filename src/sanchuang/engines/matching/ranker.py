"""The ranker: measures of a query's candidates in, one score each out; learnt listwise.

Every measure enters three times: as its z-score within the query, as its distance to the query's best, and as its
z-score over all queries. All enter a second time multiplied by how much of the query's best candidate is missing,
so that a query whose words nobody says is weighed otherwise than one that is quoted. On top a gate: a small net that
weighs each word of the query by what is known of it and by how much of it a candidate has, and adds up.

The likelihood of the right document under a softmax over the candidates is raised (Cao et al., "Learning to Rank:
From Pairwise Approach to Listwise Approach", 2007, in its top-one form), by Adam in mini-batches. Seeds are fixed:
equal input, equal ranker.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sanchuang.engines.matching.reading import Floats

MOST_WORDS = 12  # of a query that the gate weighs, the rarest
COMPETITORS = 50
HIDDEN = 24
_EPOCHS, _BATCH = 5, 32
_RATE_LINEAR, _RATE_GATE = 0.005, 0.006
_RESTRAINT = 1e-4


class Measures(NamedTuple):
    """Of one query: `features` (candidates x F), `evidence` (candidates x words x E), the share missing of the best."""

    features: Floats
    evidence: Floats
    missing: float


class Example(NamedTuple):
    """The measures of one query and which candidate is the right one."""

    measures: Measures
    right: int


@dataclass(frozen=True)
class Scale:
    """Means and deviations over all queries."""

    mean: Floats
    deviation: Floats

    @classmethod
    def of(cls, rows: Floats) -> Scale:
        """Measure `rows` (rows x columns)."""
        return cls(rows.mean(0), rows.std(0) + np.float32(1e-6))


@dataclass(frozen=True)
class Net:
    """Weights of one ranker: linear, and the gate's two layers."""

    linear: Floats
    inner: Floats
    bias: Floats
    total: Floats
    mean: Floats

    def parts(self) -> dict[str, Floats]:
        """All weights by name."""
        return {name: getattr(self, name) for name in ("linear", "inner", "bias", "total", "mean")}


@dataclass(frozen=True)
class Ranker:
    """Scores candidates. `used` and `given` tell how many pairs it rests on."""

    features: Scale
    evidence: Scale
    nets: tuple[Net, ...]
    used: int = 0
    given: int = 0
    names: tuple[str, ...] = field(default=())

    def scores(self, measures: Measures) -> Floats:
        """Score each candidate; differences are log-odds, the softmax over the candidates is the chance of each."""
        inputs = widened(measures, self.features)
        words, there = gated(measures.evidence, self.evidence)
        total = np.zeros(len(inputs), np.float32)
        for net in self.nets:
            hidden = np.maximum(words @ net.inner + net.bias, 0) * there[..., None]
            summed = hidden.sum(-2)
            count = np.maximum(there.sum(-1, keepdims=True), 1)
            total += inputs @ net.linear + summed @ net.total + (summed / count) @ net.mean
        return total / np.float32(len(self.nets))


def widened(measures: Measures, scale: Scale) -> Floats:
    """Enter every measure as described above: candidates x 6 F."""
    raw = measures.features
    within = (raw - raw.mean(0)) / (raw.std(0) + 1e-6)
    below = (raw - raw.max(0)) / scale.deviation
    overall = (raw - scale.mean) / scale.deviation
    once = np.concatenate([within, below, overall], 1).clip(-30, 30)
    return np.concatenate([once, once * measures.missing], 1).astype(np.float32)


def gated(evidence: Floats, scale: Scale) -> tuple[Floats, Floats]:
    """Pick the rarest words (the first entry is the weight): candidates x MOST_WORDS x E, and 1 where there is one."""
    candidates, words, entries = evidence.shape
    rarest = np.argsort(-evidence[0, :, 0], kind="stable")[:MOST_WORDS] if words else np.zeros(0, np.int64)
    picked = np.zeros((candidates, MOST_WORDS, entries), np.float32)
    picked[:, : len(rarest)] = (evidence[:, rarest] - scale.mean) / scale.deviation
    there = np.zeros((candidates, MOST_WORDS), np.float32)
    there[:, : len(rarest)] = 1
    return picked, there


def fit(
    examples: Sequence[Example],
    *,
    members: int = 5,
    given: int = 0,
    names: tuple[str, ...] = (),
    without: Sequence[int] = (),
) -> Ranker:
    """Learn from `examples`; `members` nets with different beginnings are averaged.

    without  measures to leave out, to see what they bring
    """
    features = Scale.of(np.concatenate([example.measures.features for example in examples[::4]]))
    rows = [
        example.measures.evidence[::7].reshape(-1, example.measures.evidence.shape[2]) for example in examples
    ]
    evidence = Scale.of(np.concatenate(rows))
    batch = _batch(examples, features, evidence)
    for measure in without:
        batch.inputs[:, :, measure :: len(features.mean)] = 0
    nets = tuple(_train(batch, seed) for seed in range(members))
    return Ranker(features, evidence, nets, len(examples), given, names)


class _Lists(NamedTuple):
    inputs: NDArray[np.float16]
    words: NDArray[np.float16]
    there: Floats
    real: NDArray[np.bool_]


def _batch(examples: Sequence[Example], features: Scale, evidence: Scale) -> _Lists:
    """All examples in one shape: the right candidate first, then its first competitors."""
    wide = 6 * len(features.mean)
    entries = len(evidence.mean)
    shape = (len(examples), COMPETITORS)
    lists = _Lists(
        np.zeros((*shape, wide), np.float16),
        np.zeros((*shape, MOST_WORDS, entries), np.float16),
        np.zeros((*shape, MOST_WORDS), np.float32),
        np.zeros(shape, bool),
    )
    for row, (measures, right) in enumerate(examples):
        others = [at for at in range(len(measures.features)) if at != right][: COMPETITORS - 1]
        order = np.array([right, *others])
        lists.inputs[row, : len(order)] = widened(measures, features)[order]
        picked, there = gated(measures.evidence, evidence)
        lists.words[row, : len(order)] = picked[order].clip(-100, 100)
        lists.there[row, : len(order)] = there[order]
        lists.real[row, : len(order)] = True
    return lists


def _train(lists: _Lists, seed: int) -> Net:
    random = np.random.default_rng(seed)
    entries = lists.words.shape[-1]
    shapes = {"linear": (lists.inputs.shape[-1],), "inner": (entries, HIDDEN), "bias": (HIDDEN,)}
    spread = {"linear": 0.0, "inner": 0.4, "bias": 0.0, "total": 0.05, "mean": 0.05}
    weights = {
        name: (random.standard_normal(shapes.get(name, (HIDDEN,))) * size).astype(np.float32)
        for name, size in spread.items()
    }
    first = {name: np.zeros_like(value) for name, value in weights.items()}
    second = {name: np.zeros_like(value) for name, value in weights.items()}
    batches = -(-len(lists.real) // _BATCH)
    step, steps = 0, _EPOCHS * batches
    for _ in range(_EPOCHS):
        for chosen in np.array_split(random.permutation(len(lists.real)), batches):
            step += 1
            for name, slope in _slopes(weights, lists, chosen).items():
                first[name] += 0.1 * (slope - first[name])
                second[name] += 0.001 * (slope * slope - second[name])
                rate = (_RATE_LINEAR if name == "linear" else _RATE_GATE) * (1 - (step - 1) / steps)
                pace = np.sqrt(second[name] / (1 - 0.999**step)) + 1e-8
                weights[name] -= (rate * first[name] / (1 - 0.9**step) / pace).astype(np.float32)
    return Net(**weights)


def _slopes(weights: dict[str, Floats], lists: _Lists, chosen: NDArray[np.int64]) -> dict[str, Floats]:
    """Gradient of minus the mean log-likelihood of the right candidates."""
    inputs, words = lists.inputs[chosen].astype(np.float32), lists.words[chosen].astype(np.float32)
    there = lists.there[chosen]
    hidden = np.maximum(words @ weights["inner"] + weights["bias"], 0) * there[..., None]
    summed = hidden.sum(-2)
    count = np.maximum(there.sum(-1, keepdims=True), 1)
    scores = inputs @ weights["linear"] + summed @ weights["total"] + (summed / count) @ weights["mean"]
    scores[~lists.real[chosen]] = -1e9
    chances = np.exp(scores - scores.max(1, keepdims=True))
    chances /= chances.sum(1, keepdims=True)
    chances[:, 0] -= 1
    chances /= len(chosen)
    back = chances[..., None] * (weights["total"] + weights["mean"] / count)
    inward = (back[:, :, None, :] * (hidden > 0)).reshape(-1, HIDDEN)
    flat = words.reshape(-1, words.shape[-1])
    slopes = {
        "linear": np.tensordot(chances, inputs, 2),
        "inner": flat.T @ inward,
        "bias": inward.sum(0),
        "total": np.tensordot(chances, summed, 2),
        "mean": np.tensordot(chances, summed / count, 2),
    }
    return {name: slope + _RESTRAINT * weights[name] for name, slope in slopes.items() if name != "bias"} | {
        "bias": slopes["bias"]
    }
