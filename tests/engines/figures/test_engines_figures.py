"""Expressions over figures compute exactly, keep operators, and say where they are wrong."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanchuang.engines.figures import (
    Derivation,
    Fault,
    Obstacle,
    ask,
    derive_all,
    evaluate,
    parse,
    parse_condition,
)
from sanchuang.values import Figure, Op, Truth

numbers = st.integers(1, 10**6)


def exact(value: int, unit: str = "") -> Figure:
    return Figure(Fraction(value), Op.EXACT, unit)


@given(numbers, numbers, numbers)
def test_an_expression_of_exact_figures_is_exact_arithmetic(a: int, b: int, c: int) -> None:
    known = {"a": exact(a), "b": exact(b)}
    result = evaluate(parse(f"({{a}} - {{b}}) / {c} + {{a}} * {{b}}"), known)
    assert result == Figure(Fraction(a - b, c) + a * b)


@given(numbers, numbers, numbers, st.fractions(min_value=0, max_value=1000))
def test_a_computed_bound_holds_for_every_number_that_the_source_allows(
    a: int, b: int, c: int, more: Fraction
) -> None:
    result = evaluate(
        parse("{a} / {b} * {c}"), {"a": Figure(Fraction(a), Op.OVER), "b": exact(b), "c": exact(c)}
    )
    truth = (a + more + Fraction(1, 7)) / b * c
    assert result.op is Op.OVER
    assert result.value is not None
    assert truth > result.value


@given(st.lists(numbers, min_size=1, max_size=12))
def test_derived_figures_are_computed_in_whatever_order_they_are_written(values: list[int]) -> None:
    chain = {
        f"d{i}": Derivation(parse(f"{{d{i - 1}}} + {v}" if i else f"{{g}} + {v}"), "")
        for i, v in enumerate(values)
    }
    found, faults = derive_all({"g": exact(0)}, dict(reversed(chain.items())))
    assert not faults
    assert found[f"d{len(values) - 1}"].exact == exact(sum(values))


@given(st.text("0123456789+-*/(){}[] ab.,=<>", max_size=30))
def test_any_text_is_read_or_refused_with_its_place(text: str) -> None:
    fault = None
    try:
        parse(text)
    except Fault as found:
        fault = found
    assert fault is None or (0 <= fault.at <= len(text) and fault.remedy)


def test_percentages_are_plain_numbers_in_sums() -> None:
    result = evaluate(parse("{a} / (1 + {g})"), {"a": exact(197, "元"), "g": exact(97, "%")})
    assert result == exact(100, "元")


def test_a_member_of_a_cycle_is_told_and_its_dependants_stay_silent() -> None:
    texts = {"a": "{b} + 1", "b": "{a} + 1", "c": "{a} * 2"}
    found, faults = derive_all({}, {name: Derivation(parse(text), "") for name, text in texts.items()})
    assert not found
    assert set(faults) == {"a", "b"}


def test_rounding_comes_last() -> None:
    found, _ = derive_all(
        {"a": exact(1)}, {"t": Derivation(parse("{a} / 3"), "", 1), "s": Derivation(parse("{t} * 3"), "")}
    )
    assert found["t"].figure == Figure(Fraction(3, 10), Op.ABOUT)
    assert found["s"].figure == exact(1)


@pytest.mark.parametrize(
    ("text", "truth", "obstacles"),
    [
        ("{over} > 300", Truth.YES, ()),
        ("{over} > 400", Truth.UNKNOWN, (("over", Obstacle.OPERATOR),)),
        ("{nobody} * {over} > 1", Truth.UNKNOWN, (("nobody", Obstacle.MISSING),)),
        ("{words} > 1", Truth.UNKNOWN, (("words", Obstacle.WORDS),)),
        ("{over} - {over} > 0", Truth.UNKNOWN, (("over", Obstacle.OPERATOR),)),
    ],
)
def test_an_open_answer_names_what_would_decide_it(text: str, truth: Truth, obstacles: tuple) -> None:
    known = {"over": Figure(Fraction(300), Op.OVER), "words": Figure.in_words("几十")}
    answer = ask([parse_condition(text)], known, missing={"nobody": ""})
    assert (answer.truth, answer.obstacles) == (truth, obstacles)


def test_a_figure_without_a_date_leaves_a_dated_question_open() -> None:
    answer = ask([parse_condition("{a} > 1")], {"a": exact(2)}, undated={"a"})
    assert (answer.truth, answer.obstacles) == (Truth.UNKNOWN, (("a", Obstacle.UNDATED),))


def test_different_units_are_different_things() -> None:
    assert ask([parse_condition("{a} = {b}")], {"a": exact(2, "个"), "b": exact(2, "元")}).incomparable
