"""Chances from answers: never falling with the score, between 0 and 1, and true within what chance allows."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sanchuang.engines.matching.calibration import (
    LEAST_EACH,
    Answered,
    TooFewAnswers,
    calibrate,
    reliability,
    split,
)

ANSWERS = st.lists(
    st.builds(Answered, st.floats(0, 1), st.booleans(), st.sampled_from("abcdefgh")), max_size=60
)
SURE = [Answered(score / 40, score >= 20, str(score)) for score in range(40)]


def drawn(count: int, seed: int) -> list[Answered]:
    """Answers whose true chance is the score squared."""
    chance = random.Random(seed)
    scores = [chance.random() for _ in range(count)]
    return [Answered(score, chance.random() < score**2, str(n % 50)) for n, score in enumerate(scores)]


@settings(deadline=None, max_examples=60)
@given(ANSWERS, st.lists(st.floats(-1, 2), min_size=2, max_size=20))
def test_a_chance_lies_between_0_and_1_and_never_falls_with_the_score(
    answers: list[Answered], asked: list[float]
) -> None:
    curve = calibrate([*answers, *SURE])
    chances = [curve.chance(score) for score in sorted(asked)]
    assert all(0 < chance < 1 for chance in chances)
    assert chances == sorted(chances)
    assert sum(knot.answers for knot in curve.knots) == len(answers) + len(SURE)


def test_known_chances_are_found_again() -> None:
    curve = calibrate(drawn(4000, seed=7))
    off = [abs(curve.chance(score / 20) - (score / 20) ** 2) for score in range(21)]
    assert sum(off) / len(off) < 0.03
    assert max(off) < 0.1


def test_chances_on_unseen_answers_beat_the_overall_rate_and_tell_what_is_seen() -> None:
    found = reliability(drawn(2000, seed=3))
    assert found.brier < found.base
    assert sum(row.answers for row in found.rows) == 2000
    assert all(abs(row.told - row.seen) < 0.1 for row in found.rows if row.answers >= 100)


def test_answers_that_have_nothing_to_do_with_the_score_promise_nothing() -> None:
    chance = random.Random(5)
    noise = [Answered(chance.random(), chance.random() < 0.3, str(n % 40)) for n in range(1000)]
    found = reliability(noise)
    assert found.brier == pytest.approx(found.base, abs=0.02)


def test_equal_answers_give_an_equal_curve_whatever_their_order() -> None:
    answers = drawn(200, seed=1)
    assert calibrate(answers) == calibrate(sorted(answers))


def test_too_few_answers_of_either_sort_are_refused() -> None:
    few = [answer for answer in SURE if answer.worth] + SURE[: LEAST_EACH - 1]
    with pytest.raises(TooFewAnswers, match="值得 20 个，不值得 19 个") as refused:
        calibrate(few)
    assert (refused.value.worth, refused.value.not_worth) == (20, 19)
    with pytest.raises(TooFewAnswers):
        reliability([])


def test_scores_that_are_all_alike_give_the_overall_rate() -> None:
    answers = [Answered(0.5, number < 30, str(number)) for number in range(60)]
    assert calibrate(answers).chance(0.9) == pytest.approx(0.5)


@given(st.lists(st.sampled_from("abcdefghij"), min_size=1), st.integers(0, 5))
def test_a_group_is_never_split_over_folds(groups: list[str], seed: int) -> None:
    folds = split(groups, 5, seed)
    assert len({(group, fold) for group, fold in zip(groups, folds, strict=True)}) == len(set(groups))
    assert split(groups, 5, seed) == folds
