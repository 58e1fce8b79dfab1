"""Five sample companies, chosen to differ: their advice against the policies' text, worked out by hand.

Each test first pins the facts as they stand in the pack's sample, then does the text's arithmetic with plain
numbers, and only then asks the program.
"""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sanchuang.cli import main
from sanchuang.core.advice import Advice, Finding, advise
from sanchuang.registry.advice import subject_of
from sanchuang.registry.facts import company_facts
from sanchuang.registry.models import Organisation
from sanchuang.registry.queries import find_organisation
from sanchuang.values import Op, Period, Truth, Yuan

DAY = dt.date(2026, 11, 22)  # the last full year is 2025
WAN = 10_000
MANUAL = Path(__file__).parents[2] / "docs" / "advice.md"

pytestmark = pytest.mark.usefixtures("westlake")


class Company:
    """One company's facts of 2025 and its advice."""

    def __init__(self, name: str) -> None:
        self.organisation: Organisation = find_organisation(name)
        self.facts = company_facts([self.organisation], DAY)[self.organisation.pk]
        self.advice: Advice = advise(subject_of(self.organisation, DAY))

    def fact(self, name: str, year: str = "") -> object:
        """A fact's value, None when the pack holds none."""
        found = self.facts.get(name, Period.parse(year) if year else None)
        return None if found is None else found.value

    def support(self, policy: str) -> Finding:
        """What the advice says of one policy."""
        return next(f for f in self.advice.section("support").findings if f.key == policy)

    def answers(self, policy: str) -> dict[str, Truth | None]:
        """The answer to each condition of a policy."""
        return {line.text: line.answer for line in self.support(policy).lines}


def test_a_medium_film_studio_gets_both() -> None:
    company = Company("91330106XN2149822B")
    assert company.fact("industry") == "87"  # not in the table by name, so 其他未列明行业: staff alone counts
    assert company.fact("employees", "2025") == 236
    assert 100 <= 236 < 300  # medium from 100, large from 300
    assert company.support("sme_size").value == "中型"
    assert (
        company.support("sme_size").status == "未核实"
    )  # the medium limits of this line of business are unchecked

    assert company.fact("compute_spend", "2025") == Yuan.of(4_382_153)
    subsidy = company.support("compute_subsidy")
    assert subsidy.answer is Truth.YES
    assert subsidy.amount is not None
    assert subsidy.amount.yuan == Yuan.of(4_382_153 * 50 // 100)  # half, cut to whole yuan: 2,191,076
    assert subsidy.amount.op is Op.AT_MOST  # the source gives only the top rate

    assert company.fact("university_result_projects", "2025") == 3
    bluebird = company.support("bluebird")
    assert bluebird.answer is Truth.YES
    assert bluebird.amount is not None
    assert bluebird.amount.yuan == Yuan.of(3 * 200 * WAN)
    assert bluebird.amount.op is Op.AT_MOST  # the award is decided by review


def test_brief_keeps_every_line_short_however_much_is_open() -> None:
    words = ["advise", "91330106XN2149822B", "--on", "2026-11-22", "--brief"]
    shown = CliRunner().invoke(main, words).stdout.splitlines()
    assert max(map(len, shown)) <= 100
    (hnte,) = (line for line in shown if "  高新技术企业认定  " in line)
    assert "还要知道 26 项，如" in hnte
    assert hnte.endswith("〔本包假设〕")


@pytest.mark.parametrize(
    ("policy", "beyond"),
    [
        ("example_incubation", "成立日期晚"),  # the past
        ("example_park_rent", "从业人员（2025 年）减少 137 人"),  # nobody should seek it
        ("tech_sme_2017", "营业收入（2025 年）减少 103,425,314元"),
    ],
)
def test_nobody_is_advised_to_be_younger_or_smaller(policy: str, beyond: str) -> None:
    found = Company("91330106XN2149822B").support(policy)
    assert found.answer is Truth.NO
    assert found.ways == ("规模或成立时间已超出这项支持的范围",)
    assert beyond in found.beyond  # the exact answer stays for programs


def test_of_a_condition_with_several_parts_the_failing_one_is_named() -> None:
    summary = Company("91330106XN2149822B").support("tech_sme_2017").summary
    assert "不满足的是：营业收入（上年）" in summary
    assert "从业人员" not in summary  # 236 of 500: that part holds


def test_what_the_rules_lack_is_not_asked_of_the_company() -> None:
    company = Company("91330106XN2149822B")
    found = company.support("vat_tech_transfer")
    assert found.hopeless is True
    assert found.ways == ("规则本身有几处这里还没有核对，企业补充什么都还不能得出“可以”",)
    ours = {lack.name for lack in found.missing if lack.rules}
    assert ours == {"clause_in_force", "licence_counts"}
    asked = {finding.key for finding in company.advice.section("file").findings}
    assert "missing:tech_contract_registered" in asked
    assert not any(name in key for key in asked for name in ours)


def test_a_certain_right_of_an_open_amount_is_said_to_be_so() -> None:
    together = Company("91330106XN2149822B").support("compute_subsidy").together
    assert together is not None
    assert {claim.outcome for claim in together.claims if claim.this} == {"未定"}
    assert any("可以享受是确定的，金额只知道上限" in note for note in together.notes)


def test_a_limited_budget_says_how_it_is_shared() -> None:
    notes = Company("91330106XN2149822B").support("compute_subsidy").notes
    assert any("不够时各家按同一比例去尾" in note for note in notes)


def test_lines_of_the_source_do_not_break_chinese_sentences() -> None:
    quotes = [line.quote for line in Company("91330106XN2149822B").support("bluebird").lines]
    assert any("本次申报的项目都没有受过" in quote for quote in quotes)


def test_a_chip_maker_lacks_one_fact_and_zero_is_not_assumed() -> None:
    company = Company("91330106XN1157206N")
    assert company.fact("compute_spend", "2024") == Yuan.of(3_679_044)
    assert company.fact("compute_spend", "2025") is None
    subsidy = company.support("compute_subsidy")
    assert subsidy.answer is Truth.UNKNOWN
    assert subsidy.amount is None
    assert [(lack.name, lack.period) for lack in subsidy.missing] == [("compute_spend", "2025")]
    answers = company.answers("compute_subsidy")
    assert answers.pop("上年有已付款的算力支出") is Truth.UNKNOWN
    assert set(answers.values()) == {Truth.YES}

    assert (
        company.fact("industry") == "39"
    )  # manufacturing: 工业, staff 20/300/1000, revenue 300万/2000万/4亿
    assert company.fact("employees", "2025") == 27
    assert company.fact("revenue", "2025") == Yuan.of(16_363_109)
    assert 300 * WAN <= 16_363_109 < 2000 * WAN
    assert company.support("sme_size").value == "小型"


def test_a_school_firm_bought_from_a_related_party() -> None:
    company = Company("91330106XN1836428M")
    assert company.fact("compute_supplier_related") is True
    subsidy = company.support("compute_subsidy")
    assert subsidy.answer is Truth.NO
    assert subsidy.amount is None
    assert [text for text, answer in company.answers("compute_subsidy").items() if answer is Truth.NO] == [
        "与供应方没有关联"
    ]
    assert company.fact("compute_spend", "2025") == Yuan.of(55_068)
    assert subsidy.potential is not None
    assert subsidy.potential.yuan == Yuan.of(27_534)  # what it could have been
    refused = next(line for line in subsidy.lines if line.answer is Truth.NO)
    assert refused.reference is not None
    assert refused.reference.text == "第二条 支持的支出"
    assert "供应方与企业没有关联" in refused.quote
    assert company.fact("employees", "2025") == 1
    assert company.support("sme_size").value == "微型"


def test_a_large_software_firm_fails_several_conditions() -> None:
    company = Company("91330106XN7209126J")
    assert company.fact("industry") == "65"  # software: staff 10/100/300, revenue 50万/1000万/1亿
    assert company.fact("employees", "2025") == 387
    assert company.fact("revenue", "2025") == Yuan.of(186_022_679)
    assert 387 >= 300
    assert 10_000 * WAN <= 186_022_679
    assert company.support("sme_size").value == "大型"
    assert company.fact("abnormal") is True
    assert company.fact("compute_spend", "2025") == Yuan.of(0)
    failed = [text for text, answer in company.answers("compute_subsidy").items() if answer is Truth.NO]
    assert failed == ["不在经营异常或失信名单", "上年有已付款的算力支出", "通过区算力平台采购"]
    assert company.support("compute_subsidy").potential is None


def test_a_real_company_carries_no_invented_fact_so_everything_is_unknown() -> None:
    company = Company("云深处")
    assert company.organisation.synthetic is False
    assert list(company.facts.known()) == []
    for policy in ("compute_subsidy", "bluebird", "sme_size"):
        assert company.support(policy).answer is Truth.UNKNOWN
        assert company.support(policy).amount is None
    assert set(company.answers("bluebird").values()) == {Truth.UNKNOWN}
    assert [lack.name for lack in company.support("sme_size").missing] == ["industry"]


@pytest.mark.parametrize("on", [DAY, dt.date(2025, 6, 1)])  # in force, and not yet
def test_an_invented_policy_is_marked_whatever_it_answers(on: dt.date) -> None:
    found = advise(subject_of(find_organisation("91330106XN2149822B"), on)).section("support").findings
    assert {f.key for f in found if f.synthetic} == {f.key for f in found if f.key.startswith("example_")}
    assert sum(f.synthetic for f in found) == 6


EXAMPLES = re.findall(r"```console\n\$ sanchuang (advise .*)\n([^`]*)```", MANUAL.read_text())


def test_the_manual_prints_five_companies_and_one_in_full() -> None:
    assert sum("--brief" in command for command, _shown in EXAMPLES) == 5
    assert len(EXAMPLES) == 6


@pytest.mark.parametrize(("command", "shown"), EXAMPLES, ids=[command for command, _shown in EXAMPLES])
def test_the_manual_prints_what_the_program_says(command: str, shown: str) -> None:
    printed = CliRunner().invoke(main, command.split(), env={"COLUMNS": "110"}).stdout
    if "…\n" in shown:
        assert printed.startswith(shown.split("\n…\n")[0])
    else:
        assert printed == shown
