"""What a sheet can still come to while items are unknown, and the marks that the policy sets on it."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rulekit import DAY, DICTIONARY, document, explain

from sanchuang.engines.rules import read_policies
from sanchuang.engines.rules.points import Points, item_points, marks_of, part_of, total_points
from sanchuang.values import Truth, Yuan

SHEET = """\
parameters:
  线: {label: 分数线, values: [{value: 60分, to: 2025-12-31}, {value: 70分, from: 2026-02-01}]}
scores:
  评分:
    label: 创新能力评分
    cap: 100分
    items:
    - id: 人员
      max: 20分
      of: ratio(大专以上人员, 从业人员, 0)
      steps: [{from: 30%, gives: 20分}, {from: 25%, gives: 16分}]
      below: 4分
    - id: 研发
      max: 50
      cases:
      - {when: 研发费用 >= 100万元, then: 50分}
      - {when: 上市, then: 30分}
      - {else: 10分}
    - {id: 项目, max: 40分, value: 项目数 * 15分}
    - {id: 得失, max: 6分, value: 'max(项目数 * 1分, 从业人员 * 1分) - 2分'}
conditions:
- {id: pass, label: 够分, when: 评分 > 线}
- {id: staff, label: 人员指标不为零, when: 0分 < 评分_人员}
- {id: all, label: 两次提到的线, when: 评分 > 线 或 线 < 评分}
amount: {value: 20万元}
"""
(POLICY,) = read_policies([(document(SHEET), "s.md")], DICTIONARY).policies


def points(facts):
    found = explain(document(SHEET), facts)
    (scored,) = found.scores
    return [item_points(found.policy, item) for item in scored.items], total_points(found.policy, scored)


def test_known_items_are_points_and_nothing_else():
    facts = {"graduates": 3, "employees": 10, "rd": Yuan.of(0), "listed": True, "projects": 1}
    items, total = points(facts)
    assert [item.known for item in items] == [20, 30, 15, 6]
    assert total == Points(71, 71)


@pytest.mark.parametrize(
    ("facts", "item", "span"),
    [
        ({}, 0, Points(4, 20)),  # the lowest and the highest of the scale
        ({}, 1, Points(10, 50)),
        ({"rd": Yuan.of(0)}, 1, Points(10, 30)),  # the first branch is out
        ({"listed": False}, 1, Points(10, 50)),
        ({"rd": Yuan.of(5), "listed": False}, 1, Points(10, 10)),
        ({}, 2, Points(0, 40)),  # a count is not below zero; the maximum of the item
        ({}, 3, Points(None, 6)),  # a difference is not looked into
    ],
)
def test_an_unknown_item_has_the_bounds_of_its_own_figures(facts, item, span):
    assert points(facts)[0][item] == span


def test_the_total_has_no_lower_bound_where_an_item_has_none_and_never_more_than_the_cap():
    assert points({})[1] == Points(None, 100)
    assert points({"employees": 5, "projects": 1})[1] == Points(4 + 10 + 15 + 3, 20 + 50 + 15 + 3)
    known = {"graduates": 3, "employees": 10, "projects": 9}
    assert points(known)[1] == Points(20 + 10 + 40 + 6, 100)


FACTS = st.fixed_dictionaries(
    {
        "graduates": st.integers(0, 12),
        "employees": st.integers(0, 12),
        "rd": st.sampled_from([Yuan.of(0), Yuan.of(1_000_000)]),
        "listed": st.booleans(),
        "projects": st.integers(0, 4),
    }
)


@given(FACTS, st.sets(st.sampled_from(["graduates", "employees", "rd", "listed", "projects"])))
def test_whatever_the_missing_facts_turn_out_to_be_the_points_lie_within_the_bounds(facts, missing):
    items, total = points({name: value for name, value in facts.items() if name not in missing})
    exact, sum_of_all = points(facts)
    for span, one in zip([*items, total], [*exact, sum_of_all], strict=True):
        assert one.known is not None
        assert span.low is None or span.low <= one.known
        assert span.high is None or one.known <= span.high
        assert missing or span == one


def test_marks_are_found_once_whichever_way_they_are_written():
    found = marks_of(POLICY)
    assert [(mark.op, mark.at(POLICY, DAY)) for mark in found["评分"]] == [(">", 60)]
    assert [(mark.op, mark.at(POLICY, DAY)) for mark in found["评分_人员"]] == [(">", 0)]
    assert list(found) == ["评分", "评分_人员"]


def test_a_mark_has_its_own_days():
    (mark,) = marks_of(POLICY)["评分"]
    assert [mark.at(POLICY, dt.date(2026, month, 1)) for month in (1, 2)] == [None, 70]
    assert mark.met(Points(99, 99), None) is Truth.UNKNOWN


@pytest.mark.parametrize(
    ("span", "answer"),
    [
        (Points(61, 61), Truth.YES), (Points(61, 100), Truth.YES), (Points(60, 61), Truth.UNKNOWN),
        (Points(0, 60), Truth.NO), (Points(None, 60), Truth.NO), (Points(None, 61), Truth.UNKNOWN),
        (Points(None, None), Truth.UNKNOWN),
    ],
)  # fmt: skip
def test_bounds_reach_a_mark_miss_it_or_leave_it_open(span, answer):
    (mark,) = marks_of(POLICY)["评分"]
    assert mark.met(span, 60) is answer


NESTED = """\
scores:
  总评:
    items:
    - {id: 前, max: 30分, value: 前段}
    - {id: 后, max: 70分, value: 项目数 * 10分}
  前段:
    items:
    - {id: 人, max: 20分, value: 从业人员 * 1分}
    - {id: 加, max: 20分, value: 大专以上人员 * 1分}
definitions:
  得分: {cases: [{when: 上市, then: 项目数 * 1分}, {else: 总评}]}
  名次: {value: 得分}
conditions:
- {id: pass, when: 名次 不低于 60分}
amount: {value: 20万元}
"""


def test_a_mark_set_on_another_name_or_a_branch_is_the_sheet_s_too():
    (policy,) = read_policies([(document(NESTED), "s.md")], DICTIONARY).policies
    assert {name: [(m.op, m.at(policy, DAY)) for m in found] for name, found in marks_of(policy).items()} == {
        "总评": [(">=", 60)]
    }


def test_a_sheet_may_be_an_item_of_another_with_its_own_bounds():
    found = explain(document(NESTED), {"employees": 17, "projects": 2})
    whole, part = found.scores
    assert part_of(found.policy, whole.items[0]) is part.sheet
    assert part_of(found.policy, whole.items[1]) is None
    assert total_points(found.policy, part) == Points(17, 37)
    assert item_points(found.policy, whole.items[0]) == Points(17, 30)
    assert total_points(found.policy, whole) == Points(37, 50)
