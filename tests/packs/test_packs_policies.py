"""What the West Lake pack's policies say of themselves: what a source tells, and what the pack assumes."""

import datetime as dt
from collections import Counter, defaultdict
from pathlib import Path

import pytest

import sanchuang
from sanchuang.core.pack.reader import read_pack
from sanchuang.engines.rules import FactTable, FactValue, Policy, read_policies
from sanchuang.registry.codes import check_code
from sanchuang.values import Op, Truth, Verification

PACK = Path(sanchuang.__file__).parent / "packs" / "westlake"
DAY = dt.date(2026, 3, 1)


@pytest.fixture(scope="module")
def pack():
    return read_pack(PACK, check_code=check_code)


def policy(pack, name: str) -> Policy:
    return next(p.policy for p in pack.policies if p.policy.id == name)


def verified(policy: Policy) -> set[str]:
    """What the policy's page marks as checked against a source."""
    dated = {p.id for p in policy.parameters.values() for value in p.values if value.status.is_verified}
    tables = {name for name, table in policy.tables.items() if table.status.is_verified}
    provisions = (*policy.definitions.values(), *policy.conditions, *policy.papers, *policy.windows)
    return dated | tables | {provision.id for provision in provisions if provision.status.is_verified}


def test_of_bluebird_only_the_award_per_project_was_published(pack):
    bluebird = policy(pack, "bluebird")
    assert bluebird.status is Verification.ASSUMPTION
    assert verified(bluebird) == {"award"}


def test_bluebird_promises_no_sum_before_the_review(pack):
    amount = policy(pack, "bluebird").amount
    assert amount.op is Op.AT_MOST
    assert amount.label == {"zh": "转化专项（若通过评审）", "en": "conversion award (if the review agrees)"}


def test_bluebird_asks_of_all_projects_applied_for_whether_one_had_support(pack):
    """The amount multiplies all projects of the year, so the question must be about all of them as well."""
    bluebird = policy(pack, "bluebird")
    [not_twice] = [c for c in bluebird.conditions if c.id == "not_twice"]
    assert not_twice.label["zh"] == "本次申报的项目都没有受过青鸟计划支持"
    spec = pack.dictionary.specs["prior_bluebird_award"]
    assert spec.labels["zh"] == "申报项目中有已获青鸟计划支持的"
    assert "只要有一个" in spec.definition


def test_the_compute_subsidy_goes_through_the_district_platform_as_a_second_source_says(pack):
    subsidy = policy(pack, "compute_subsidy")
    [via_platform] = [c for c in subsidy.conditions if c.id == "via_platform"]
    assert via_platform.status is Verification.VERIFIED_FIGURE
    assert via_platform.sources == ("district-compute-support",)
    assert via_platform.remedy["zh"]
    assert verified(subsidy) == {"top_rate", "via_platform"}
    [article] = [a for a in subsidy.articles if a.anchor == "article-2"]
    assert "25%" in article.text
    assert "500 万元" in article.text


def test_the_sample_has_companies_of_every_answer_to_the_compute_subsidy(pack):
    known = defaultdict(dict)
    for fact in pack.company_facts:
        key = fact.fact if fact.period is None else (fact.fact, str(fact.period))
        known[fact.organisation][key] = FactValue(fact.value, fact.period, op=fact.op)
    subsidy = read_policies(
        [((PACK / "policies" / "compute_subsidy.md").read_text(encoding="utf-8"), "compute_subsidy.md")],
        pack.dictionary,
    )
    answers = Counter(subsidy.explain(FactTable(facts), DAY)[0].eligible for facts in known.values())
    assert sum(answers.values()) == 2183
    assert min(answers[truth] for truth in Truth) > 100
