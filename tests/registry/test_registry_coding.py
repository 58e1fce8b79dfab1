"""Fact values survive storage and are shown with operator and unit."""

from __future__ import annotations

import datetime as dt
import json
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanchuang.engines.rules.dictionary import FactSpec, FactType, FactValue, Per, Scalar
from sanchuang.registry.coding import decode, encode, value_text
from sanchuang.registry.names import search_key
from sanchuang.values import Op, Yuan

VALUES: dict[FactType, st.SearchStrategy[Scalar]] = {
    FactType.MONEY: st.integers().map(Yuan),
    FactType.COUNT: st.integers(),
    FactType.NUMBER: st.fractions(),
    FactType.RATE: st.fractions(),
    FactType.BOOL: st.booleans(),
    FactType.CHOICE: st.text(),
    FactType.TEXT: st.text(),
    FactType.DATE: st.dates(),
}


@given(st.sampled_from(FactType), st.data())
def test_every_value_comes_back_from_json_as_it_was(type: FactType, data: st.DataObject) -> None:
    value = data.draw(VALUES[type])
    back = decode(json.loads(json.dumps(encode(value, type))), type)
    assert back == value
    assert back.__class__ is value.__class__


@pytest.mark.parametrize(
    ("value", "type"),
    [
        (True, FactType.COUNT),
        (1, FactType.MONEY),
        (1, FactType.RATE),
        ("1", FactType.COUNT),
        (1, FactType.BOOL),
    ],
)
def test_a_value_of_another_type_is_not_stored(value: Scalar, type: FactType) -> None:
    with pytest.raises(TypeError):
        encode(value, type)


@pytest.mark.parametrize(("stored", "type"), [("12", FactType.MONEY), (1, FactType.DATE), (0, FactType.BOOL)])
def test_a_damaged_row_is_refused(stored: int | str, type: FactType) -> None:
    with pytest.raises(ValueError, match=type.value):
        decode(stored, type)


@pytest.mark.parametrize(
    ("value", "type", "unit", "shown"),
    [
        (FactValue(Yuan.of(20_000_000)), FactType.MONEY, "元", "2,000万元"),
        (FactValue(Yuan.of(100_000_000), op=Op.OVER), FactType.MONEY, "元", "超 1亿元"),
        (FactValue(Yuan.parse("1234.5元")), FactType.MONEY, "kr", "1,234.5 kr"),
        (FactValue(1200), FactType.COUNT, "人", "1,200 人"),
        (FactValue(Fraction(1, 8)), FactType.RATE, "%", "12.5%"),
        (FactValue(False), FactType.BOOL, "", "否"),
        (FactValue(dt.date(2020, 2, 29)), FactType.DATE, "", "2020-02-29"),
        (FactValue("软件业"), FactType.TEXT, "", "软件业"),
    ],
)
def test_values_are_shown_with_operator_and_unit(
    value: FactValue, type: FactType, unit: str, shown: str
) -> None:
    spec = FactSpec("some", type, Per.STATIC, {"zh": "某项"}, unit)
    assert value_text(value, spec) == shown


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ＡＢＣ（中国）有限公司", "abc(中国) 有限公司"),
        ("Blue-Bird  Labs", "bluebird labs"),
        ("甲・乙", "甲·乙"),
    ],
)
def test_names_that_differ_in_writing_only_have_one_key(one: str, other: str) -> None:
    assert search_key(one) == search_key(other) != ""


def test_different_names_have_different_keys() -> None:
    assert search_key("甲一公司") != search_key("甲二公司")
