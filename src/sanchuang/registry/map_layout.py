"""Where the marks of a schematic map stand. Pure: no database, no chance; the same members give the same picture.

The plane has no scale and no north. A schematic map says who belongs to which circle and nothing about where it lies.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

SPACING = 1.0  # no two members of a circle stand nearer to each other than this
MARGIN = 1.0  # between the outermost member and the ring
GAP = 1.0  # between two rings
_GOLDEN_ANGLE = math.pi * (3 - math.sqrt(5))


@dataclass(frozen=True)
class Spot:
    """A point of the plane, in units of `SPACING`; y grows upwards."""

    x: float
    y: float


@dataclass(frozen=True)
class Ring:
    """A circle of the map and its members, each strictly inside it."""

    centre: Spot
    radius: float
    members: Mapping[str, Spot]


def schematic(circles: Mapping[str, Sequence[str]]) -> dict[str, Ring]:
    """Rings for `circles` (circle → its members), clockwise from the top in the order given.

    Rings do not overlap, even though all are kept as far apart as the largest needs: a small ring then never hides
    between two large ones. Raises `ValueError` when a member stands in two circles or twice in one.
    """
    times = Counter(chain.from_iterable(circles.values()))
    if twice := sorted(member for member, count in times.items() if count > 1):
        raise ValueError(f"a schematic map: {twice[0]!r} stands twice")
    radii = {circle: SPACING * math.sqrt(len(inside)) + MARGIN for circle, inside in circles.items()}
    n = len(circles)
    # Neighbours on a circle of radius d are 2·d·sin(π/n) apart; all others are farther.
    distance = 0.0 if n < 2 else (max(radii.values()) + GAP / 2) / math.sin(math.pi / n)
    rings = {}
    for place, (circle, inside) in enumerate(circles.items()):
        angle = math.pi / 2 - 2 * math.pi * place / n
        centre = Spot(distance * math.cos(angle), distance * math.sin(angle))
        rings[circle] = Ring(centre, radii[circle], _sunflower(centre, inside))
    return rings


def _sunflower(centre: Spot, members: Sequence[str]) -> dict[str, Spot]:
    """Members spread evenly over a disc, as the seeds of a sunflower are (Vogel 1979)."""
    spots = {}
    for k, member in enumerate(members):
        radius, angle = SPACING * math.sqrt(k + 0.5), k * _GOLDEN_ANGLE
        spots[member] = Spot(centre.x + radius * math.cos(angle), centre.y + radius * math.sin(angle))
    return spots
