"""The layout of a schematic map: nothing overlaps, members stay inside, the same input gives the same picture."""

from __future__ import annotations

import math
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanchuang.registry.map_layout import GAP, SPACING, Spot, schematic

SIZES = st.lists(st.integers(0, 60), max_size=9)
TINY = 1e-6  # of floating point


def _circles(sizes: list[int]) -> dict[str, list[str]]:
    return {f"c{i}": [f"c{i}-m{j}" for j in range(size)] for i, size in enumerate(sizes)}


def _apart(a: Spot, b: Spot) -> float:
    return math.hypot(a.x - b.x, a.y - b.y)


@given(SIZES)
def test_no_two_rings_of_a_schematic_map_overlap(sizes):
    for a, b in combinations(schematic(_circles(sizes)).values(), 2):
        assert _apart(a.centre, b.centre) >= a.radius + b.radius + GAP - TINY


@given(SIZES)
def test_every_member_stands_inside_its_ring_and_apart_from_the_others(sizes):
    circles = _circles(sizes)
    for name, ring in schematic(circles).items():
        assert list(ring.members) == circles[name]
        assert all(_apart(ring.centre, spot) < ring.radius for spot in ring.members.values())
        assert all(_apart(a, b) >= SPACING - TINY for a, b in combinations(ring.members.values(), 2))


@given(SIZES)
def test_the_same_members_give_the_same_picture(sizes):
    assert schematic(_circles(sizes)) == schematic(_circles(sizes))


def test_a_member_that_stands_twice_is_refused():
    with pytest.raises(ValueError, match="'m' stands twice"):
        schematic({"a": ["m"], "b": ["m"]})
