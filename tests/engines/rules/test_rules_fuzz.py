"""Whatever happens to a policy file on its way, reading it gives a policy or faults with places, never a crash."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rulekit import DICTIONARY, document

from sanchuang.engines.markup import Problems
from sanchuang.engines.rules import (
    FactTable,
    policy_sentences,
    read_policies,
    run_examples,
)
from sanchuang.values import Truth

WHOLE = document(
    """\
parameters:
  rate:
    label: {zh: 比例, en: rate}
    values:
    - {value: 40%, to: 2024-12-31}
    - {value: 50%, from: 2025-01-01, status: assumption}
tables:
  limits:
    columns: {staff: {type: count, unit: 人}, sales: money}
    rows:
      软件业: {staff: 100人, sales: 1000万元}
      批发业: {sales: 2000万元}
bands:
  points: {steps: [{from: 30%, gives: 20}, {from: 25%, gives: 16}], below: 0}
definitions:
  big: {value: 'reaches(从业人员, limits[行业].staff) 且 reaches(营业收入, limits[行业].sales)'}
  score: {value: 'points(ratio(大专以上人员, 从业人员, 0))'}
  share:
    cases:
    - {when: big 或 score >= 16, then: rate}
    - {else: 30%}
scores:
  sheet:
    cap: 60分
    items:
    - {id: a, max: 20分, of: '大专以上人员', steps: [{from: 30人, gives: 20分}], below: 0分}
    - {id: b, max: 50分, value: 项目数 * 15分}
conditions:
- {id: points, when: sheet 20分以上 且 sheet_a >= 0分}
- {id: local, when: 注册在本区, remedy: 迁入}
- id: sales
  when: |
    营业收入 2000万元以上
    或 full_years(成立日期, on_date) < 3
exceptions:
- {id: listed, to: sales, when: 上市, holds: false}
amount: {value: 'min(floor_yuan(sum_years(研发费用, 2) * share), 200万元)', op: ≤}
papers:
- {id: p, when: known(利润), within: 30日, of: 收到通知}
windows:
- {id: w, opens: 03-01, closes: 04-30}
- {id: v, within: 15个工作日, of: 通知发布}
budget: {amount: 5000万元, method: floor}
stacking: {group: g, per: contract, take: higher, cap_per_year: 5万元, shares: {city: 50%, district: 50%}}
tests:
- name: 样例
  on: 2025-06-01
  facts: {营业收入@2024: 3000万元, 注册在本区: true}
  expect: {eligible: unknown}
""",
    "result: share\n",
)


def test_the_file_to_be_spoiled_is_sound():
    policies = read_policies([(WHOLE, "whole.md")], DICTIONARY)
    assert run_examples(policies) == []


SNIPPETS = st.sampled_from(
    ["\n", " ", "  ", "\t", ":", "：", "- ", "[", "]", "{", "}", "'", '"', "“", "`", "```", "```yaml\n", "#", "## ", "@", "&a ", "*a",
     "!x ", "|", ">", "null", "true", "0", "-1", "9" * 40, "元", "人", "%", ",", "，", "(", ")", "且", "或", " 且 ", "以上", "\ufeff",
     "\r\n", "\u2028", "\x00", "\x07", "营业收入", "big", "share", "rate", "limits", "sample", ".", "policy: x\n", "---\n", "? "]
)  # fmt: skip
at = st.integers(0, len(WHOLE))
edits = st.lists(
    st.tuples(st.just("insert"), at, SNIPPETS)
    | st.tuples(st.just("delete"), at, st.integers(1, 30))
    | st.tuples(st.just("copy"), at, at),
    min_size=1,
    max_size=4,
)


def spoiled(changes):
    text = WHOLE
    for kind, place, what in changes:
        if kind == "insert":
            text = text[:place] + what + text[place:]
        elif kind == "delete":
            text = text[:place] + text[place + what :]
        else:
            text = text[:place] + WHOLE[what : what + 40] + text[place:]
    return text


@given(edits)
@settings(max_examples=400, deadline=None)
def test_a_spoiled_file_gives_faults_inside_it(changes):
    text = spoiled(changes)
    try:
        policies = read_policies([(text, "spoiled.md")], DICTIONARY)
    except Problems as error:
        found = error.problems
    else:
        found = []
        for policy in policies.policies:
            assert all(sentence for lang in ("zh", "en") for _, sentence in policy_sentences(policy, lang))
        run_examples(policies)
    lines = text.count("\n") + text.count("\r") + 1
    for problem in found:
        assert problem.source == "spoiled.md"
        assert 1 <= problem.line <= lines
        assert problem.column >= 1
        assert problem.message
        assert problem.remedy


@pytest.mark.parametrize("facts", [{}, {"local": True}, {"employees": 0, "graduates": 0, "sector": "批发业"}])
@pytest.mark.parametrize("year", [1, 2, 20, 2019, 2020, 2025, 9998, 9999])
def test_a_sound_file_answers_any_company_on_any_day(facts, year):
    always = WHOLE.replace("from: 2020-01-01\n", "", 1).replace("sum_years(研发费用, 2)", "研发费用@本年", 1)
    policies = read_policies([(always, "whole.md")], DICTIONARY)
    (found,) = policies.explain(FactTable(facts), dt.date(year, 1, 1))
    assert found.eligible is not Truth.YES
    assert found.lacks or found.eligible is Truth.NO
