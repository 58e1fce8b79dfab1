"""The size classes of enterprises at every limit of the source table, one below and one above."""

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
from sanchuang.values import Yuan

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


@pytest.fixture(scope="module")
def table():
    if not SOURCE.is_file():
        pytest.skip("../shared is absent")
    return yaml.safe_load(SOURCE.read_text(encoding="utf-8"))["table"]


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
