"""Vectors that bring a clause near the text it was cut from, and the documents they find."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sanchuang.engines.matching import Document, Index
from sanchuang.engines.matching.learned import mixed, near
from sanchuang.engines.matching.likeness import Likeness, Near, likeness
from sanchuang.engines.matching.reading import Ints, Runs
from sanchuang.engines.matching.text import units

# Words 10 to 49 belong to four matters of ten words each; a clause says three words of one of them.
MATTERS = [range(10 * matter, 10 * matter + 10) for matter in range(1, 5)]


def texts() -> list[list[Ints]]:
    """The clauses of texts, each on one matter."""
    chance = random.Random(3)
    return [
        [np.array(sorted(chance.sample(MATTERS[number % 4], 3)), np.int32) for _ in range(3)]
        for number in range(120)
    ]


def joined(clauses: list[list[Ints]]) -> Runs:
    return Runs.of([np.unique(np.concatenate(text)) for text in clauses])


@pytest.fixture(scope="module")
def learnt() -> Likeness:
    clauses = texts()
    return likeness(joined(clauses), clauses, rank=16)


@pytest.fixture(scope="module")
def collection(learnt: Likeness) -> Near:
    return Near.of(learnt, [f"text{number}" for number in range(120)], joined(texts()))


def test_a_word_is_near_the_texts_on_its_matter_whether_or_not_they_say_it(collection: Near) -> None:
    for word in (10, 23, 37, 44):
        names = collection.nearest(np.array([word], np.int32), 30)
        assert {int(name.removeprefix("text")) % 4 for name in names} == {word // 10 - 1}


def test_equal_texts_teach_the_same(learnt: Likeness) -> None:
    clauses = texts()
    again = likeness(joined(clauses), clauses, rank=16)
    assert np.array_equal(again.words, learnt.words)
    assert np.array_equal(again.adding, learnt.adding)


def test_progress_is_told() -> None:
    told: list[tuple[int, int]] = []
    clauses = texts()
    likeness(joined(clauses), clauses, rank=4, report=lambda done, whole: told.append((done, whole)))
    assert told == [(step, len(told)) for step in range(len(told))]
    assert told


@pytest.mark.parametrize(
    "clauses", [[], [[]], [[np.array([7], np.int32)]], [[np.array([7], np.int32)] * 2] * 3]
)
def test_too_little_teaches_nothing_and_finds_nothing(clauses: list[list[Ints]]) -> None:
    documents = Runs.of([clause for text in clauses for clause in text])
    learnt = likeness(documents, clauses)
    collection = Near.of(learnt, [str(number) for number in range(len(documents.starts))], documents)
    assert collection.nearest(np.array([7], np.int32), 5) == []
    assert collection.nearest(np.zeros(0, np.int32), 5) == []


def test_only_documents_that_may_appear_are_named_nearest_first(collection: Near) -> None:
    word = np.array([12], np.int32)
    every = collection.nearest(word, 120)
    assert len(every) == 120
    assert collection.nearest(word, 5) == every[:5]
    assert collection.nearest(word, 3, lambda name: name in every[50:]) == every[50:53]
    assert collection.nearest(word, 3, lambda name: False) == collection.nearest(word, 0) == []


@settings(max_examples=50, deadline=None)
@given(st.lists(st.lists(st.integers(0, 60), min_size=1, max_size=9, unique=True), min_size=1, max_size=6))
def test_a_text_that_has_changed_gets_its_own_vector(collection: Near, said: list[list[int]]) -> None:
    asked = Runs.of([np.array(sorted(words), np.int32) for words in said])
    assert np.allclose(collection.texts(asked), collection.likeness.texts(asked), atol=2e-3)


@given(st.integers(0, 9), st.integers(0, 9))
def test_one_near_document_follows_every_two_found(found: int, extra: int) -> None:
    both = mixed([f"found{at}" for at in range(found)], [f"near{at}" for at in range(extra)])
    assert [name for name in both if name.startswith("found")] == [f"found{at}" for at in range(found)]
    assert [name for name in both if name.startswith("near")] == [f"near{at}" for at in range(extra)]
    for at in range(min(found // 2, extra)):
        assert both[3 * at : 3 * at + 3] == [f"found{2 * at}", f"found{2 * at + 1}", f"near{at}"]


def test_candidates_come_from_near_too_and_removed_documents_do_not() -> None:
    """The index knows some of the named documents only: one was removed since."""
    index = Index.build([Document("a", "废水处理"), Document("b", "光合细菌"), Document("c", "废水回用")])
    words = Runs.of([np.array([1], np.int32)] * 2)
    these = units("废水")
    code = index.passages(these, EMPTY)[0].words[0].code
    known = Near.of(
        Likeness(np.array([1, code], np.int32), np.ones((2, 1), np.float32)), ["gone", "b"], words
    )
    query, passages, documents = index.passages(these, known)
    assert [name for name, _ in documents[:2]] == ["a", "c"]
    assert [name for name, _ in documents] == ["a", "c", "b"]
    assert passages.first[2] == min(passages.first[:2])
    assert near(these, query, known, lambda name: name == "gone") == ["gone"]
    assert index.passages(these, known, keep=lambda name: name == "c")[2] == [("c", "废水回用")]


EMPTY = Near.of(Likeness(np.zeros(0, np.int32), np.zeros((0, 1), np.float32)), [], Runs.of([]))
