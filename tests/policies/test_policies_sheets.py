"""A company sees its score sheet item by item, and what becomes of supports that may not all be had."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import translation
from typer.testing import CliRunner

import papers
from sanchuang.cli import main
from sanchuang.core.advice import Finding, advise
from sanchuang.core.advice_data import tree
from sanchuang.core.operator import operator
from sanchuang.core.pack.load import load_pack
from sanchuang.core.roles import Role
from sanchuang.policies.decisions import decision, explained, outlook, replay
from sanchuang.policies.queries import policy_set
from sanchuang.registry.advice import subject_of
from sanchuang.registry.models import Fact, Organisation
from sanchuang.registry.paper import advice_paper
from sanchuang.registry.queries import find_organisation
from sanchuang.values import Truth

TINY = Path(__file__).parents[1] / "packs" / "tiny"
ON = dt.date(2025, 6, 1)
OWN = "999000011"

HEAD = """\
# {title}

```yaml
policy: {id}
title: {{zh: {title}, en: {title} in English}}
layer: {layer}
from: 2024-01-01
status: assumption
sources: [invented]
{more}```

## 第一条 {{#article-1}}

为测试而编造。

```yaml
{rules}```
"""
SCORE = """\
parameters:
  line: {label: 分数线, value: 60分}
scores:
  growth:
    label: {zh: 成长评分, en: Growth score}
    cap: 90分
    items:
    - id: staff
      label: {zh: 员工, en: Staff}
      status: verified_text
      max: 40分
      of: staff
      steps: [{from: 10, gives: 40分}, {from: 5, gives: 20分}]
      below: 5分
    - id: export
      label: {zh: 出口, en: Exports}
      max: 30分
      of: export_share
      steps: [{from: 20%, gives: 30分}]
      below: 0分
    - {id: age, label: {zh: 年数, en: Age}, max: 30分, value: '5分 * full_years(founded, on_date)'}
conditions:
- {id: enough, label: {zh: 够分, en: Enough}, when: growth > line}
- {id: staffed, label: {zh: 员工有分, en: Staff counts}, when: growth_staff > 0分}
amount: {label: 奖金, value: 5万元}
"""
FIRST = """\
conditions:
- {id: here, label: 设在本镇, when: based_here}
amount: {label: 大补贴, value: 50万元}
stacking: {label: 就高不重复, group: boats, per: contract, take: higher, shares: {city: 60%, district: 40%}, cap_per_year: 30万元}
"""
SECOND = """\
conditions:
- {id: here, label: 设在本镇, when: based_here}
amount: {label: 小补贴, value: '1000元 * staff'}
stacking: {label: 就高不重复, group: boats, per: contract, take: higher}
"""


def document(id_: str, title: str, rules: str, *, layer: str = "district", more: str = "") -> str:
    return HEAD.format(id=id_, title=title, rules=rules, layer=layer, more=more)


def loaded(tmp_path: Path, **policies: str) -> None:
    """Load the small pack with these policies beside its own."""
    copy = tmp_path / "pack"
    shutil.copytree(TINY, copy, dirs_exist_ok=True)
    for name, text in policies.items():
        (copy / "policies" / f"{name}.md").write_text(text, encoding="utf-8")
    load_pack(copy, by=operator())


def give(name: str, value: Any, period: str = "2024") -> None:
    """Replace one fact of the company."""
    organisation = Organisation.objects.get(slug=OWN)
    Fact.objects.filter(organisation=organisation, name=name).delete()
    Fact.objects.create(
        organisation=organisation, name=name, period=period, value=value, evidence="claimed", source="told",
        known_from=dt.date(2025, 1, 1), synthetic=True,
    )  # fmt: skip


def finding(key: str) -> Finding:
    section = advise(subject_of(find_organisation("Stim"), ON)).section("support")
    return next(found for found in section.findings if found.key == key)


@pytest.fixture
def score(tiny: Any, tmp_path: Path) -> None:
    loaded(tmp_path, growth=document("growth_award", "成长奖", SCORE))
    give("founded", "2022-06-01", "")
    Fact.objects.filter(organisation__slug=OWN, name="export_share").delete()


@pytest.fixture
def group(tiny: Any, tmp_path: Path) -> None:
    loaded(
        tmp_path,
        first=document("first_grant", "大补贴", FIRST, layer="city"),
        second=document("second_grant", "小补贴", SECOND),
        third=document("third_grant", "示例补贴", FIRST.replace("50万元", "90万元"), more="example: true\n"),
    )


# score sheets ---------------------------------------------------------------------------------------------
@pytest.mark.usefixtures("score")
def test_a_sheet_tells_each_item_its_maximum_its_fact_and_what_is_unknown() -> None:
    (sheet,) = finding("growth_award").scores
    assert (sheet.title, sheet.total, sheet.maximum) == ("成长评分", "55–85", 90)
    assert [(item.label, item.points, item.maximum, item.status) for item in sheet.items] == [
        ("员工", "40", 40, "已核对文字"), ("出口", "0–30", 30, "本包假设"), ("年数", "15", 30, "本包假设"),
    ]  # fmt: skip
    staff, export, _age = sheet.items
    assert [(fact.label, fact.value, fact.source != "") for fact in staff.facts] == [
        ("员工数", "14personer", True)
    ]
    assert [lack.name for lack in export.missing] == ["export_share"]
    assert staff.reference is not None
    assert staff.reference.url == "/policies/growth_award/#article-1"


@pytest.mark.usefixtures("score")
def test_the_total_stands_against_its_mark_and_an_item_against_its_own() -> None:
    (sheet,) = finding("growth_award").scores
    assert [(mark.text, mark.answer) for mark in sheet.marks] == [("超过 60", Truth.UNKNOWN)]
    assert [(mark.text, mark.answer) for mark in sheet.items[0].marks] == [("超过 0", Truth.YES)]
    give("export_share", "0")
    (sheet,) = finding("growth_award").scores
    assert (sheet.total, [mark.answer for mark in sheet.marks]) == ("55", [Truth.NO])


@pytest.mark.usefixtures("score")
def test_points_that_suffice_whatever_is_unknown_say_so_although_the_rule_does_not_answer() -> None:
    give("founded", "2015-06-01", "")
    found = finding("growth_award")
    assert (found.scores[0].total, found.answer) == ("70–90", Truth.UNKNOWN)
    assert [mark.answer for mark in found.scores[0].marks] == [Truth.YES]


@pytest.mark.usefixtures("score")
def test_zero_points_are_not_left_out_of_the_data() -> None:
    give("export_share", "0")
    told = tree(advise(subject_of(find_organisation("Stim"), ON)))
    (sheet,) = next(f for f in told["sections"][0]["findings"] if f["key"] == "growth_award")["scores"]
    assert [item["low"] for item in sheet["items"]] == [40, 0, 15]


@pytest.mark.usefixtures("score")
def test_the_page_and_the_paper_show_the_sheet(make_user: Any, client: Client, tmp_path: Path) -> None:
    client.force_login(make_user(Role.OFFICER))
    page = client.get(f"/organisations/{OWN}/advice/?on={ON}").content.decode()
    assert "评分表" in page
    assert '<strong class="num">55–85 / 90</strong>' in page
    assert "未知的项从最低分算到最高分" in page
    organisation = Organisation.objects.get(slug=OWN)
    paper = papers.read(advice_paper(organisation, ON, by=make_user(Role.OFFICER), language="en"), tmp_path)
    said = " ".join(paper.text.split())
    assert "Growth score 55–85 / 90" in said
    assert "more than 60" in said


@pytest.mark.usefixtures("score")
def test_the_terminal_shows_the_sheet() -> None:
    words = ["policy", "explain", "Stim", "--policy", "growth_award", "--on", str(ON)]
    said = CliRunner().invoke(main, words, env={"COLUMNS": "200"}).stdout
    assert "· 评分 成长评分 = 55–85 / 90 分，要超过 60 分：未知  本包假设" in said
    assert "· 出口 0–30 / 30 分  〔第一条〕  本包假设" in said
    assert "缺 出口占比 2024" in said


@pytest.mark.usefixtures("score")
def test_a_decision_keeps_the_points_and_a_replay_compares_them() -> None:
    known = dt.date(2026, 1, 1)
    ((explanation, _facts),) = explained(find_organisation("Stim"), ON, known, "growth_award")
    past = json.loads(json.dumps(decision(policy_set(), explanation, known)))
    (sheet,) = past["scores"]
    assert (sheet["id"], sheet["points"], sheet["bounds"], sheet["max"]) == ("growth", None, [55, 85], 90)
    assert [(item["id"], item["points"]) for item in sheet["items"]] == [
        ("growth_staff", 40), ("growth_export", None), ("growth_age", 15),
    ]  # fmt: skip
    assert replay(find_organisation("Stim"), past).same
    give("founded", "2023-06-01", "")
    (difference,) = replay(find_organisation("Stim"), past).answers
    assert (difference.what, difference.then, difference.now) == ("growth_age", "15", "10")
    assert replay(find_organisation("Stim"), past | {"scores": ["damaged", {"items": 3}]}).answers


# stacking -------------------------------------------------------------------------------------------------
@pytest.mark.usefixtures("group")
def test_the_higher_is_taken_the_cap_cuts_and_the_layers_pay_their_shares() -> None:
    told = finding("second_grant").together
    assert told is not None
    assert [(c.key, c.outcome, c.asked, c.granted, c.cut, c.this) for c in told.claims] == [
        ("first_grant", "取这一项", "50万元", "30万元", "20万元", False),
        ("second_grant", "让给“大补贴”", "1.4万元", "0元", "", True),
    ]  # fmt: skip
    assert [(s.layer, s.text) for s in told.claims[0].shares] == [("市", "18万元"), ("区", "12万元")]
    assert told.claims[1].shares == ()
    assert (told.total, told.cap) == ("30万元", "30万元")
    assert [(s.layer, s.text) for s in told.shares] == [("市", "18万元"), ("区", "12万元")]
    assert told.notes == (
        "按都用在同一份合同上算；不同的合同分别选",
        "本年已经得到的没有计入",
    )


@pytest.mark.usefixtures("group")
def test_an_unknown_amount_leaves_the_choice_open_and_names_the_fact() -> None:
    Fact.objects.filter(organisation__slug=OWN, name="staff").delete()
    told = finding("first_grant").together
    assert told is not None
    assert [(c.outcome, c.asked, c.granted) for c in told.claims] == [
        ("未定", "50万元", "≤ 30万元"),
        ("未定", "未知", "≤ 30万元"),
    ]
    assert [(s.layer, s.text) for s in told.claims[0].shares] == [("市", "60%"), ("区", "40%")]
    assert told.total == "30万元"
    assert [lack.name for lack in told.missing] == ["staff"]


@pytest.mark.usefixtures("group")
def test_an_invented_example_never_displaces_a_real_support() -> None:
    told, example = finding("first_grant").together, finding("third_grant").together
    assert told is not None
    assert example is not None
    assert [c.key for c in told.claims] == ["first_grant", "second_grant"]
    assert [(c.key, c.outcome, c.synthetic) for c in example.claims][-1] == ("third_grant", "取这一项", True)


@pytest.mark.usefixtures("group")
def test_a_group_of_which_nothing_can_be_had_is_not_told() -> None:
    give("based_here", False, "")
    assert finding("first_grant").together is None


@pytest.mark.usefixtures("group")
def test_the_page_the_terminal_and_the_record_tell_the_same(make_user: Any, client: Client) -> None:
    client.force_login(make_user(Role.OFFICER))
    page = client.get(f"/organisations/{OWN}/advice/?on={ON}").content.decode()
    assert "与同组的支持合在一起" in page
    assert "超过年度上限，减去 20万元" in page
    words = ["policy", "explain", "Stim", "--policy", "second_grant", "--on", str(ON)]
    said = CliRunner().invoke(main, words, env={"COLUMNS": "200"}).stdout
    assert "· 同组支持合计 30万元，每年不超过 30万元，由市 18万元、区 12万元负担" in said
    assert "· 小补贴  让给“大补贴”  单独 1.4万元，实得 0元" in said
    known = dt.date(2026, 1, 1)
    ((explanation, facts),) = explained(find_organisation("Stim"), ON, known, "second_grant")
    stacking = outlook(policy_set(), explanation, facts)["stacking"]
    assert stacking["total"] == ["300,000.00元", "300,000.00元"]
    assert [(c["policy"], c["outcome"], c["shares"]) for c in stacking["claims"]] == [
        ("first_grant", "taken", {"city": "180,000.00元", "district": "120,000.00元"}),
        ("second_grant", "dropped", {}),
    ]


@pytest.mark.usefixtures("group")
def test_both_are_told_in_english() -> None:
    with translation.override("en"):
        told = finding("second_grant").together
    assert told is not None
    assert told.claims[1].outcome == "gives way to “大补贴 in English”"
    assert [s.layer for s in told.claims[0].shares] == ["the city", "the district"]


def test_a_contradicting_policy_of_the_group_is_named(tiny: Any, tmp_path: Path) -> None:
    conflict = FIRST + (
        "exceptions:\n- {id: a, to: here, when: based_here}\n- {id: b, to: here, when: based_here, holds: false}\n"
    )
    loaded(
        tmp_path,
        first=document("first_grant", "大补贴", conflict),
        second=document(
            "second_grant", "小补贴", SECOND.replace("per: contract", "per: contract, cap_per_year: 30万元")
        ),
    )
    told = finding("second_grant").together
    assert told is not None
    assert "“大补贴”自相矛盾，没有计入" in told.notes
    assert finding("first_grant").together is None


@pytest.mark.usefixtures("score")
def test_the_policy_s_page_shows_the_sheet_with_its_scale(make_user: Any, client: Client) -> None:
    client.force_login(make_user())
    page = client.get("/policies/growth_award/").content.decode()
    assert "评分表：成长评分（3）" in page
    assert "员工数（上年） — ≥ 10: 40分; ≥ 5: 20分; 其余: 5分" in page
    assert (
        '<td class="lead">5分 × 成立日期至办理之日的足年数</td>' in page
    )  # its maximum has a column of its own
    assert page.count("<dt>员工 ") == 0  # an item is not told a second time among the definitions
