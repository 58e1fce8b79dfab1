"""The size classes of enterprises at every limit of the source table, one below and one above."""

import csv
import datetime as dt
import os
from pathlib import Path

import pytest
import yaml

import sanchuang
from sanchuang.engines.rules import (
    FactDictionary,
    FactSpec,
    FactTable,
    FactType,
    Per,
    read_policies,
    run_examples,
)
from sanchuang.values import Verification, Yuan

ROOT = Path(__file__).parents[3]
SHARED = Path(os.environ.get("SANCHUANG_SHARED", ROOT / ".." / "shared"))
SOURCE = SHARED / "domain" / "policy-facts" / "sme_size_2011.yaml"
PACK = Path(sanchuang.__file__).parent / "packs" / "westlake"
GRADES = ("大型", "中型", "小型")
# one industry code that belongs to each line of business
CODES = {
    "农林牧渔业": "01", "工业": "39", "建筑业": "47", "批发业": "51", "零售业": "52", "交通运输业": "54", "仓储业": "59",
    "邮政业": "60", "住宿业": "61", "餐饮业": "62", "信息传输业": "63", "软件和信息技术服务业": "65", "房地产开发经营": "7010",
    "物业管理": "7020", "租赁和商务服务业": "72", "其他未列明行业": "73",
}  # fmt: skip


# The divisions of GB/T 4754-2017 that each line of business of article 4 covers; real estate is split below them.
DIVISIONS = {
    "农林牧渔业": range(1, 6), "工业": range(6, 47), "建筑业": range(47, 51), "批发业": [51], "零售业": [52],
    "交通运输业": range(54, 59), "仓储业": [59], "邮政业": [60], "住宿业": [61], "餐饮业": [62], "信息传输业": [63, 64],
    "软件和信息技术服务业": [65], "租赁和商务服务业": [71, 72], "其他未列明行业": [*range(73, 83), 85, *range(86, 91)],
}  # fmt: skip


@pytest.fixture(scope="module")
def source():
    if not SOURCE.is_file():
        pytest.skip("../shared is absent")
    return yaml.safe_load(SOURCE.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def table(source):
    return source["table"]


@pytest.fixture(scope="module")
def titles():
    """The pack's classification: title by code."""
    with (PACK / "classification" / "gbt4754-2017.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"]: row["name_zh"] for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def policies():
    entries = yaml.safe_load((PACK / "facts.yaml").read_text(encoding="utf-8"))
    dictionary = FactDictionary.of(
        FactSpec(
            e["name"], FactType(e["type"]), Per(e["per"]), e["labels"],
            unit=e.get("unit", "") if e["type"] == "count" else "", aliases=tuple(e.get("aliases", ())),
        )
        for e in entries
    )  # fmt: skip
    return read_policies(
        [((PACK / "policies" / "sme_size.md").read_text(encoding="utf-8"), "sme_size.md")], dictionary
    )


def expected(limits, metrics):
    """Straight from the source's words: a grade needs every listed metric at or above its limit."""
    for grade, name in enumerate(GRADES):
        if all(metrics[metric] >= limits[metric][grade] for metric in limits):
            return name
    return "微型"


def size(policies, line, metrics):
    facts = {"industry": CODES[line], **metrics}
    facts |= {m: Yuan.of(int(v * 10_000)) for m, v in metrics.items() if m in ("revenue", "assets")}
    (found,) = policies.explain(FactTable(facts), dt.date(2025, 6, 1))
    return found.result


def test_the_source_and_this_test_name_the_same_16_lines(table):
    assert set(table) == set(CODES)
    assert len(table) == 16


@pytest.mark.parametrize("line", CODES)
def test_every_limit_and_its_neighbours(policies, table, line):
    """One metric at a limit, one under and one over it, the others at every limit of their own."""
    limits = table[line]
    seen = set()
    for metric, (large, medium, small) in limits.items():
        others = [m for m in limits if m != metric]
        for limit in (large, medium, small):
            step = 1 if metric == "employees" else 0.0001  # one person, one yuan
            for value in (limit - step, limit, limit + step):
                for grade in range(3):
                    metrics = {metric: value, **{m: limits[m][grade] for m in others}}
                    want = expected(limits, metrics)
                    assert size(policies, line, metrics) == want, metrics
                    seen.add(want)
    assert seen == {*GRADES, "微型"}


@pytest.mark.parametrize("line", CODES)
def test_only_the_listed_metrics_are_asked_for(policies, table, line):
    asked = {f.name for f in policies.policies[0].facts()} - {"industry"}
    assert asked == {"employees", "revenue", "assets"}
    (found,) = policies.explain(FactTable({"industry": CODES[line]}), dt.date(2025, 6, 1))
    assert found.result is None
    assert {lack.name for lack in found.lacks} == set(table[line])


def test_the_examples_in_the_file_hold(policies):
    assert len(policies.policies[0].tests) >= 7
    assert run_examples(policies) == []


def test_every_division_belongs_to_the_line_that_article_4_names(policies, titles):
    rows = {code: row["line"] for code, row in policies.policies[0].tables["lines"].rows.items()}
    covered = {f"{n:02d}": line for line, divisions in DIVISIONS.items() for n in divisions}
    assert rows == {**covered, "7010": "房地产开发经营", "7020": "物业管理"}
    assert [code for code in rows if code not in titles] == []
    assert [titles[code] for code in ("76", "80", "85", "86", "90")] == [
        "水利管理业",
        "居民服务业",
        "社会工作",
        "新闻和出版业",
        "娱乐业",
    ]
    assert policies.policies[0].tables["lines"].status is Verification.UNVERIFIED


@pytest.mark.parametrize(
    ("code", "title"),
    [
        ("53", "铁路运输业"),
        ("66", "货币金融服务"),
        ("70", "房地产业"),
        ("83", "教育"),
        ("84", "卫生"),
        ("92", "国家机构"),
    ],
)
def test_a_line_of_business_outside_the_table_has_no_size(policies, titles, code, title):
    assert titles[code] == title
    facts = {"industry": code, "employees": 50, "revenue": Yuan.of(10**7), "assets": Yuan.of(10**7)}
    (found,) = policies.explain(FactTable(facts), dt.date(2025, 6, 1))
    assert found.result is None
    assert [lack.name for lack in found.lacks] == [f"lines[{code}]"]


@pytest.mark.parametrize("code", ["7010", "7020", "85"])
def test_real_estate_needs_its_class_and_social_work_its_division(policies, titles, code):
    assert code in titles
    facts = {"industry": code, "employees": 300, "revenue": Yuan.of(10**7), "assets": Yuan.of(5 * 10**7)}
    (found,) = policies.explain(FactTable(facts), dt.date(2025, 6, 1))
    assert found.result == ("大型" if code == "85" else "中型")


def test_limits_that_nobody_compared_with_the_source_are_shown_as_unverified(policies, source):
    status = source["status_by_row"]
    assert len(status["unverified_medium_limit"]) == len(status["verified_figure_large_and_small_only"]) == 3
    policy = policies.policies[0]
    shown = {name: definition.status for name, definition in policy.definitions.items()}
    assert shown["is_medium"] is Verification.UNVERIFIED
    assert shown["is_large"] is shown["is_small"] is Verification.VERIFIED_FIGURE
    assert policy.tables["medium"].status is Verification.UNVERIFIED
    assert set(policy.tables["medium"].columns) == {"employees", "revenue", "assets"}
    assert policy.tables["limits"].status is Verification.VERIFIED_FIGURE
