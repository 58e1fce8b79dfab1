"""How a value of the rule language is held in whole numbers while it is lowered."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from sanchuang.engines.rules.compiled.ir import Builder, Expr


@dataclass(frozen=True)
class Number:
    """`top / bottom`, the bottom above zero; money in fen."""

    top: Expr
    bottom: Expr


@dataclass(frozen=True)
class Day:
    """A day twice: counted (`date.toordinal`) and as the number yyyymmdd, of which full years follow."""

    count: Expr
    ymd: Expr


@dataclass(frozen=True)
class Word:
    """A word by its number; `possible` are the words that it can be, None for any."""

    code: Expr
    possible: frozenset[str] | None


@dataclass(frozen=True)
class Flag:
    """Yes or no."""

    truth: Expr


@dataclass(frozen=True)
class Split:
    """Two forms that share no bottom, such as a quotient and what stands for it where there is none.

    Unknown where `when` is.
    """

    when: Expr
    then: Form
    otherwise: Form


Form = Number | Day | Word | Flag | Split


def shared(make: Builder, a: Number, b: Number) -> tuple[Expr, Expr, Expr]:
    """Two tops over one bottom."""
    one, other = a.bottom.constant, b.bottom.constant
    if a.bottom is b.bottom:
        return a.top, b.top, a.bottom
    if one is not None and other is not None:
        whole = math.lcm(one, other)
        left, right = make.mul(a.top, make.number(whole // one)), make.mul(b.top, make.number(whole // other))
        return left, right, make.number(whole)
    return make.mul(a.top, b.bottom), make.mul(b.top, a.bottom), make.mul(a.bottom, b.bottom)


def compared(make: Builder, op: str, left: Form, right: Form) -> Flag:
    """left op right."""

    def one(a: Form, b: Form) -> Form:
        match a, b:
            case Number(), Number():
                x, y, _ = shared(make, a, b)
            case Day(), Day():
                x, y = a.count, b.count
            case Word(), Word():
                x, y = a.code, b.code
            case Flag(), Flag():
                x, y = a.truth, b.truth
            case _:
                raise TypeError(f"{type(a).__name__} {op} {type(b).__name__}")
        return Flag(make.compare(op, x, y))

    found = both(make, left, right, one)
    assert isinstance(found, Flag)
    return found


def joined(make: Builder, when: Expr, then: Form, otherwise: Form, *, strict: bool = False) -> Form:
    """`then` where `when` holds, else `otherwise`, as one form where they can share a bottom.

    Where `when` is unknown, so is the result, unless (not `strict`) both are the same.
    """

    def cases(a: Expr, b: Expr) -> Expr:
        return make.cases(when, a, b, strict=strict)

    if when.constant is not None:
        return then if when.constant else otherwise
    match then, otherwise:
        case Number(), Number():
            if then.bottom is otherwise.bottom:
                return Number(cases(then.top, otherwise.top), then.bottom)
            if then.bottom.constant is not None and otherwise.bottom.constant is not None:
                a, b, bottom = shared(make, then, otherwise)
                return Number(cases(a, b), bottom)
        case Day(), Day():
            return Day(cases(then.count, otherwise.count), cases(then.ymd, otherwise.ymd))
        case Word(), Word():
            known = then.possible is not None and otherwise.possible is not None
            possible = (then.possible or frozenset()) | (otherwise.possible or frozenset()) if known else None
            return Word(cases(then.code, otherwise.code), possible)
        case Flag(), Flag():
            return Flag(cases(then.truth, otherwise.truth))
    if when.nullable and not strict:
        same = compared(make, "==", then, otherwise).truth
        when = make.or_((when, make.and_((make.not_(make.known(when)), same))))
    return Split(when, then, otherwise)


def each(make: Builder, form: Form, do: Callable[[Form], Form]) -> Form:
    """`do` with every part of a split form, put together again."""
    if isinstance(form, Split):
        then, otherwise = each(make, form.then, do), each(make, form.otherwise, do)
        return joined(make, form.when, then, otherwise, strict=True)
    return do(form)


def both(make: Builder, a: Form, b: Form, do: Callable[[Form, Form], Form]) -> Form:
    """`do` with every pair of parts of two forms."""
    return each(make, a, lambda x: each(make, b, lambda y: do(x, y)))


def parts(form: Form) -> tuple[Expr, ...]:
    """The expressions of a form that may be unknown."""
    match form:
        case Number():
            return form.top, form.bottom
        case Day():
            return (form.count,)
        case Word():
            return (form.code,)
        case Flag():
            return (form.truth,)
        case Split():
            return form.when, *parts(form.then), *parts(form.otherwise)


def guarded(make: Builder, form: Form, by: tuple[Expr, ...]) -> Form:
    """The form, unknown where any of `by` is."""
    match form:
        case Number():
            return Number(make.guard(form.top, by), form.bottom)
        case Day():
            return Day(make.guard(form.count, by), make.guard(form.ymd, by))
        case Word():
            return Word(make.guard(form.code, by), form.possible)
        case Flag():
            return Flag(make.guard(form.truth, by))
        case Split():
            then, otherwise = guarded(make, form.then, by), guarded(make, form.otherwise, by)
            return Split(form.when, then, otherwise)


def knowledge(make: Builder, form: Form) -> Expr:
    """Whether the form is known (in a split form: the part that holds)."""
    if isinstance(form, Split):
        inner = make.cases(
            form.when, knowledge(make, form.then), knowledge(make, form.otherwise), strict=True
        )
        return make.and_((make.known(form.when), inner))
    return make.and_(make.known(part) for part in parts(form))
