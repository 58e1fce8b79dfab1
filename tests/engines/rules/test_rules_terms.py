"""Durations of windows and papers, and what windows, papers, budgets and stacking say in words."""

import pytest
from rulekit import DICTIONARY, document, expression, faults, marked, read_policies

from sanchuang.engines.rules import (
    Duration,
    DurationUnit,
    budget_sentence,
    paper_sentence,
    stacking_sentence,
    window_sentence,
)
from sanchuang.values import Malformed

AMOUNT = "amount: {value: 1元}\n"


def policy(rules):
    return read_policies([(document(rules + AMOUNT), "s.md")], DICTIONARY).policies[0]


@pytest.mark.parametrize(
    ("text", "length", "unit", "zh", "en"),
    [
        ("15个工作日", 15, DurationUnit.WORKDAYS, "15个工作日", "15 working days"),
        ("１ 工作日", 1, DurationUnit.WORKDAYS, "1个工作日", "1 working day"),
        ("30日", 30, DurationUnit.DAYS, "30日", "30 days"),
        ("30天", 30, DurationUnit.DAYS, "30日", "30 days"),
        ("3个月", 3, DurationUnit.MONTHS, "3个月", "3 months"),
        ("3年", 3, DurationUnit.YEARS, "3年", "3 years"),
    ],
)
def test_a_duration_keeps_its_unit(text, length, unit, zh, en):
    duration = Duration.parse(text)
    assert duration == Duration(length, unit)
    assert (duration.text(), duration.text("en")) == (zh, en)


@pytest.mark.parametrize(
    "text", ["", "15", "工作日", "0日", "-3日", "1.5年", "十五日", "3人", "99999日", "3年2个月"]
)
def test_anything_else_is_no_duration(text):
    with pytest.raises(Malformed) as error:
        Duration.parse(text)
    assert error.value.remedy


WINDOWS = [
    ("{id: w, opens: 03-01, closes: 04-30}", "每年 3 月 1 日至 4 月 30 日。", "Every year from 1 March to 30 April."),
    ("{id: w, opens: 03-01, closes_after: 15个工作日}", "每年 3 月 1 日起 15个工作日内。",
     "Every year for 15 working days from 1 March."),
    ("{id: w, within: 15个工作日, of: {zh: 申报通知发布, en: publication of the call}}", "申报通知发布后 15个工作日内。",
     "within 15 working days of publication of the call."),
    ("{id: w, label: 全年受理}", "", ""),
]  # fmt: skip


@pytest.mark.parametrize(("window", "zh", "en"), WINDOWS)
def test_windows_in_words(window, zh, en):
    (found,) = policy(f"windows:\n- {window}\n").windows
    assert (window_sentence(found), window_sentence(found, "en")) == (zh, en)


def test_a_window_carries_its_duration_and_event():
    (found,) = policy("windows:\n- {id: w, within: 3个月, of: 项目验收}\n").windows
    assert (found.within.within, found.within.of) == (Duration(3, DurationUnit.MONTHS), {"zh": "项目验收"})


def test_papers_have_conditions_and_deadlines():
    papers = policy(
        "papers:\n- {id: a}\n- {id: b, when: 上市}\n- {id: c, within: 30日, of: 收到补正通知}\n"
        "- {id: d, when: 上市, within: 30日, of: 收到补正通知}\n"
    )
    said = [paper_sentence(papers, paper) for paper in papers.papers]
    assert said == ["", "上市时。", "收到补正通知后 30日内。", "上市时，收到补正通知后 30日内。"]
    assert paper_sentence(papers, papers.papers[3], "en") == "where 上市, within 30 days of 收到补正通知."


def test_budget_and_stacking_in_words():
    found = policy(
        "budget: {amount: 5000万元, method: floor}\n"
        "stacking: {group: g, per: contract, take: higher, cap_per_year: 500万元, shares: {city: 50%, district: 50%}}\n"
    )
    assert budget_sentence(found.budget) == "每年 5,000万元；不够时各家按同一比例去尾。"
    assert budget_sentence(found.budget, "en").startswith("CNY 50,000,000 a year; if it does not suffice")
    assert stacking_sentence(found.stacking) == (
        "与同组的支持就高不重复，按每份合同计；每家企业每年合计不超过 500万元；由市 50%、区 50%负担。"
    )
    assert stacking_sentence(found.stacking, "en") == (
        "The highest of its group for each contract; at most CNY 5,000,000 a company and year; "
        "paid by the city 50%, the district 50%."
    )
    added = policy("budget: {amount: 1元, period: whole}\nstacking: {group: g, take: sum}\n")
    assert budget_sentence(added.budget) == "总共 1元；先到先得，轮到时不够的给余下部分。"
    assert stacking_sentence(added.stacking) == "可与同组的支持叠加，按每家企业计。"
    assert stacking_sentence(added.stacking, "en") == "Adds to the others of its group for each company."


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("{id: w, within: ⌖15人, of: 通知}", "“15人”不是期限"),
        ("{id: w, within: ⌖0日, of: 通知}", "“0日”不是一个合理的期限"),
        ("{id: w, within: ⌖15, of: 通知}", "“15”不是期限"),
        ("⌖{id: w, within: 15日}", "缺少“of”"),
        ("⌖{id: w, of: 通知}", "缺少“within”"),
        ("{id: w, within: 15日, of: ⌖''}", "“of”是空的"),
        (
            "{id: w, opens: 03-01, closes: 04-01, ⌖within: 15日, of: 通知}",
            "“within”不和 opens、closes 一起写",
        ),
        ("{id: w, opens: 03-01, closes: 04-01, ⌖closes_after: 15日}", "“closes”和“closes_after”只能写一个"),
        ("⌖{id: w, closes_after: 15日}", "opens 和 closes（或 closes_after）要同时写或同时不写"),
        ("⌖{id: w, opens: 03-01}", "opens 和 closes（或 closes_after）要同时写或同时不写"),
        ("{id: w, opens: 03-01, closes_after: ⌖很久}", "“很久”不是期限"),
    ],
)
def test_slips_in_windows_are_told(entry, said):
    text, places = marked(document(f"windows:\n- {entry}\n" + AMOUNT))
    ((line, column, message, remedy),) = faults(text)
    assert (line, column, message) == (*places[0], said)
    assert remedy


@pytest.mark.parametrize("text", ["on_date - 成立日期 > ⌖15个工作日", "从业人员 > ⌖15工作日"])
def test_working_days_never_pass_for_a_count(text):
    text, places = marked(expression(text))
    ((line, column, message, remedy),) = faults(text)
    assert (line, column) == places[0]
    assert message.startswith("式子里不能用期限“15")
    assert "日历" in remedy
