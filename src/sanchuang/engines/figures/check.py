"""Questions that figures answer together, with what would decide those that stay open."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sanchuang.engines.figures.evaluate import Step, evaluate, plain, same_unit, unit_of
from sanchuang.engines.figures.expression import Condition, Fault, Node, refs
from sanchuang.values import Figure, Op, Truth, all_of, compare
from sanchuang.values.units import divide_units


class Obstacle(StrEnum):
    """Why a figure does not decide a question."""

    MISSING = "missing"  # nobody published it
    UNDATED = "undated"  # its source gives no date, and the question needs one
    WORDS = "words"  # its source gives words instead of a number
    OPERATOR = "operator"  # its operator leaves the answer open


@dataclass(frozen=True, slots=True)
class Compared:
    """One comparison: both sides as computed (None when that needs what is missing), the answer, and the steps."""

    condition: Condition
    left: Figure | None
    right: Figure | None
    truth: Truth
    steps: tuple[Step, ...]
    incomparable: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a question: yes when all comparisons hold.

    `incomparable`: two sides measure different things, so the question has no answer. `obstacles` tell, of an
    open answer, which figures keep it open and why; each once, in the order in which the question names them.
    """

    truth: Truth
    compared: tuple[Compared, ...]
    incomparable: bool
    obstacles: tuple[tuple[str, Obstacle], ...]


def ask(
    conditions: Sequence[Condition],
    known: Mapping[str, Figure],
    *,
    missing: Mapping[str, str] | None = None,
    undated: Collection[str] = (),
) -> Answer:
    """Whether all `conditions` hold.

    `missing` are the units of the quantities that the conditions name and nobody published; `undated` the figures
    whose missing date keeps the question open whatever their values say. Raises `Fault` for a figure that is
    neither known nor missing, for a sum of different units and for a division by zero.
    """
    missing = missing or {}
    units = {name: figure.unit for name, figure in known.items()} | dict(missing)
    obstacles: dict[str, Obstacle] = {}
    compared = [_compare(condition, known, units, missing, obstacles) for condition in conditions]
    named = [
        ref.name
        for condition in conditions
        for side in (condition.left, condition.right)
        for ref in refs(side)
    ]
    dateless = [name for name in named if name in undated]
    truth = Truth.UNKNOWN if dateless else all_of([one.truth for one in compared])
    incomparable = any(one.incomparable for one in compared)
    if truth is not Truth.UNKNOWN or incomparable:
        obstacles = {}
    else:
        obstacles |= dict.fromkeys(dateless, Obstacle.UNDATED)
    order = list(dict.fromkeys(named))
    return Answer(
        truth,
        tuple(compared),
        incomparable,
        tuple((name, obstacles[name]) for name in order if name in obstacles),
    )


def _compare(
    condition: Condition,
    known: Mapping[str, Figure],
    units: Mapping[str, str],
    missing: Mapping[str, str],
    obstacles: dict[str, Obstacle],
) -> Compared:
    steps: list[Step] = []
    left_unit, right_unit = unit_of(condition.left, units), unit_of(condition.right, units)
    left = _side(condition.left, known, missing, steps, obstacles)
    right = _side(condition.right, known, missing, steps, obstacles)
    if divide_units(left_unit, right_unit) != "":
        return Compared(condition, left, right, Truth.UNKNOWN, tuple(steps), incomparable=True)
    if left is None or right is None:
        return Compared(condition, left, right, Truth.UNKNOWN, tuple(steps))
    if same_unit(left.unit, right.unit):
        one, other = left, Figure(right.value, right.op, left.unit)
    else:
        one, other = plain(left), plain(right)
    truth = compare(one, condition.op, other)
    if truth is Truth.UNKNOWN:
        for name in _inexact(condition, known):
            obstacles.setdefault(name, Obstacle.OPERATOR)
    return Compared(condition, left, right, truth, tuple(steps))


def _side(
    node: Node,
    known: Mapping[str, Figure],
    missing: Mapping[str, str],
    steps: list[Step],
    obstacles: dict[str, Obstacle],
) -> Figure | None:
    """One side's value; None, with the obstacles, when it has none."""
    names = [ref.name for ref in refs(node)]
    for name in names:
        if name in missing:
            obstacles[name] = Obstacle.MISSING
        elif known[name].value is None:
            obstacles[name] = Obstacle.WORDS
    if any(name in obstacles and obstacles[name] is not Obstacle.OPERATOR for name in names):
        return None
    before = len(steps)
    try:
        return evaluate(node, known, steps)
    except Fault as fault:
        inexact = [name for name in names if known[name].op is not Op.EXACT]
        if not inexact:  # a division by zero, which no better figure mends
            raise fault
        del steps[before:]
        obstacles |= dict.fromkeys(inexact, Obstacle.OPERATOR)
        return None


def _inexact(condition: Condition, known: Mapping[str, Figure]) -> list[str]:
    names = [ref.name for side in (condition.left, condition.right) for ref in refs(side)]
    return [name for name in names if name in known and known[name].op is not Op.EXACT]
