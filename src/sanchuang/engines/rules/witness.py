"""A quick look for values by which all holds, before the search that also tells when there are none."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from sanchuang.engines.rules.search import Search
from sanchuang.engines.rules.variables import Truth, Variable

POINTS = 6  # limits tried for each fact


def much(search: Search, truths: Sequence[Truth], variables: Sequence[Variable]) -> bool:
    """Whether all holds where there is much of everything, as far as sums allow: mostly it does."""
    return _at(search, truths, variables, None, lambda: search.possible(truths))


def witness(search: Search, truths: Sequence[Truth], variables: Sequence[Variable], tries: int) -> bool:
    """Whether values by which all hold were found with about so many questions; without them nothing is known.

    Each fact in turn goes where fewest truths fail: to a value of its list, or to where comparisons turn.
    """
    least = search.budget - tries
    return much(search, truths, variables) or any(
        _at(search, truths, variables, above, lambda: _repaired(search, truths, variables, least))
        for above in (1, 0)  # nothing of many things is a case of its own
    )


def _at(
    search: Search,
    truths: Sequence[Truth],
    variables: Sequence[Variable],
    above: int | None,
    found: Callable[[], bool],
) -> bool:
    """What is `found` with the facts where they are tried first."""
    slots, put = search.frame.slots, search.frame.put
    before = [slots[v.slot] for v in variables]
    try:
        for v in variables:
            put(v.slot, v.free)
        for v in variables:
            put(v.slot, _first(search, truths, v, above))
        return found()
    finally:
        for v, value in zip(variables, before, strict=True):
            put(v.slot, value)


def _first(search: Search, truths: Sequence[Truth], variable: Variable, above: int | None) -> Any:
    """Where a fact is tried first: so many steps above its start; None: where it is much."""
    if variable.values is not None:
        return variable.values[0]
    first = variable.start + (above or 0) * variable.step
    if not variable.whole:
        return first
    if above is None and variable.much is not None:
        first = variable.much
    least, most = search.limits(truths, variable)
    if least > most:  # nothing does; a day must be one of the calendar all the same
        return variable.start
    return max(least, min(first, most))


def _repaired(search: Search, truths: Sequence[Truth], variables: Sequence[Variable], least: int) -> bool:
    while search.budget > least:
        failing = next((truth for truth in truths if not search.possible((truth,))), None)
        if failing is None:
            return True
        moves = []
        for v in variables:
            if v.slot in failing.shape and search.budget > least:
                others = [each for each in truths if each is not failing and v.slot in each.shape]
                move = _move(search, failing, others, v)
                if move is not None:
                    moves.append((move[0], v.slot, move[1]))
                    if not move[0]:
                        break
        if not moves:
            return False
        _, slot, value = min(moves, key=lambda move: move[0])
        search.frame.put(slot, value)
    return False


def _move(
    search: Search, truth: Truth, others: Sequence[Truth], variable: Variable
) -> tuple[int, Any] | None:
    """Where to put a fact so that a truth is well and fewest others fail, and how many; None: nowhere."""
    now = search.frame.slots[variable.slot]
    values: Iterable[Any] = variable.values or ()
    if variable.values is None:
        roots = sorted(set(search.roots([truth], [variable], 0, now, variable.step)))
        values = _beside(roots[:POINTS], variable)
    best: tuple[int, Any] | None = None
    for value in values:
        search.frame.put(variable.slot, value)
        if not search.possible((truth,)):
            continue
        failing = sum(not search.possible((other,)) for other in others)
        if best is None or failing < best[0]:
            best = failing, value
            if not failing:
                break
    search.frame.put(variable.slot, now)
    return best


def _beside(roots: Sequence[Any], variable: Variable) -> Iterator[Any]:
    """Values at and just beyond these limits on both sides, as far as the fact may take them."""
    for root in roots:
        if variable.least is None or variable.most is None:
            yield from (root, root + 1, root - 1)
            continue
        for value in dict.fromkeys(
            (math.ceil(root), math.floor(root) + 1, math.floor(root), math.ceil(root) - 1)
        ):
            if variable.least <= value <= variable.most:
                yield value
