"""Budgets that do not suffice: three methods, whole fen, exact for lists and for arrays of any size."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanchuang.engines.rules.policy import METHODS
from sanchuang.engines.rules.rationing import rationed

FEN = st.integers(0, 10**17)
CLAIMS = st.lists(st.integers(0, 1000) | FEN, max_size=30)
BUDGET = st.integers(0, 5000) | FEN | st.integers(0, 10**19)


@pytest.mark.parametrize(
    ("method", "paid"),
    [("floor", [33, 33, 33, 0]), ("largest_remainder", [34, 33, 33, 0]), ("first_come", [50, 50, 0, 0])],
)
def test_a_budget_of_one_yuan_for_three_equal_claims(method, paid):
    assert rationed([50, 50, 50, 0], 100, method) == paid


def test_first_come_pays_the_claim_at_which_the_budget_runs_out_in_part():
    assert rationed([40, 40, 40, 5], 100, "first_come") == [40, 40, 20, 0]


def test_the_fen_left_over_go_to_the_largest_remainders_the_earlier_first():
    assert rationed([1, 3, 3, 3], 5, "largest_remainder") == [1, 2, 1, 1]  # remainders 5, 5, 5, 5 of 10
    assert rationed([10, 1], 3, "largest_remainder") == [3, 0]  # 2.73 and 0.27
    assert rationed([1, 10], 3, "largest_remainder") == [0, 3]


@given(CLAIMS, BUDGET, st.sampled_from(METHODS))
def test_nobody_gets_more_than_claimed_and_the_budget_holds(claims, budget, method):
    paid = rationed(claims, budget, method)
    assert len(paid) == len(claims)
    assert all(0 <= p <= c for p, c in zip(paid, claims, strict=True))
    assert sum(paid) <= budget
    if sum(claims) <= budget:
        assert paid == claims
    elif method != "floor":
        assert sum(paid) == budget


@given(CLAIMS, BUDGET)
def test_proportional_cuts_are_the_quotient_or_one_fen_above(claims, budget):
    pool = sum(claims)
    floor, remainder = (rationed(claims, budget, m) for m in ("floor", "largest_remainder"))
    if pool > budget:
        assert floor == [c * budget // pool for c in claims]
        assert all(r - f in (0, 1) for f, r in zip(floor, remainder, strict=True))
        raised = [c * budget % pool for c, f, r in zip(claims, floor, remainder, strict=True) if r > f]
        kept = [c * budget % pool for c, f, r in zip(claims, floor, remainder, strict=True) if r == f]
        assert not raised or not kept or min(raised) >= max(kept)


@given(CLAIMS, BUDGET, st.sampled_from(METHODS))
def test_arrays_are_shared_as_lists_are(claims, budget, method):
    array = np.array(claims, dtype=np.int64)
    before = array.copy()
    paid = rationed(array, budget, method)
    assert paid.dtype == np.int64
    assert paid.tolist() == rationed(claims, budget, method)
    assert np.array_equal(array, before)
    assert paid is not array


@pytest.mark.parametrize("method", METHODS)
def test_many_large_claims_do_not_overflow(method):
    """200,000 claims of about 10^17 fen sum to 2 · 10^22, far above 64 bits."""
    claims = 10**17 - np.arange(200_000, dtype=np.int64) * 7
    budget = 3 * 10**17 + 1
    paid = rationed(claims, budget, method)
    spent = sum(paid.tolist())
    assert spent == budget if method != "floor" else budget - len(claims) < spent <= budget
    assert 0 <= int(paid.min()) <= int(paid.max()) <= 10**17


def test_other_whole_numbers_are_taken_and_nothing_else():
    assert rationed(np.array([5, 5], dtype=np.int32), 5, "floor").tolist() == [2, 2]
    assert rationed(np.array([5, 5], dtype=np.uint8), 5, "floor").tolist() == [2, 2]
    assert rationed((3, 4), 10**30, "floor") == [3, 4]
    assert rationed(np.array([], dtype=np.int64), 0, "floor").tolist() == []
    for claims in ([1.5], [True], np.array([1.5]), np.array([[1]])):
        with pytest.raises(TypeError):
            rationed(claims, 1, "floor")
    for claims in ([-1], np.array([-1]), np.array([2**63], dtype=np.uint64)):
        with pytest.raises(ValueError, match="claim"):
            rationed(claims, 1, "floor")
    with pytest.raises(ValueError, match="negative"):
        rationed([1], -1, "floor")
    with pytest.raises(TypeError, match="budget"):
        rationed([1], 1.0, "floor")
    with pytest.raises(ValueError, match="lottery"):
        rationed([1], 0, "lottery")
