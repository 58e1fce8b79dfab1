"""Weights learnt from an installation's own pairs."""

from __future__ import annotations

import math
from dataclasses import astuple

import pytest

from sanchuang.engines.matching import Document, Index, Weights
from sanchuang.engines.matching.learning import LEAST, MOST, Pair, TooFewPairs, learn

SYLLABLES = "膜泵阀管网桥梁坝堤闸井塔罐炉窑"
TOPICS = [first + second for first in SYLLABLES for second in SYLLABLES if first != second][:60]
# For each topic a long text with the phrase itself, and a short one with its characters apart, the other way round.
DOCUMENTS = [
    Document(f"right-{topic}", f"关于{topic}的情况，说明如下，内容从略，详见另行印发的附件")
    for topic in TOPICS
] + [Document(f"wrong-{topic}", f"{topic[1]}和{topic[0]}") for topic in TOPICS]
PAIRS = [Pair(topic, f"right-{topic}") for topic in TOPICS]


def right(index: Index) -> int:
    """How many pairs the index answers with their target."""
    return sum(index.rank(query, 1, reasons=0)[0].id == target for query, target in PAIRS)


def test_learning_finds_what_tells_right_from_wrong() -> None:
    index = Index.build(DOCUMENTS, weights=Weights(characters=1, pairs=0, words=0, coverage=1))
    assert right(index) == 0
    learnt = learn(index, PAIRS)
    assert (learnt.used, learnt.given) == (60, 60)
    assert learnt.weights.pairs == max(astuple(learnt.weights))
    assert learnt.weights.characters == min(astuple(learnt.weights))
    index.weights = learnt.weights
    assert right(index) == 60


def test_learnt_weights_are_a_mean_and_always_the_same() -> None:
    index = Index.build(DOCUMENTS)
    weights = learn(index, PAIRS).weights
    assert learn(index, PAIRS).weights == weights
    values = (weights.characters, weights.pairs, weights.words, weights.coverage)
    assert math.fsum(values) == pytest.approx(1)
    assert all(value >= 0 for value in values)


def test_pairs_that_teach_nothing_are_left_out_and_too_few_are_refused() -> None:
    index = Index.build(DOCUMENTS)
    useless = [Pair("膜泵", "no such document"), Pair("？", "right-膜泵"), Pair("煤", "right-膜泵")]
    assert learn(index, PAIRS + useless).used == 60
    with pytest.raises(TooFewPairs, match=f"只有 {LEAST - 1} 对（共给出 {LEAST + 2} 对）"):
        learn(index, PAIRS[: LEAST - 1] + useless)


def test_of_many_pairs_an_even_sample_is_taken() -> None:
    learnt = learn(Index.build(DOCUMENTS), PAIRS * 40)
    assert (learnt.used, learnt.given) == (MOST, 2400)
