"""Three-valued logic: unknown matters only when it could change the answer."""

import itertools
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanchuang.values import Truth, all_of, and_, any_of, not_, or_

YES, NO, UNKNOWN = Truth.YES, Truth.NO, Truth.UNKNOWN
answers = st.lists(st.sampled_from(list(Truth)), max_size=6)
WORLDS = {YES: (True,), NO: (False,), UNKNOWN: (True, False)}


def known(outcomes: set[bool]) -> Truth:
    """The answer when the worlds that are possible give these outcomes."""
    return UNKNOWN if len(outcomes) == 2 else Truth.of(outcomes.pop())


@given(answers)
def test_an_answer_is_known_when_every_possible_world_agrees(given_answers):
    worlds = list(itertools.product(*(WORLDS[a] for a in given_answers)))
    assert all_of(given_answers) is known({all(world) for world in worlds})
    assert any_of(given_answers) is known({any(world) for world in worlds})


@given(st.sampled_from(list(Truth)), st.sampled_from(list(Truth)))
def test_two_answers(a, b):
    assert and_(a, b) is all_of([a, b])
    assert or_(a, b) is any_of([a, b])
    assert not_(and_(a, b)) is or_(not_(a), not_(b))
    assert not_(not_(a)) is a


def test_negation():
    assert (not_(YES), not_(NO), not_(UNKNOWN)) == (NO, YES, UNKNOWN)


def test_nothing_asked():
    assert all_of([]) is YES
    assert any_of([]) is NO


def endless(first: Truth) -> Iterator[Truth]:
    yield UNKNOWN
    yield first
    raise AssertionError("looked further than needed")


def test_the_rest_is_not_looked_at_once_the_answer_is_certain():
    assert all_of(endless(NO)) is NO
    assert any_of(endless(YES)) is YES


def test_python_answers():
    assert [Truth.of(a) for a in (True, False, None)] == [YES, NO, UNKNOWN]
    for wrong in (1, 0, "", "yes"):
        with pytest.raises(TypeError):
            Truth.of(wrong)


def test_unknown_never_passes_for_no():
    for answer in Truth:
        with pytest.raises(TypeError, match="three values"):
            bool(answer)


def test_labels():
    assert [t.label() for t in Truth] == ["是", "否", "未知"]
    assert [t.label("en") for t in Truth] == ["yes", "no", "unknown"]
    assert [str(t) for t in Truth] == ["yes", "no", "unknown"]
