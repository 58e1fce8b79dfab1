"""What the West Lake pack's policies say of themselves: what a source tells, and what the pack assumes."""

import datetime as dt
import os
from collections import Counter, defaultdict
from fractions import Fraction
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import sanchuang
from sanchuang.core.pack.reader import read_pack
from sanchuang.engines.rules import (
    Explanation,
    FactSpec,
    FactTable,
    FactType,
    FactValue,
    Policy,
    PolicySet,
    read_policies,
)
from sanchuang.engines.rules.asking import asking
from sanchuang.registry.codes import check_code
from sanchuang.values import Op, Truth, Verification, Yuan

ROOT = Path(__file__).parents[2]
FACTS = Path(os.environ.get("SANCHUANG_SHARED", ROOT.parent / "shared")) / "domain" / "policy-facts"
PACK = Path(sanchuang.__file__).parent / "packs" / "westlake"
DAY = dt.date(2026, 3, 1)


@pytest.fixture(scope="module")
def pack():
    return read_pack(PACK, check_code=check_code)


@pytest.fixture(scope="module")
def together(pack) -> PolicySet:
    """All policies of the pack; they use each other's results."""
    return PolicySet(file.policy for file in pack.policies)


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


REAL = {
    # national
    "sme_size", "hnte_2008", "hnte_2016", "tech_sme_2017", "rd_super_deduction", "small_low_profit",
    "tech_transfer_income", "tech_contract_2000", "tech_contract_2021", "vat_tech_transfer", "vat_small_scale",
    "innovative_sme_2022", "specialised_sme_2022", "little_giant_2022", "little_giant_2026",
    "little_giant_reward_2024",
    # the city's and the district's
    "hz_compute_voucher_2024", "hz_compute_voucher_2025", "hz_ai_project_topup_2025", "hz_ai_rd_grant_2025",
    "hz_ai_city_project_2025", "hz_ai_open_challenge_2025", "hz_new_eaglet_2024", "hz_new_eaglet_rd_2024",
    "hz_new_eaglet_insurance_2024", "compute_project_topup", "compute_subsidy", "bluebird",
}  # fmt: skip


def test_examples_are_told_from_real_policies_by_layer_id_title_status_and_text(pack):
    policies = [file.policy for file in pack.policies]
    examples = {p.id for p in policies if p.layer == "platform"}
    assert {p.id for p in policies} - examples == REAL
    assert len(examples) == 6
    for found in policies:
        example = found.id in examples
        assert found.example is example
        assert found.id.startswith("example_") is example
        assert found.title["zh"].endswith("（示例）") is example
        assert found.title["en"].endswith("(example)") is example
        assert ("sample" in found.sources) is example
        assert ("编造的示例" in found.text) is example
        if example:
            assert found.status is Verification.ASSUMPTION
            assert verified(found) == set()
    assert {p.layer for p in policies} == {"nation", "city", "district", "platform"}


def test_every_policy_has_examples_a_summary_in_two_languages_and_words_for_every_rule(pack):
    for file in pack.policies:
        found = file.policy
        assert {"zh", "en"} <= found.title.keys() & found.summary.keys(), found.id
        assert len(found.tests) >= 3, found.id
        assert any(test.missing for test in found.tests), found.id  # a fact that nobody gave
        assert found.sources, found.id
        for condition in found.conditions:
            assert {"zh", "en"} <= condition.label.keys(), (found.id, condition.id)
            assert not condition.remedy or {"zh", "en"} <= condition.remedy.keys(), (found.id, condition.id)
        if found.amount is not None:
            assert found.windows, found.id


def test_one_version_of_a_rule_ends_the_day_before_the_next_begins(pack):
    for old, new in [
        ("hnte_2008", "hnte_2016"),
        ("hz_compute_voucher_2024", "hz_compute_voucher_2025"),
        ("little_giant_2022", "little_giant_2026"),
        ("tech_contract_2000", "tech_contract_2021"),
    ]:
        assert policy(pack, new).date_from - policy(pack, old).date_to == dt.timedelta(1)


def test_every_fact_of_the_dictionary_but_one_is_read_by_some_rule(pack):
    read = {spec.name for file in pack.policies for spec in file.policy.facts()}
    assert set(pack.dictionary.specs) - read == {"registered_capital"}


# what qualifies, said as a result, is what the conditions say ----------------------------------------------
QUALIFIES = {
    "hnte_2016": "可以申请认定",
    "tech_sme_2017": "可以入库",
    "innovative_sme_2022": "可以申请公告",
    "specialised_sme_2022": "可以申请认定",
    "little_giant_2026": "可以申请认定",
    "tech_contract_2021": "可以申请登记",
    "example_scene_access": "可以进场",
}
MONEY = [Yuan.of(n * 10_000) for n in (0, 1, 50, 100, 250, 600, 1000, 2000, 5000, 20_000)]
CHOICES = {
    FactType.MONEY: MONEY,
    FactType.COUNT: [0, 1, 2, 4, 9, 10, 60, 70, 71, 500],
    FactType.RATE: [Fraction(1, 20), Fraction(1, 10)],
    FactType.NUMBER: [Fraction(10)],
    FactType.BOOL: [False, True],
    FactType.DATE: [dt.date(2024, 1, 1), dt.date(2025, 2, 28), dt.date(2025, 3, 2)],
    FactType.TEXT: ["65", "39", "66"],
}


def some(spec: FactSpec) -> st.SearchStrategy[object]:
    """A value of the fact, likely one that a rule accepts, or nothing."""
    values = CHOICES.get(spec.type) or list(spec.choices)
    return st.one_of(st.just(values[-1]), st.sampled_from(values), st.none())


@pytest.mark.parametrize("name", QUALIFIES)
@given(data=st.data())
def test_the_result_says_what_the_conditions_say(together, name, data):
    """Other policies ask for the result, and the page shows the conditions; they must never part."""
    asked = {spec.name: spec for p in together.policies for spec in p.facts()}
    used = together.by_id[name]
    wanted = {spec.name for spec in used.facts()}
    for other in used.uses():
        wanted |= {spec.name for spec in together.by_id[other].facts()}
    facts = {n: data.draw(some(asked[n]), label=n) for n in sorted(wanted)}
    known = FactTable({n: v for n, v in facts.items() if v is not None})
    [found] = [e for e in together.explain(known, DAY) if e.policy.id == name]
    assert found.eligible is says(found, QUALIFIES[name])


def says(found: Explanation, word: str) -> Truth:
    """Yes when the result is `word`, no when it is another, unknown without one."""
    return Truth.UNKNOWN if found.result is None else Truth.of(found.result == word)


# figures, against the sheets of public policies ------------------------------------------------------------
def sheet(name: str):
    """One sheet of the figures that were read, without this pack."""
    path = FACTS / name
    if not path.is_file():
        pytest.skip("../shared is absent")
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def figures(policy: Policy, name: str) -> list[object]:
    """The values of a parameter, in the order of their dates."""
    return [dated.value for dated in policy.parameters[name].values]


def test_recognition_asks_for_the_figures_of_the_measure(pack):
    hnte, text = policy(pack, "hnte_2016"), sheet("hnte_2016.yaml")
    conditions = {c["id"]: c for c in text["conditions"]}
    for name, wanted in (("staff_share", conditions["staff"]), ("ht_share", conditions["ht_revenue"])):
        assert figures(hnte, name) == [Fraction(int(wanted["value"].rstrip("%")), 100)]
    assert figures(hnte, "reduced_rate") == [Fraction(int(text["benefit"]["cit_rate"].rstrip("%")), 100)]
    for condition in hnte.conditions:
        source = {"rd": "rd_intensity", "rd_domestic": "rd_intensity", "no_accident": "clean"}
        given_status = conditions[source.get(condition.id, condition.id)]["status"]
        assert condition.status.value == given_status, condition.id
    assert policy(pack, "hnte_2008").date_to == text["superseded"]["to"]


def scale(bands: dict[str, int]) -> dict[Fraction, int]:
    """The lower limits of a sheet's shares and the points they give."""
    return {Fraction(int(k.removeprefix(">=").rstrip("%")), 100): v for k, v in bands.items() if ">=" in k}


def test_the_score_sheet_of_technology_smes_has_the_sheet_s_points(pack):
    found, text = policy(pack, "tech_sme_2017"), sheet("tech_sme_2017.yaml")
    staff, rd, ip = (
        text["score"]["科技人员占职工总数"], text["score"]["研发投入_choose_one"], text["score"]["知识产权"],
    )  # fmt: skip
    for name, bands in (
        ("score_staff", staff["bands"]),
        ("revenue_points", rd["研发费用占销售收入"]),
        ("cost_points", rd["研发费用占成本费用支出"]),
    ):
        assert dict(found.bands[name].steps) == scale(bands)
        assert found.bands[name].below == 0
        assert found.bands[name].status.value == text["score"]["status"]
    (filled,) = found.scores.values()
    assert [item.maximum for item in filled.items] == [staff["max"], rd["max"], ip["max"]]
    assert filled.maximum == 100
    assert {item.status.value for item in filled.items} == {text["score"]["status"]}


def test_the_score_sheet_of_recognition_has_the_guide_s_items_and_most_points(pack):
    found, guide = policy(pack, "hnte_2016"), sheet("hnte_2016.yaml")["guide"]
    most = {name: [item.maximum for item in scores.items] for name, scores in found.scores.items()}
    ip, growth = guide["知识产权"], guide["成长性"]
    assert most == {
        "innovation": list(guide["items"].values()),
        "ip_points": [ip["技术先进程度"], ip["核心支持作用"], ip["数量"]["max"], ip["获得方式"]["max"], ip["参与标准(加分)"]],
        "management_points": list(guide["组织管理"].values()),
        "growth_points": [growth["净资产增长率"], growth["销售收入增长率"]],
    }  # fmt: skip
    assert found.scores["ip_points"].cap == ip["cap"]
    assert {item.status.value for item in found.scores["growth_points"].items} == {growth["bands_status"]}
    assert {item.status.value for item in found.scores["ip_points"].items} == {guide["status"]}


def test_the_city_s_vouchers_have_the_sheet_s_cap_pool_and_status(pack):
    sheets = {p["id"]: p for p in sheet("zhejiang_hangzhou.yaml")["policies"]}
    for year in ("2024", "2025"):
        voucher, text = policy(pack, f"hz_compute_voucher_{year}"), sheets[f"hz-compute-voucher-{year}"]
        [cap] = figures(voucher, "cap")
        assert cap == Yuan.of(int(str(text["cap_per_company_year_yuan"]).split()[0]))
        assert voucher.budget.amount == Yuan.of(text["pool_per_year_yuan"])
        assert voucher.status.value == text["status"]
        assert voucher.date_from == text["doc"]["date"]
        assert voucher.amount.op is Op.AT_MOST
        in_law = {e.key: e.value for e in pack.law if e.source == f"city-voucher-{year}"}
        assert in_law["compute_voucher.city_cap"] == str(cap.fen // 100)
        assert in_law["compute_voucher.city_pool"] == str(voucher.budget.amount.fen // 100)


def test_the_deduction_asks_for_its_rate_and_for_every_part_of_its_base(together):
    """A base of zero would make the rate matter no more; nobody is asked in the hope of that."""
    facts = {
        "audited_books": True,
        "resident_enterprise": True,
        "industry": "65",
        "rd_expense": Yuan.parse("100万元"),
    }
    policy = next(p for p in together.policies if p.id == "rd_super_deduction")
    found = asking(together, policy, FactTable(facts), dt.date(2025, 5, 31))
    assert [question.spec.name for question in found.questions] == [
        "ic_or_machine_tool",
        "rd_contracted_domestic",
        "rd_contracted_abroad",
        "rd_amortisation",
    ]


def test_what_the_deduction_of_2022_is_nobody_can_tell_from_the_year_s_sum(together):
    facts = {
        "audited_books": True, "resident_enterprise": True, "industry": "65", "rd_expense": Yuan.of(1_000_000),
        "rd_contracted_domestic": Yuan(0), "rd_contracted_abroad": Yuan(0), "rd_amortisation": Yuan(0),
        "employees": 501, "ic_or_machine_tool": False,
    }  # fmt: skip
    results = {}
    for year in range(2017, 2030):  # the tax year; it is settled in the year after
        [found] = [
            e
            for e in together.explain(FactTable(facts), dt.date(year + 1, 5, 31))
            if e.policy.id == "rd_super_deduction"
        ]
        results[year] = None if found.result is None else found.result.fen // 1_000_000
    assert results == {
        2017: 50, 2018: 75, 2019: 75, 2020: 75, 2021: 75, 2022: None,
        **dict.fromkeys(range(2023, 2030), 100),
    }  # fmt: skip


@given(income=st.integers(-(10**8), 10**11))
def test_one_fen_above_three_million_the_whole_income_is_taxed(together, income):
    """Never less tax on more income, and the relief is never more than the ordinary tax."""
    facts = {
        "taxable_income": Yuan(income), "employees_quarter_mean": Fraction(10), "restricted_trade": False,
        "assets_quarter_mean": Yuan.of(100), "hnte_certificate": False,
    }  # fmt: skip

    def tax(fen: int) -> tuple[Yuan, bool]:
        table = FactTable(facts | {"taxable_income": Yuan(fen)})
        [found] = [e for e in together.explain(table, DAY) if e.policy.id == "small_low_profit"]
        return found.result, found.eligible is Truth.YES

    (this, small), (more, _) = tax(income), tax(income + 1)
    assert this <= more
    assert small is (income <= 300_000_000)
    assert Yuan(0) <= this <= Yuan(max(income, 0))
