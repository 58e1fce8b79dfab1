"""One company on one day while rules are evaluated, and the functions that they are made of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Hashable
from typing import Any as AnyValue

from sanchuang.engines.rules import tree as t
from sanchuang.engines.rules.dictionary import Facts, FactSpec, FactValue, Per, asked_period
from sanchuang.engines.rules.frame import exact
from sanchuang.engines.rules.steps import NOTHING, Lack, Lacks, Step, Used, only_says
from sanchuang.values import Malformed, Op

# The value (None: unknown), what is lacking, what was found, and the value as `frame` computes with it.
Reading = tuple[AnyValue, Lacks, tuple[Used, ...], AnyValue]


Kept = dict[
    Hashable, tuple[tuple[str, int | None], ...] | None
]  # see `asking`: facts by task; None: none would do


class Case:
    """One company on the day of its `Tracer`: facts once read and definitions once computed are kept."""

    __slots__ = ("facts", "kept", "memo", "read")

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.memo: dict[int, Step] = {}
        self.read: dict[tuple[str, int | None], Reading] = {}
        self.kept: Kept = {}


Run = Callable[[Case], Step]
Made = Run | Step  # a step: the same for every company


class _Nobody:
    """Facts of nobody: what turns on no fact asks for none."""

    def get(self, name: str, period: object) -> FactValue | None:
        raise AssertionError(name)


NOBODY = Case(_Nobody())


def running(made: Made) -> Run:
    """The function that gives a step."""
    return (lambda case: made) if isinstance(made, Step) else made


def once(inner: Run, index: int) -> Run:
    """A definition: computed once for each company."""

    def run(case: Case) -> Step:
        step = case.memo.get(index)
        if step is None:
            step = case.memo[index] = inner(case)
        return step

    return run


def of_one(made: Made, of: Callable[[Step], Step]) -> Made:
    """A step made of another."""
    return of(made) if isinstance(made, Step) else lambda case: of(made(case))


def of_two(left: Made, right: Made, of: Callable[[Step, Step], Step]) -> Made:
    """A step made of two others."""
    if isinstance(right, Step):
        return of_one(left, lambda step: of(step, right))
    if isinstance(left, Step):
        return lambda case: of(left, right(case))
    return lambda case: of(left(case), right(case))


def named(node: t.Node, made: Made) -> Made:
    """What a name stands for."""
    if isinstance(made, Step):
        return Step(node, made.value, made.lacks, (made,))

    def run(case: Case) -> Step:
        inner = made(case)
        return Step(node, inner.value, inner.lacks, (inner,))

    return run


def asking_for(spec: FactSpec, shift: int | None, on: dt.date) -> Callable[[Case], Reading]:
    """How a fact is asked for on that day."""
    try:
        period = asked_period(spec.per, shift, on)
    except Malformed as error:  # the first and last years of the calendar have no neighbours
        years = (shift or 0) // (4 if spec.per is Per.QUARTER else 1)
        beyond = frozenset((Lack(spec.name, spec.label(), str(on.year - 1 + years), error.message),))
        return lambda case: (None, beyond, (), None)
    name, text = spec.name, "" if period is None else str(period)
    missing = frozenset((Lack(name, spec.label(), text),))

    def ask(case: Case) -> Reading:
        found = case.facts.get(name, period)
        used = (Used(spec, text, found),)
        if found is None:
            return None, missing, used, None
        if found.op is not Op.EXACT:
            lack = Lack(name, spec.label(), text, only_says(found.op))
            return None, frozenset((lack,)), used, None
        return found.value, NOTHING, used, exact(found.value)

    return ask
