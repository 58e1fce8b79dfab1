"""Laws that hold for any rule and any company: what an expression means, and what learning a fact may do.

`Reference` evaluates the text's own structure with fractions and None; it shares no code with the engine.
"""

import datetime as dt
import operator
from fractions import Fraction

from hypothesis import example, given, settings
from hypothesis import strategies as st
from rulekit import DAY, DICTIONARY, document

from sanchuang.engines.rules import FactTable, read_policy
from sanchuang.values import Truth, Yuan

MONEY = ("revenue", "profit", "rd")
COUNTS = ("employees", "graduates")
BOOLS = ("listed", "local")
COMPARE = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
    "==": operator.eq,
    "!=": operator.ne,
}

# expressions as nested tuples: ("fact", name) ("lit", text, value) (op, part, part…)
yuan = st.integers(-300, 300).map(lambda n: ("lit", f"{n}元" if n >= 0 else f"(-{-n}元)", Fraction(n * 100)))
people = st.integers(0, 5).map(lambda n: ("lit", f"{n}人", Fraction(n)))
rates = st.integers(0, 200).map(lambda n: ("lit", f"{n}%", Fraction(n, 100)))
counts = st.recursive(
    st.sampled_from(COUNTS).map(lambda f: ("fact", f)) | people,
    lambda inner: st.tuples(st.sampled_from(["+", "-", "min", "max"]), inner, inner),
    max_leaves=3,
)
ratios = st.tuples(st.just("ratio"), counts, counts, st.just(("lit", "0", Fraction(0)))) | rates
moneys = st.recursive(
    st.sampled_from(MONEY).map(lambda f: ("fact", f)) | yuan,
    lambda inner: (
        st.tuples(st.sampled_from(["+", "-", "min", "max"]), inner, inner)
        | st.tuples(st.just("floor_yuan"), st.tuples(st.just("*"), inner, ratios))
        | st.tuples(st.just("at_least_zero"), inner)
    ),
    max_leaves=4,
)
comparisons = st.one_of(
    st.tuples(st.sampled_from(sorted(COMPARE)), moneys, moneys),
    st.tuples(st.sampled_from(sorted(COMPARE)), counts, counts),
    st.tuples(st.sampled_from(sorted(COMPARE)), ratios, ratios),
    st.tuples(st.just("in"), counts, people, counts),
    st.sampled_from(BOOLS).map(lambda f: ("fact", f)),
)
conditions = st.recursive(
    comparisons,
    lambda inner: st.tuples(st.sampled_from(["and", "or"]), inner, inner) | st.tuples(st.just("not"), inner),
    max_leaves=6,
)


def text(node):
    """The expression as an author writes it."""
    op, *parts = node
    if op == "fact":
        return parts[0]
    if op == "lit":
        return parts[0]
    words = [text(p) for p in parts]
    if op == "not":
        return f"not ({words[0]})"
    if op == "in":
        return f"({words[0]} in [{', '.join(words[1:])}])"
    if op in ("min", "max", "ratio", "floor_yuan", "at_least_zero"):
        return f"{op}({', '.join(words)})"
    return f"({words[0]} {op} {words[1]})"


def reference(node, facts):
    """The value, None when unknown; money in fen."""
    op, *parts = node
    if op == "fact":
        return facts[parts[0]]
    if op == "lit":
        return parts[1]
    values = [reference(p, facts) for p in parts]
    if op in ("and", "or"):
        decisive = op == "or"
        if decisive in [v for v in values if v is not None]:
            return decisive
        return None if None in values else not decisive
    if op == "in":
        first, *items = values
        if first is None:
            return None
        return True if first in [i for i in items if i is not None] else None if None in items else False
    if None in values:
        return None
    if op in COMPARE:
        return COMPARE[op](*values)
    if op == "not":
        return not values[0]
    if op == "floor_yuan":
        return Fraction(values[0] // 100 * 100)
    if op == "at_least_zero":
        return max(values[0], Fraction(0))
    if op == "ratio":
        return values[0] / values[1] if values[1] > 0 else values[2]
    return {"+": operator.add, "-": operator.sub, "*": operator.mul, "min": min, "max": max}[op](*values)


def known(strategy):
    return st.none() | strategy


companies = st.fixed_dictionaries(
    {
        **{name: known(st.integers(-30_000, 30_000).map(Fraction)) for name in MONEY},
        **{name: known(st.integers(0, 5).map(Fraction)) for name in COUNTS},
        **{name: known(st.booleans()) for name in BOOLS},
    }
)


def table(facts):
    """A company's facts as the engine takes them."""
    out = {}
    for name, value in facts.items():
        if value is not None:
            out[name] = Yuan(int(value)) if name in MONEY else int(value) if name in COUNTS else value
    return FactTable(out)


def comparable(value):
    return Fraction(value.fen) if isinstance(value, Yuan) else value


def sample(rules, head=""):
    return read_policy(document(rules, head), "sample.md", DICTIONARY)


def explained(policy, facts):
    from sanchuang.engines.rules import PolicySet

    return PolicySet([policy]).explain(table(facts), DAY)[0]


@given(conditions | moneys | counts, companies)
@settings(max_examples=300, deadline=None)
def test_the_engine_and_the_reference_agree(node, facts):
    policy = sample(f"definitions:\n  answer:\n    value: |\n      {text(node)}\n", "result: answer\n")
    found = explained(policy, facts)
    assert comparable(found.result) == reference(node, facts)
    assert bool(found.lacks) is (found.result is None)
    assert {lack.name for lack in found.lacks} <= {name for name, value in facts.items() if value is None}


RULE = """\
definitions:
  first:
    cases:
    - when: |
        {when}
      then: 1
    - {{else: 2}}
conditions:
- id: a
  when: |
    {a}
- id: b
  when: first == 1
exceptions:
- id: e
  to: a
  when: |
    {e}
  holds: {holds}
- id: f
  to: a
  when: |
    {f}
  holds: {holds}
amount:
  value: |
    {amount}
"""
policies = st.builds(
    lambda when, a, e, f, amount, holds: sample(
        RULE.format(when=text(when), a=text(a), e=text(e), f=text(f), amount=text(amount), holds=holds)
    ),
    conditions, conditions, conditions, conditions, moneys, st.sampled_from(["true", "false"]),
)  # fmt: skip
answers = st.fixed_dictionaries(
    {
        **{name: st.integers(-30_000, 30_000).map(Fraction) for name in MONEY},
        **{name: st.integers(0, 5).map(Fraction) for name in COUNTS},
        **{name: st.booleans() for name in BOOLS},
    }
)


@given(policies, companies, answers)
@settings(max_examples=120, deadline=None)
def test_learning_a_fact_never_changes_a_decided_answer(policy, facts, truth):
    before = explained(policy, facts)
    unknown = [name for name, value in facts.items() if value is None]
    for name in unknown:
        after = explained(policy, {**facts, name: truth[name]})
        if before.eligible is not Truth.UNKNOWN:
            assert after.eligible is before.eligible
        for old, new in zip(before.conditions, after.conditions, strict=True):
            assert old.truth is Truth.UNKNOWN or new.truth is old.truth
        if before.amount is not None:
            assert after.amount == before.amount
        if before.potential is not None:
            assert after.potential == before.potential


@given(policies, companies, answers)
@settings(max_examples=120, deadline=None)
def test_supplying_what_is_missing_decides(policy, facts, truth):
    """Whenever the answer is open, facts are named; each round supplies them, and the end is decided."""
    facts = dict(facts)
    for _ in range(len(facts) + 1):
        found = explained(policy, facts)
        open_ = found.eligible is Truth.UNKNOWN or (found.eligible is Truth.YES and found.amount is None)
        if not open_:
            break
        names = {lack.name for lack in found.lacks}
        assert names
        assert all(facts[name] is None for name in names)
        facts |= {name: truth[name] for name in names}
    else:
        raise AssertionError("still open when everything asked for is known")
    complete = {name: truth[name] if value is None else value for name, value in facts.items()}
    assert explained(policy, complete).eligible is found.eligible


@given(policies, companies)
@settings(max_examples=100, deadline=None)
def test_a_failed_company_is_asked_for_nothing(policy, facts):
    found = explained(policy, facts)
    if found.eligible is Truth.NO:
        assert (found.lacks, found.amount) == ((), None)


@given(st.text(max_size=60))
@settings(max_examples=500, deadline=None)
def test_any_text_is_an_expression_or_a_fault_inside_it(words):
    """Never another exception, never a place outside the expression."""
    from sanchuang.engines.rules.lexer import SyntaxFault, tokens

    found = None
    try:
        tokens(words)
    except SyntaxFault as fault:
        found = fault
    if found is not None:
        assert 0 <= found.at <= len(words)
        assert found.message
        assert found.remedy


pieces = st.lists(
    st.sampled_from(
        [
            "营业收入",
            "从业人员",
            "上市",
            "行业",
            "软件业",
            "成立日期",
            "on_date",
            "且",
            "或",
            "非",
            "不是",
            "in",
            "[",
            "]",
            "(",
            ")",
            ",",
            ".",
            "@",
            "上年",
            "-",
            "+",
            "*",
            ">=",
            "==",
            "300人",
            "2000万元",
            "50%",
            "以上",
            "以下",
            "含",
            "不含",
            "2025-01-01",
            "min",
            "max",
            "ratio",
            "reaches",
            "known",
            "sum_years",
            "full_years",
            "floor_yuan",
            "'软件业'",
            "t",
            "a",
            "x",
            "3",
            "真",
        ]
    ),
    max_size=14,
)


@given(pieces)
@example(["sum_years", "("])
@settings(max_examples=600, deadline=None)
def test_any_heap_of_words_is_an_expression_or_one_fault(words):
    from sanchuang.engines.markup import Problems

    rules = "tables:\n  t: {columns: {a: money}, rows: {软件业: {}}}\ndefinitions:\n  answer:\n    value: |\n      "
    try:
        sample(rules + " ".join(words or ["真"]) + "\n", "result: answer\n")
    except Problems as error:
        (problem,) = error.problems
        assert problem.line == 18 + 1
        assert problem.remedy


def test_the_day_is_the_one_asked_for():
    policy = sample("definitions:\n  answer: {value: on_date}\n", "result: answer\n")
    assert explained(policy, {}).result == DAY
    assert dt.date(2025, 6, 1) == DAY
