"""What the West Lake pack's policies say of themselves: what a source tells, and what the pack assumes."""

from pathlib import Path

import pytest

import sanchuang
from sanchuang.core.pack.reader import read_pack
from sanchuang.engines.rules import Policy
from sanchuang.registry.codes import check_code
from sanchuang.values import Op, Verification

PACK = Path(sanchuang.__file__).parent / "packs" / "westlake"


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
