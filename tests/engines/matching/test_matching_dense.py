"""Hits ordered anew by an encoder."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanchuang.engines.matching import Document, Hit, Index
from sanchuang.engines.matching.dense import Rescorer
from sanchuang.engines.matching.encoders import EncoderFailed

TEXTS = {"tide": "Height of tides", "sea": "Level of the sea", "cell": "Height of cells", "blank": " "}


def some(ids: Sequence[str]) -> dict[str, str]:
    """The texts of these."""
    return {each: TEXTS[each] for each in ids}


class BySubject:
    """The sea one way, cells the other, and against what it calls bad; counts what it is asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str]) -> list[list[float]]:
        self.asked += texts
        return [
            [1, 0] if "tide" in text or "sea" in text else [-1, 0.1] if "bad" in text else [0, 1]
            for text in texts
        ]


def hits(**scores: float) -> list[Hit]:
    return [Hit(identifier, score) for identifier, score in scores.items()]


def test_what_means_the_same_goes_before_what_only_sounds_the_same() -> None:
    encoder = BySubject()
    found = Rescorer(encoder, some).rescore("tides", hits(cell=0.6, sea=0.2, tide=0.4))
    assert [(hit.id, round(hit.score, 3)) for hit in found] == [("tide", 0.7), ("sea", 0.6), ("cell", 0.3)]


def test_reasons_and_figures_stay_with_their_hits() -> None:
    texts = {"r1": "Height of tides 5 m", "r2": "Height of cells 5 m", "r3": "Depth of the sea 9 m"}
    index = Index.build(Document(key, text) for key, text in texts.items())
    before = index.rank("height 5 m of the sea")
    after = Rescorer(BySubject(), index.texts).rescore("height 5 m of the sea", before)
    kept = {hit.id: (hit.reasons, hit.figures, hit.credit) for hit in before}
    assert {hit.id: (hit.reasons, hit.figures, hit.credit) for hit in after} == kept


def test_a_failed_figure_costs_what_is_near_in_meaning_too() -> None:
    failed = Hit("tide", 0.2, credit=0.5)
    (hit,) = Rescorer(BySubject(), some).rescore("sea", [failed])
    assert hit.score == pytest.approx(0.5 * 0.2 + 0.5 * 0.5)


def test_only_the_texts_of_what_was_found_are_read() -> None:
    read: list[str] = []

    def reading(ids: Sequence[str]) -> dict[str, str]:
        read.extend(ids)
        return some(ids)

    Rescorer(BySubject(), reading).rescore("tides", hits(cell=0.6, tide=0.4))
    assert read == ["cell", "tide"]


def test_each_text_is_encoded_once() -> None:
    encoder = BySubject()
    rescorer = Rescorer(encoder, some)
    for query in ("tides", "cells"):
        rescorer.rescore(query, hits(cell=0.6, tide=0.4, blank=0.1))
    assert encoder.asked == ["tides", TEXTS["cell"], TEXTS["tide"], "cells"]
    assert rescorer.rescore("anything", []) == []


@given(st.dictionaries(st.sampled_from(sorted(TEXTS)), st.floats(0, 1)), st.text(max_size=5), st.floats(0, 1))
def test_scores_stay_between_0_and_1_and_no_hit_is_lost(
    scores: dict[str, float], query: str, weight: float
) -> None:
    found = Rescorer(BySubject(), some, weight).rescore(query + "bad", hits(**scores))
    assert sorted(hit.id for hit in found) == sorted(scores)
    assert all(0 <= hit.score <= 1 + 1e-6 for hit in found)
    assert [hit.score for hit in found] == sorted((hit.score for hit in found), reverse=True)


def test_an_encoder_that_fails_is_told_and_the_hits_are_as_before() -> None:
    class Broken:
        def encode(self, texts: Sequence[str]) -> np.ndarray:
            return np.full((len(texts), 2), np.nan)

    given_hits = hits(cell=0.6, tide=0.4)
    with pytest.raises(EncoderFailed, match="不是数"):
        Rescorer(Broken(), some).rescore("tides", given_hits)
    assert given_hits == hits(cell=0.6, tide=0.4)
