"""docs/policy-language.md tells the truth and the whole: every example is read and run, every word is there."""

import datetime as dt
import re
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from rulekit import DAY

import sanchuang
from sanchuang.engines.markup import Problems
from sanchuang.engines.rules import (
    FactDictionary,
    FactSpec,
    FactTable,
    FactType,
    Per,
    read_dictionary,
    read_policies,
    run_examples,
)
from sanchuang.engines.rules.document import HEAD, PARTS
from sanchuang.engines.rules.functions import FUNCTIONS
from sanchuang.engines.rules.lexer import KEYWORDS
from sanchuang.engines.rules.names import SPECIAL, YEARS
from sanchuang.engines.rules.policy import LAYERS, METHODS
from sanchuang.engines.rules.provisions import COLUMN_KINDS
from sanchuang.values import Op, Truth, Verification, Yuan

MANUAL = (Path(__file__).parents[3] / "docs" / "policy-language.md").read_text(encoding="utf-8")
PACK = Path(sanchuang.__file__).parent / "packs" / "westlake"
FENCES = [(t.info, t.content) for t in MarkdownIt("commonmark").parse(MANUAL) if t.type == "fence"]
# what stands in single backticks outside blocks
CODE = set(re.findall(r"`([^`\n]+)`", re.sub(r"(`{3,}).*?\1", "", MANUAL, flags=re.DOTALL)))
COMPANY = {
    "employees": 300,
    "rd_staff": 90,
    "revenue": Yuan.of(20_000_000),
    "rd_expense": Yuan.of("1234567.89"),
    "compute_spend": Yuan.of(860_000),
    "industry": "65",
    "registered_in_district": True,
    "ai_related": True,
    "abnormal": False,
    "registered_on": dt.date(2020, 2, 29),
    "staff_opening": 299,
    "staff_closing": 301,
}


@pytest.fixture(scope="module")
def dictionary():
    """The facts of the West Lake pack, which the manual's examples use, and two of quarters."""
    pack = read_dictionary((PACK / "facts.yaml").read_text(encoding="utf-8"), "facts.yaml")
    quarterly = [
        FactSpec(name, FactType.COUNT, Per.QUARTER, {"zh": label}, unit="人")
        for name, label in (("staff_opening", "季初从业人员"), ("staff_closing", "季末从业人员"))
    ]
    return FactDictionary.of([*pack.specs.values(), *quarterly])


def blocks(language):
    return [content for info, content in FENCES if info == language]


def with_head(block):
    """A file around a block of the manual, with a head unless it is one."""
    if block.startswith("policy:"):
        return f"```yaml\n{block}```\n"
    outcome = "" if re.search(r"^(amount|result):", block, re.MULTILINE) else "amount: {value: 1元}\n"
    return f"```yaml\npolicy: sample\nstatus: assumption\n{outcome}```\n\n```yaml\n{block}```\n"


def holds(expression, dictionary):
    text = f"```yaml\npolicy: sample\nresult: answer\ndefinitions:\n  answer:\n    value: |\n      {expression}\n```\n"
    return read_policies([(text, "manual.md")], dictionary).explain(FactTable(COMPANY), DAY)[0].result


def rows(after):
    lines = MANUAL[MANUAL.index(after) :].splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("|"))
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            return
        yield [cell.strip() for cell in line.strip("|").split("|")]


def test_the_guide_for_officials_stands_first_and_its_policy_works(dictionary):
    assert MANUAL.index("## 写一项政策") < MANUAL.index("## The file")
    (whole,) = blocks("markdown")
    policies = read_policies([(whole, "rent.md")], dictionary)
    assert len(policies.policies[0].tests) == 3
    assert run_examples(policies) == []


@pytest.mark.parametrize("block", blocks("yaml"), ids=[b.split(":")[0] for b in blocks("yaml")])
def test_every_block_is_read_and_its_examples_hold(block, dictionary):
    policies = read_policies([(with_head(block), "manual.md")], dictionary)
    assert run_examples(policies) == []


EXPRESSIONS = [
    re.sub(r"\s+# .*", "", line) for block in blocks("rules") for line in block.splitlines() if line.strip()
]


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_every_expression_holds_for_the_company_of_the_manual(expression, dictionary):
    assert holds(expression, dictionary) is True


def test_every_function_is_in_the_table_and_its_example_holds(dictionary):
    found = {}
    for name, meaning, example in rows("### Functions"):
        found[name.strip("`").split("(")[0]] = example.strip("`")
        assert meaning
    assert set(found) == {*FUNCTIONS, *SPECIAL}
    for example in found.values():
        assert holds(example, dictionary) is True


def test_the_examples_in_the_list_of_functions_are_expressions(dictionary):
    """What an error message shows must be right itself."""
    for function in FUNCTIONS.values():
        assert function.meaning
        assert function.example.startswith(f"{function.name}(")


@pytest.mark.parametrize("key", [*HEAD, *PARTS, "id", "label", "status", "sources"])
def test_every_key_is_documented(key):
    assert key in CODE


KEYS_BELOW = [
    "value", "values", "columns", "rows", "type", "unit", "steps", "gives", "below", "cases", "when", "then", "else", "remedy",
    "to", "holds", "op", "opens", "closes", "period", "method", "paid", "group", "per", "take", "cap_per_year", "name", "on",
    "facts", "expect", "eligible", "amount", "result", "missing", "max", "of", "cap", "within", "closes_after", "shares",
]  # fmt: skip


@pytest.mark.parametrize("key", KEYS_BELOW)
def test_every_key_below_is_shown_in_an_example(key):
    assert any(re.search(rf"(^|[\s{{-]){key}:", block) for block in [*blocks("yaml"), *blocks("markdown")])


@pytest.mark.parametrize(
    "word", [*KEYWORDS, *COLUMN_KINDS, *[v.value for v in Verification], *[t.value for t in Truth]]
)
def test_every_word_is_documented(word):
    assert word in CODE or f"{word} [ ]" in CODE


@pytest.mark.parametrize("word", [*LAYERS, *METHODS])
def test_every_layer_and_method_is_documented(word):
    assert word in CODE


@pytest.mark.parametrize("year", YEARS)
def test_every_name_of_a_year_is_documented(year):
    assert f"营业收入@{year}" in CODE


@pytest.mark.parametrize("op", [o.value for o in Op if o is not Op.WORDS])
def test_every_operator_of_an_amount_is_documented(op):
    assert op in CODE


def test_years_are_as_the_table_says(dictionary):
    seen = 0
    for written, year in rows("### Years"):
        for expression in re.findall("`([^`]+)`", written):
            facts = FactTable({("revenue", year): Yuan(7)})
            text = with_head(f"amount: {{value: {expression}}}\n")
            assert read_policies([(text, "m.md")], dictionary).explain(facts, DAY)[0].amount == Yuan(7)
            seen += 1
    assert seen >= len(YEARS) + 3


def test_quarters_are_as_the_table_says(dictionary):
    seen = 0
    for written, quarter in rows("### Quarters"):
        for expression in re.findall("`([^`]+)`", written):
            text = with_head(f"amount: {{value: 1元 * {expression}}}\n")
            facts = FactTable({("staff_closing", quarter): 7})
            assert read_policies([(text, "m.md")], dictionary).explain(facts, DAY)[0].amount == Yuan.of(7)
            seen += 1
    assert seen == 4


@pytest.mark.parametrize("word", ["且", "或"])
def test_the_tables_of_logic_are_what_the_engine_does(word, dictionary):
    truths = ["yes", "no", "unknown"]
    facts = {"yes": True, "no": False}
    for name, *cells in rows(f"| {word} | yes"):
        for other, cell in zip(truths, cells, strict=True):
            left, right = name.strip("*"), other
            given = {"registered_in_district": facts.get(left), "ai_related": facts.get(right)}
            text = with_head(
                f"amount: {{value: 1元}}\nconditions:\n- {{id: c, when: 注册在本区 {word} 人工智能相关企业}}\n"
            )
            table = FactTable({k: v for k, v in given.items() if v is not None})
            (answer,) = read_policies([(text, "m.md")], dictionary).explain(table, DAY)
            assert answer.eligible.value == cell


def test_faults_are_as_the_table_says(dictionary):
    told = list(rows("### What you are told"))
    assert len(told) >= 7
    for written, said in told:
        with pytest.raises(Problems) as error:
            holds(written.strip("`"), dictionary)
        assert error.value.problems[0].message == said
        assert error.value.problems[0].remedy
