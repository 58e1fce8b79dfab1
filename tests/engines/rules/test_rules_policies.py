"""What a whole policy says: conditions and exceptions, other policies, examples, sentences, the trace."""

import datetime as dt
from fractions import Fraction

import pytest
from rulekit import DAY, FIRM, document, explain, expression, faults, read

from sanchuang.engines.rules import FactTable, say
from sanchuang.values import Truth, Yuan

# conditions and exceptions --------------------------------------------------------------------------------


def conditions(base, *exceptions):
    rules = f"conditions:\n- {{id: c, when: {base}}}\namount: {{value: 1元}}\n"
    if exceptions:
        rules += "exceptions:\n" + "".join(
            f"- {{id: e{i}, to: c, when: {when}, holds: {holds}}}\n"
            for i, (when, holds) in enumerate(exceptions)
        )
    return document(rules)


@pytest.mark.parametrize(
    ("facts", "truth", "lacks"),
    [
        ({"listed": True, "local": False}, Truth.YES, set()),  # the rule
        ({"listed": False, "local": True}, Truth.YES, set()),  # the exception
        ({"listed": False, "local": False}, Truth.NO, set()),
        ({"listed": True}, Truth.YES, set()),  # the exception could only confirm it
        ({"listed": False}, Truth.UNKNOWN, {"local"}),
        ({"local": True}, Truth.YES, set()),
        ({"local": False}, Truth.UNKNOWN, {"listed"}),
        ({}, Truth.UNKNOWN, {"listed", "local"}),
    ],
)
def test_an_exception_decides_a_condition_when_it_applies(facts, truth, lacks):
    found = explain(conditions("上市", ("注册在本区", "true")), facts)
    assert found.eligible is truth
    assert {lack.name for lack in found.lacks} == lacks
    assert found.amount == (Yuan.of(1) if truth is Truth.YES else None)
    assert found.potential == Yuan.of(1)


@pytest.mark.parametrize("order", [0, 1])
@pytest.mark.parametrize(
    ("facts", "truth", "lacks"),
    [
        ({"listed": True, "local": False, "projects": 0}, Truth.YES, set()),
        ({"listed": False, "local": True, "projects": 0}, Truth.YES, set()),
        ({"listed": True, "local": False, "projects": 1}, Truth.NO, set()),
        ({"listed": True, "local": True}, Truth.UNKNOWN, {"projects"}),  # the other might contradict
        ({"listed": True, "projects": 0}, Truth.YES, set()),
        ({"listed": True}, Truth.UNKNOWN, {"projects"}),
        ({"listed": False}, Truth.UNKNOWN, {"local"}),
        ({"local": False, "projects": 1}, Truth.NO, set()),
    ],
)
def test_exceptions_both_ways_do_not_depend_on_their_order(order, facts, truth, lacks):
    both = [("注册在本区", "true"), ("项目数 > 0", "false")]
    found = explain(conditions("上市", *(both if order == 0 else both[::-1])), facts)
    assert found.eligible is truth
    assert lacks <= {lack.name for lack in found.lacks}
    assert bool(lacks) is bool(found.lacks)


def test_two_exceptions_that_contradict_each_other_are_a_conflict():
    from sanchuang.engines.rules import RuleConflict

    policies = read(
        "conditions:\n- {id: c, when: 上市}\namount: {value: 1元}\n"
        "exceptions:\n- {id: a, to: c, when: 注册在本区}\n- {id: b, to: c, when: 项目数 > 0, holds: false}\n"
    )
    with pytest.raises(RuleConflict, match=r"^sample\.md:18:24: 例外“a”与“b”对条件“c”的结论相反"):
        policies.explain(FactTable({"listed": True, "local": True, "projects": 1}), DAY)


def test_an_eligible_company_may_still_lack_the_amount():
    found = explain(
        document("conditions:\n- {id: c, when: 上市}\namount: {value: 营业收入}\n"), {"listed": True}
    )
    assert (found.eligible, found.amount, [lack.name for lack in found.lacks]) == (
        Truth.YES,
        None,
        ["revenue"],
    )


def test_nothing_is_missing_once_a_condition_fails():
    rules = "conditions:\n- {id: c, when: 上市}\n- {id: d, when: 注册在本区}\namount: {value: 营业收入}\n"
    found = explain(document(rules), {"listed": False})
    assert (found.eligible, found.lacks) == (Truth.NO, ())


def test_papers_are_listed_unless_surely_not_needed():
    rules = "amount: {value: 1元}\npapers:\n- {id: always}\n- {id: listed, when: 上市}\n- {id: not_listed, when: 非 上市}\n"
    assert [p.id for p in explain(document(rules)).papers] == ["always", "listed", "not_listed"]
    assert [p.id for p in explain(document(rules), {"listed": True}).papers] == ["always", "listed"]


# policies that use each other -----------------------------------------------------------------------------

OTHER = """\
```yaml
policy: other
from: 2024-01-01
to: 2024-12-31
result: big
definitions:
  big: {value: 从业人员 >= 300人}
```
"""


@pytest.mark.parametrize(
    ("on", "result", "note"),
    [
        ("2024-06-01", True, ""),
        ("2023-12-31", None, "该政策这一天未施行"),
        ("2025-01-01", None, "该政策这一天未施行"),
    ],
)
def test_the_result_of_another_policy_holds_while_that_policy_does(on, result, note):
    policies = read("definitions:\n  answer: {value: other.big}", "result: answer\n", OTHER)
    found = policies.explain(FactTable(FIRM), dt.date.fromisoformat(on))[0]
    assert found.result is result
    assert [lack.note for lack in found.lacks] == ([note] if note else [])


def test_a_day_without_any_policy():
    from sanchuang.engines.rules import NoPolicyInForce

    policies = read("amount: {value: 1元}", "to: 2024-12-31\n")
    with pytest.raises(NoPolicyInForce, match="最早的一项自 2020-01-01 起施行"):
        policies.explain(FactTable({}), dt.date(2019, 12, 31))
    with pytest.raises(NoPolicyInForce, match="都已失效，最后一项止于 2024-12-31"):
        policies.explain(FactTable({}), dt.date(2025, 1, 1))


# examples in the file -------------------------------------------------------------------------------------


def run(expect, value="营业收入 > 0元", facts="{营业收入: 3元}"):
    from sanchuang.engines.rules import run_examples

    rules = f"definitions:\n  answer: {{value: '{value}'}}\ntests:\n- {{name: x, on: 2025-06-01, facts: {facts}, expect: {expect}}}\n"
    return [f.problem() for f in run_examples(read(rules, "result: answer\n"))]


@pytest.mark.parametrize(
    ("value", "right", "wrong"),
    [
        ("营业收入 > 0元", "true", "false"),
        ("营业收入", "3元", "3.01元"),
        ("营业收入", "0.0003万元", "3万元"),
        ("ratio(营业收入, 6元)", "50%", "5%"),
        ("营业收入 * 50%", "1.5元", "1元"),
        ("项目数", "1,000项", "100项"),
        ("成立日期", "2020-02-29", "2020-03-01"),
        ("“大型”", "大型", "中型"),
    ],
)
def test_an_example_states_its_result_as_people_write_it(value, right, wrong):
    facts = "{营业收入: 3元, 项目数: 1000项, 成立日期: 2020-02-29}"
    assert run(f'{{result: "{right}"}}', value, facts) == []
    (problem,) = run(f'{{result: "{wrong}"}}', value, facts)
    assert problem.message.startswith(f"样例“x”：结论应为 {wrong}，得到 ")
    assert (problem.line, problem.column) == (17, 3)


def test_an_example_says_what_is_missing():
    assert run("{missing: [营业收入]}", facts="{}") == []
    assert run("{missing: []}") == []
    (problem,) = run("{missing: []}", facts="{}")
    assert problem.message == "样例“x”：缺少的事实应为 无，得到 营业收入"


# sentences ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "zh", "en"),
    [
        ("10元 - (3元 - 2元)", "10元 − (3元 − 2元)", "10元 − (3元 − 2元)"),
        ("10元 - 3元 - 2元", "10元 − 3元 − 2元", "10元 − 3元 − 2元"),
        ("(1元 + 2元) * 3", "(1元 + 2元) × 3", "(1元 + 2元) × 3"),
        ("非 (上市 或 注册在本区)", "并非“上市，或者注册在本区”", "not “上市 or 注册在本区”"),
        (
            "上市 且 (上市 或 注册在本区)",
            "上市，且（上市，或者注册在本区）",
            "上市 and  (上市 or 注册在本区)",
        ),
    ],
)
def test_sentences_keep_the_brackets_that_matter(text, zh, en):
    policy = read_one(text)
    node = policy.definitions["answer"].node
    assert say(policy, node) == zh
    assert say(policy, node, "en") == en.replace("  ", " ")


def read_one(text):
    from rulekit import DICTIONARY

    from sanchuang.engines.rules import read_policy

    return read_policy(expression(text), "sample.md", DICTIONARY)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (Fraction(1, 2), "", "50%"), (Fraction(1, 3), "", "1/3"), (Fraction(0), "", "0"), (Fraction(12345678, 10), "", "1,234,567.8"),
        (Fraction(3, 2), "卡时", "1.5卡时"), (Fraction(2000000), "卡时", "2,000,000卡时"),
    ],
)  # fmt: skip
def test_numbers_are_shown_exactly(value, unit, text):
    from sanchuang.engines.rules import show
    from sanchuang.engines.rules.types import Kind, Type

    assert show(value, Type(Kind.NUMBER, unit)) == text


# the trace ------------------------------------------------------------------------------------------------


def test_the_facts_behind_an_answer_are_told_once_and_in_order():
    found = explain(conditions("营业收入 > 0元 且 利润 > 0元 且 营业收入 > 利润"), FIRM)
    assert [(u.spec.name, u.period) for u in found.conditions[0].facts()] == [
        ("revenue", "2024"),
        ("profit", "2024"),
    ]


def test_the_facts_behind_a_ladder_of_definitions_are_found_at_once():
    """Each rung uses the one below it twice: 2^40 ways down, and one fact."""
    rungs = "".join(f"  d{i}: {{value: d{i + 1} + d{i + 1}}}\n" for i in range(40))
    found = explain(
        document(f"definitions:\n{rungs}  d40: {{value: 营业收入}}\n", "result: d0\n"), {"revenue": Yuan(1)}
    )
    assert found.result == Yuan(2**40)
    assert found.result_step is not None
    assert list(found.result_step.all_facts()) == [("revenue", "2024")]


def test_a_text_fact_may_hold_any_character():
    from rulekit import DICTIONARY

    from sanchuang.engines.rules import fact_value

    code = DICTIONARY.find("code")
    assert code is not None
    for text in ("C++；#1", "“未完", "01", "3/4"):
        assert fact_value(code, text) == text
    assert (
        faults(
            document(
                "definitions:\n  d: {value: 1}\ntables:\n  t: {columns: {a: text}, rows: {x: {a: 'C#；'}}}",
                "result: d\n",
            )
        )
        == []
    )
