"""Unified social credit codes: what is accepted, what is refused and how the refusal helps."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanchuang.registry.codes import (
    ALPHABET,
    WEIGHTS,
    check_character,
    check_code,
    one_apart,
    organisation_check_character,
    remarks,
    resembles,
)
from sanchuang.values import Malformed

SCHEME = "gb32100-2015"


@st.composite
def codes(draw: st.DrawFn) -> str:
    """Codes with a right check character."""
    head = draw(st.text(ALPHABET, min_size=2, max_size=2))
    division = draw(st.text("0123456789", min_size=6, max_size=6))
    rest = draw(st.text(ALPHABET, min_size=9, max_size=9))
    return (body := head + division + rest) + check_character(body)


def test_the_weights_are_those_of_the_standard() -> None:
    assert WEIGHTS == (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
    assert len(ALPHABET) == 31
    assert not set("IOSVZ") & set(ALPHABET)


@pytest.mark.parametrize("real", ["91110000600037341L", "91440300708461136T", "91330100799655058B"])
def test_codes_in_public_use_pass(real: str) -> None:
    assert check_code(real, SCHEME) == real
    assert remarks(real) == []


def test_width_case_and_spaces_do_not_matter() -> None:
    assert check_code(" ９１４４０３００ 708461136t ", SCHEME) == "91440300708461136T"


def test_a_wrong_check_character_is_named_with_the_right_one() -> None:
    with pytest.raises(Malformed) as caught:
        check_code("91440300708461136X", SCHEME)
    assert "第 18 位校验码是“X”" in caught.value.message
    assert "应为“T”" in caught.value.message


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("", "有 0 位，应为 18 位"),
        ("9144030070846113", "有 16 位，应为 18 位"),
        ("9I440300708461136T", "第 2 位“I”不在字符集内"),
        ("91440300708461136中", "第 18 位“中”不在字符集内"),
        ("9144A300708461136T", "第 5 位“A”不是数字"),
    ],
)
def test_the_position_of_the_fault_is_named(code: str, message: str) -> None:
    with pytest.raises(Malformed) as caught:
        check_code(code, SCHEME)
    assert message in caught.value.message
    assert caught.value.remedy


@given(codes(), st.data())
def test_every_single_wrong_character_is_detected(code: str, data: st.DataObject) -> None:
    assert check_code(code, SCHEME) == code
    position = data.draw(st.integers(0, 17))
    other = data.draw(st.sampled_from(ALPHABET.replace(code[position], "")))
    with pytest.raises(Malformed):
        check_code(code[:position] + other + code[position + 1 :], SCHEME)


@given(codes(), st.data())
def test_every_swap_of_two_different_characters_is_detected_but_that_of_first_and_last(
    code: str, data: st.DataObject
) -> None:
    i, j = sorted(data.draw(st.lists(st.integers(0, 17), min_size=2, max_size=2, unique=True)))
    chars = list(code)
    chars[i], chars[j] = chars[j], chars[i]
    swapped = "".join(chars)
    if swapped == code or (i, j) == (0, 17):
        assert check_code(swapped, SCHEME) == swapped
    else:
        with pytest.raises(Malformed):
            check_code(swapped, SCHEME)


def test_the_inner_check_of_the_organisation_code_only_calls_for_a_second_look() -> None:
    body = "91440300708461137"  # GB 11714 wants 6 at position 17
    code = body + check_character(body)
    assert check_code(code, SCHEME) == code
    assert organisation_check_character("70846113") == "6"
    assert remarks(code) == ["第 17 位（组织机构代码校验码）是“7”，按 GB 11714 应为“6”"]


def test_a_country_without_a_scheme_takes_any_code_but_an_empty_one() -> None:
    assert check_code(" No. 7 ", "none") == "No. 7"
    with pytest.raises(Malformed):
        check_code("  ", "none")


def test_an_unknown_scheme_is_a_fault_of_the_caller_and_names_the_known_ones() -> None:
    with pytest.raises(ValueError, match="gb32100-2015"):
        check_code("1", "gb32100")


@given(codes(), st.integers(0, 17), st.sampled_from(ALPHABET))
def test_codes_are_one_apart_when_one_character_is_wrong_missing_or_too_many(
    code: str, at: int, char: str
) -> None:
    assert one_apart(code, code[:at] + char + code[at + 1 :]) is (char != code[at])
    assert one_apart(code, code[:at] + code[at + 1 :])
    assert one_apart(code[:at] + char + code[at:], code)
    assert not one_apart(code, code)
    assert not one_apart(code, code[2:])


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("91330106XN6829067X", True),
        ("9133 0106 xn68 2906 7x", True),
        ("91330106XN6829067", True),
        ("91330106XN6829067XX", True),
        ("91330106XN682906", False),
        ("某某科技有限公司", False),
        ("deepseaintelligence", False),
    ],
)
def test_a_text_that_was_meant_as_a_code_is_known_as_one(text: str, meant: bool) -> None:
    assert resembles(text, SCHEME) is meant
    assert not resembles(text, "none")
