"""The policies room with a district of another country: nothing of West Lake is in the code."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from sanchuang.core.advice import Finding, Line, advise
from sanchuang.core.errors import Unfit
from sanchuang.core.models import PackLoad
from sanchuang.core.roles import Role
from sanchuang.policies.models import PolicyDocument
from sanchuang.policies.queries import find_policy, policy_set
from sanchuang.registry.advice import subject_of
from sanchuang.registry.models import Fact
from sanchuang.registry.queries import find_organisation
from sanchuang.values import Truth


def boat(company: str, on: dt.date) -> Finding:
    """What the support section says about the only policy there."""
    return advise(subject_of(find_organisation(company), on)).section("support").findings[0]


@pytest.mark.usefixtures("tiny")
def test_a_small_firm_based_there_gets_the_large_boat() -> None:
    found = boat("Stim", dt.date(2025, 6, 1))
    assert (found.answer, found.value) == (Truth.YES, "大船")
    assert [(line.text, line.answer) for line in found.lines] == [
        ("设在本镇", Truth.YES),
        ("员工不超过 50 人", Truth.YES),
    ]
    assert found.lines[1].facts[0].value == "14personer"
    assert found.lines[1].facts[0].period == "2024"
    assert found.lines[0].reference is not None
    assert found.lines[0].reference.url == "/policies/shared_boat/#article-1"
    assert found.lines[0].quote == "设在本镇、上年员工不超过 50 人的公司。"


@pytest.mark.usefixtures("tiny")
def test_a_refusal_names_the_condition_and_what_would_change_it() -> None:
    found = boat("Fjordkode AS", dt.date(2025, 6, 1))
    assert (found.answer, found.value) == (Truth.NO, "")
    assert found.summary == "不满足：设在本镇"
    assert found.lines[0].remedy == "在本镇设办公室"
    assert found.papers == ()


@pytest.mark.usefixtures("tiny")
def test_a_refusal_tells_the_smallest_change_that_would_do(client: Client, make_user: Any) -> None:
    assert boat("Fjordkode AS", dt.date(2025, 6, 1)).ways == ("最小的改变：“设在本镇”由否变为是",)
    assert boat("Stim", dt.date(2025, 6, 1)).ways == ()
    Fact.objects.filter(organisation__slug="999000011", name="staff", period="2024").update(value=60)
    with translation.override("en"):
        (way,) = boat("Stim", dt.date(2025, 6, 1)).ways
    assert way == "The smallest change that would do: Staff in 2024: 10 fewer (60 → 50)"
    client.force_login(make_user(Role.MEMBER, "999000011"))
    page = client.get("/organisations/999000011/advice/?on=2025-06-01").content.decode()
    assert "怎样能改变结论：" in page
    assert "最小的改变：员工数（2024 年）减少 10 personer（60 → 50）" in page


@pytest.mark.usefixtures("tiny")
def test_what_nobody_told_stays_unknown_and_is_named() -> None:
    Fact.objects.filter(name="based_here").delete()
    found = boat("Fjordkode AS", dt.date(2025, 6, 1))
    assert found.answer is Truth.UNKNOWN
    assert [lack.label for lack in found.missing] == ["设在本镇"]
    assert found.lines[0].missing[0].name == "based_here"
    assert found.lines[0].remedy == ""  # nobody knows yet that anything must change
    assert found.summary == "尚不能判断：需要知道是否设在本镇"


@pytest.mark.usefixtures("tiny")
def test_before_any_policy_the_section_says_from_when_there_is_one() -> None:
    found = advise(subject_of(find_organisation("Stim"), dt.date(2023, 12, 31))).section("support")
    assert found.findings == ()
    assert found.fault is True
    assert (
        found.note == "2023-12-31 没有任何政策施行：最早的一项自 2024-01-01 起施行，请改用这一天或以后的日期"
    )


@pytest.mark.usefixtures("tiny")
def test_a_policy_is_found_by_its_identifier_or_the_likely_one_is_named() -> None:
    assert find_policy("shared_boat").title["en"] == "The shared research boat"
    with pytest.raises(Unfit, match="shared_boat"):
        find_policy("shared_boot")


def test_policies_are_read_anew_after_a_load(tiny: Any) -> None:
    before = policy_set()
    assert policy_set() is before
    PackLoad.objects.update(digest="0" * 64)
    assert policy_set() is not before


@pytest.mark.usefixtures("tiny")
def test_advice_is_for_companies_only() -> None:
    with pytest.raises(Unfit, match="“峡湾大学”是高校"):
        subject_of(find_organisation("峡湾大学"), dt.date(2025, 6, 1))


@pytest.mark.usefixtures("db")
def test_without_a_pack_there_is_no_policy_and_the_remedy_says_so() -> None:
    with pytest.raises(Unfit, match="请先载入区包"):
        find_policy("shared_boat")


@pytest.mark.usefixtures("tiny")
def test_a_policy_that_contradicts_itself_is_told_and_does_not_silence_the_rest() -> None:
    document = PolicyDocument.objects.get(slug="shared_boat")
    document.text += """
## 第三条 例外

```yaml
exceptions:
- {id: waived, to: small, when: staff > 10, holds: true}
- {id: barred, to: small, when: staff > 12, holds: false}
```
"""
    document.save()
    PackLoad.objects.update(digest="0" * 64)
    advice = advise(subject_of(find_organisation("Stim"), dt.date(2025, 6, 1)))
    found = advice.section("support").findings[0]
    assert found.answer is Truth.UNKNOWN
    assert "waived" in found.summary
    assert "barred" in found.summary
    assert "policies/boat.md" in found.summary
    assert advice.section("file").findings[-1].key == "known"


BERTH = """# 泊位

```yaml
policy: berth
title: {zh: 泊位, en: A berth}
from: 2025-01-01
status: verified_text
```

## 第一条 {#article-1}

```yaml
definitions:
  large: {label: {zh: 借大船的公司, en: borrows the large boat}, value: shared_boat.boat == '大船'}
  few: {label: {zh: 人不多, en: few staff}, value: staff < 10}
  fee:
    cases:
    - {when: large, then: 200元}
    - {else: 100元}
amount: {label: {zh: 泊位费, en: berth fee}, value: fee}
```

## 第二条 {#article-2}

```yaml
conditions:
- {id: large, label: {zh: 借大船, en: Borrows the large boat}, when: large}
- {id: few, label: {zh: 人数不多, en: Few staff}, when: few}
```
"""


def with_berth(text: str = BERTH) -> None:
    """Add a second policy that asks for the first one's result."""
    boat_policy = PolicyDocument.objects.get(slug="shared_boat")
    PolicyDocument.objects.create(
        slug="berth", title="泊位", status="verified_text", file="policies/berth.md", text=text, digest="1" * 64,
        order=9, pack=boat_policy.pack,
    )  # fmt: skip
    PackLoad.objects.update(digest="1" * 64)


def berth(company: str, on: dt.date = dt.date(2025, 6, 1)) -> Finding:
    """What the support section says of the berth."""
    findings = advise(subject_of(find_organisation(company), on)).section("support").findings
    return next(f for f in findings if f.key == "berth")


@pytest.mark.usefixtures("tiny")
def test_an_answer_that_rests_on_another_policy_is_told_in_that_policy_s_words() -> None:
    with_berth()
    found = berth("Stim")
    [amount] = found.computation
    [result] = [line for line in _all_lines(amount.children) if line.text.startswith("共用实验船 ·")]
    assert result.text == "共用实验船 · 可以借的船 = 大船"
    assert result.reference is not None
    assert result.reference.url == "/policies/shared_boat/#article-2"
    assert [fact.value for line in _all_lines(result.children) for fact in line.facts] == ["14personer"]


@pytest.mark.usefixtures("tiny")
def test_an_answer_is_no_surer_than_the_other_policy_that_it_rests_on() -> None:
    with_berth()
    assert berth("Stim").status == "本包假设"


@pytest.mark.usefixtures("tiny")
def test_a_condition_that_is_a_name_says_what_the_name_means_and_how_far_it_is() -> None:
    with_berth()
    few = berth("Stim").lines[1]
    assert few.answer is Truth.NO
    assert few.detail == "员工数（上年）低于 10。 现为 14personer，要求 < 10"


@pytest.mark.usefixtures("tiny")
def test_the_other_policy_s_name_is_given_where_it_is_not_in_force() -> None:
    with_berth(BERTH.replace("from: 2025-01-01", "from: 2020-01-01"))
    found = berth("Stim", dt.date(2023, 6, 1))
    assert found.answer is Truth.UNKNOWN
    lacks = {lack.name: lack.label for lack in found.missing}
    assert lacks["shared_boat.boat"] == "共用实验船"


@pytest.mark.usefixtures("tiny")
def test_a_sum_over_years_is_told_year_by_year() -> None:
    with_berth(BERTH.replace("when: large, then: 200元", "when: 'sum_years(staff, 2) > 1', then: 200元"))
    [amount] = berth("Stim").computation
    years = [line.text for line in _all_lines(amount.children) if line.text.startswith("员工数 20")]
    assert [text.partition(" = ")[0] for text in years] == ["员工数 2024", "员工数 2023"]


@pytest.mark.usefixtures("tiny")
def test_an_unknown_class_is_said_once() -> None:
    """The answer says that it is unknown; no value stands beside it."""
    Fact.objects.filter(name="staff").delete()
    found = boat("Stim", dt.date(2025, 6, 1))
    assert (found.answer, found.value) == (Truth.UNKNOWN, "")
    assert found.summary == "尚不能判断：需要知道员工数 2024"


@pytest.mark.usefixtures("tiny")
def test_what_grants_and_refuses_comes_before_what_only_classifies() -> None:
    """A policy with conditions is sorted by its answer, even where it also has a value."""
    with_berth(BERTH.partition("## 第二条")[0])
    findings = advise(subject_of(find_organisation("Stim"), dt.date(2025, 6, 1))).section("support").findings
    assert [(f.key, f.answer) for f in findings] == [("shared_boat", Truth.YES), ("berth", Truth.YES)]


def _all_lines(lines: Iterable[Line]) -> Iterator[Line]:
    for line in lines:
        yield line
        yield from _all_lines(line.children)
