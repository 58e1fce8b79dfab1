"""Grades of evidence are ordered, and totals keep them apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanchuang.values import Evidence, Malformed, Verification, Yuan, total_by_grade

CLAIMED, CONTRACT_SEEN, REGISTERED, PAID = Evidence


def test_grades_are_ordered_from_weak_to_strong():
    assert sorted([PAID, CLAIMED, REGISTERED, CONTRACT_SEEN]) == [CLAIMED, CONTRACT_SEEN, REGISTERED, PAID]
    assert CLAIMED < CONTRACT_SEEN <= REGISTERED < PAID
    assert PAID > REGISTERED >= REGISTERED <= REGISTERED
    assert max(Evidence) is PAID
    with pytest.raises(TypeError):
        CLAIMED < "paid"  # noqa: B015


def test_labels_in_three_scripts():
    assert [e.label() for e in Evidence] == ["自报", "见到合同", "已登记", "已到账"]
    assert [e.label("zh-Hant") for e in Evidence] == ["自報", "見到合同", "已登記", "已到賬"]
    assert [e.label("en") for e in Evidence] == ["claimed", "contract seen", "registered", "paid"]
    assert [v.label() for v in Verification] == ["已核对文字", "已核对数字", "未核实", "本包假设"]
    assert [v.label("en-GB") for v in Verification] == [
        "text verified",
        "figure verified",
        "unverified",
        "assumption of this pack",
    ]
    assert CLAIMED.label("fr") == "自报"


def test_values_are_the_identifiers_of_packs():
    assert [str(e) for e in Evidence] == ["claimed", "contract_seen", "registered", "paid"]
    assert [str(v) for v in Verification] == ["verified_text", "verified_figure", "unverified", "assumption"]


@pytest.mark.parametrize("kind", [Evidence, Verification])
def test_identifiers_and_labels_are_read(kind):
    for member in kind:
        for text in (
            member.value,
            member.value.upper(),
            member.label(),
            member.label("en"),
            member.label("zh_hant"),
        ):
            assert kind.parse(f" {text} ") is member
    with pytest.raises(Malformed, match=r"不认识.*“maybe”") as caught:
        kind.parse("maybe")
    for member in kind:
        assert member.value in caught.value.remedy


def test_only_what_somebody_checked_is_verified():
    assert [v.is_verified for v in Verification] == [True, True, False, False]


def test_totals_keep_grades_apart():
    total = total_by_grade(
        [(Yuan.of(100), CLAIMED), (Yuan.of(20), PAID), (Yuan.of(3), REGISTERED), (Yuan.of(5), PAID)]
    )
    assert (total[CLAIMED], total[CONTRACT_SEEN], total[PAID]) == (Yuan.of(100), Yuan(0), Yuan.of(25))
    assert (total.count(PAID), total.count(CONTRACT_SEEN)) == (2, 0)
    assert total.at_least(REGISTERED) == Yuan.of(28)
    assert total.text() == "已到账 25元 · 已登记 3元 · 自报 100元"
    assert total.text("en") == "paid CNY 25 · registered CNY 3 · claimed CNY 100"
    assert not hasattr(total, "total")


def test_nothing_sums_to_nothing():
    assert total_by_grade([]).text() == ""


@given(st.lists(st.tuples(st.integers(-(10**9), 10**9).map(Yuan), st.sampled_from(Evidence))))
def test_no_amount_is_lost(amounts):
    total = total_by_grade(amounts)
    assert total.at_least(CLAIMED) == Yuan.sum(amount for amount, _ in amounts)
    for grade in Evidence:
        assert total[grade] == Yuan.sum(amount for amount, g in amounts if g is grade)
    assert sum(total.count(grade) for grade in Evidence) == len(amounts)
