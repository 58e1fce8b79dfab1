"""Facts as rules read them: the value of the year, the newest static value, what was known when."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from sanchuang.core.errors import Refused, Unfit
from sanchuang.core.operator import operator
from sanchuang.core.roles import Role
from sanchuang.registry.actions import (
    classify_organisation,
    create_organisation,
    record_fact,
    rename_organisation,
)
from sanchuang.registry.facts import company_facts
from sanchuang.registry.models import Fact, FactDefinition, Industry, Organisation, OrganisationName
from sanchuang.registry.queries import facts_of, find_organisation
from sanchuang.values import Evidence, Malformed, Op, Period, Verification, Yuan

pytestmark = pytest.mark.django_db
Y2023, Y2024 = Period.parse("2023"), Period.parse("2024")
TODAY = dt.date(2025, 6, 30)


@pytest.fixture(autouse=True)
def _dictionary() -> None:
    for name, type_, per, label, more in (
        ("revenue", "money", "year", "营业收入", {"unit": "元"}),
        ("staff", "count", "year", "从业人员", {"unit": "人"}),
        ("recognised", "bool", "static", "经认定", {}),
        ("district_level", "choice", "static", "等级", {"choices": ["甲", "乙"]}),
        ("line", "text", "static", "所属行业", {"values_from": "classification"}),
        ("turnover", "money", "year", "营业额", {"unit": "kr"}),
        ("founded", "date", "static", "成立日期", {}),
        ("closing", "count", "quarter", "季末人数", {"unit": "人"}),
    ):
        FactDefinition.objects.create(name=name, type=type_, per=per, labels={"zh": label}, **more)


@pytest.fixture
def acme() -> Organisation:
    return create_organisation(by=operator(), slug="acme", kind="company", name="某公司", source="工商登记")


def record(organisation: Organisation, name: str, value: Any, **more: Any) -> Fact:
    given = {"by": operator(), "source": "年报", "evidence": Evidence.CLAIMED} | more
    return record_fact(organisation=organisation, name=name, value=value, **given)


def test_a_fact_per_year_is_found_under_exactly_its_year(acme: Organisation) -> None:
    record(acme, "revenue", "300万元", period=Y2024)
    facts = company_facts([acme], TODAY)[acme.pk]
    value = facts.get("revenue", Y2024)
    assert value is not None
    assert (value.value, value.period, value.op) == (Yuan.of(3_000_000), Y2024, Op.EXACT)
    assert (value.source, value.evidence, value.synthetic) == ("年报", Evidence.CLAIMED, False)
    assert facts.get("revenue", Y2023) is None
    assert facts.get("revenue", None) is None
    assert facts.get("staff", Y2024) is None


def test_a_fact_per_quarter_is_found_under_exactly_its_quarter(acme: Organisation) -> None:
    third = Period.parse("2024Q3")
    record(acme, "closing", "30人", period=third)
    facts = company_facts([acme], TODAY)[acme.pk]
    value = facts.get("closing", third)
    assert value is not None
    assert (value.value, value.period) == (30, third)
    assert facts.get("closing", Period.parse("2024Q4")) is None
    assert facts.get("closing", Y2024) is None
    for period in (Y2024, None, Period.parse("2024-07")):
        with pytest.raises(Malformed, match="按季度登记"):
            record(acme, "closing", "30人", period=period)
    with pytest.raises(Malformed, match="按年登记"):
        record(acme, "staff", "30人", period=third)


def test_figures_of_a_year_that_has_not_begun_are_not_known_yet(acme: Organisation) -> None:
    for period, staff in ((Y2023, 30), (Y2024, 40)):
        record(acme, "staff", staff, period=period)

    def known_on(day: str) -> list[Any]:
        facts = company_facts([acme], dt.date.fromisoformat(day))[acme.pk]
        return [value.value for _, value in facts.known()]

    assert known_on("2023-12-31") == [30]
    assert known_on("2024-01-01") == [30, 40]
    assert known_on("2022-12-31") == []


def test_a_static_fact_has_its_newest_value_on_the_day(acme: Organisation) -> None:
    record(acme, "recognised", False)
    record(acme, "recognised", True, date_from=dt.date(2025, 7, 1))

    def on(day: dt.date) -> Any:
        found = company_facts([acme], day)[acme.pk].get("recognised", None)
        return found and found.value

    assert on(dt.date(2025, 6, 30)) is False
    assert on(dt.date(2025, 7, 1)) is True


def test_a_correction_counts_from_when_it_became_known(acme: Organisation) -> None:
    first = record(acme, "staff", 40, period=Y2024)
    Fact.objects.filter(pk=first.pk).update(known_from=dt.date(2025, 3, 1))
    second = record(acme, "staff", 45, period=Y2024)
    Fact.objects.filter(pk=second.pk).update(known_from=dt.date(2025, 5, 1))

    def known(day: dt.date | None) -> Any:
        found = company_facts([acme], TODAY, known=day)[acme.pk].get("staff", Y2024)
        return found and found.value

    assert known(None) == 45
    assert known(dt.date(2025, 4, 30)) == 40
    assert known(dt.date(2025, 2, 28)) is None


def test_of_one_period_the_better_graded_value_counts(acme: Organisation, make_user: Any) -> None:
    record(acme, "staff", 45, period=Y2024, evidence=Evidence.REGISTERED)
    record(acme, "staff", 99, period=Y2024, by=make_user(Role.MEMBER, "acme"))
    value = company_facts([acme], TODAY)[acme.pk].get("staff", Y2024)
    assert value is not None
    assert (value.value, value.evidence) == (45, Evidence.REGISTERED)
    assert sorted(Fact.objects.values_list("value", flat=True)) == [45, 99]


def test_a_claim_of_later_days_counts_below_a_better_grade_and_above_older_claims(acme: Organisation) -> None:
    def learnt(day: int, value: int, grade: Evidence) -> None:
        fact = record(acme, "staff", value, period=Y2024, evidence=grade)
        Fact.objects.filter(pk=fact.pk).update(known_from=dt.date(2025, 3, day))

    def counts() -> Any:
        return company_facts([acme], TODAY)[acme.pk].get("staff", Y2024).value

    learnt(1, 10, Evidence.CLAIMED)
    learnt(2, 11, Evidence.CLAIMED)
    assert counts() == 11
    learnt(3, 12, Evidence.CONTRACT_SEEN)
    learnt(4, 13, Evidence.CLAIMED)
    assert counts() == 12
    learnt(5, 14, Evidence.PAID)
    learnt(6, 15, Evidence.REGISTERED)
    assert counts() == 14


@pytest.mark.parametrize("grade", [grade for grade in Evidence if grade is not Evidence.CLAIMED])
def test_a_member_claims_and_only_the_district_grades(
    acme: Organisation, grade: Evidence, make_user: Any
) -> None:
    member = make_user(Role.MEMBER, "acme")
    with pytest.raises(Refused, match="您不能评定事实的证据等级：“某公司”；可以的人：政策专员、管理员"):
        record(acme, "staff", 5, period=Y2024, by=member, evidence=grade)
    assert not Fact.objects.exists()
    record(acme, "staff", 5, period=Y2024, by=make_user(Role.OFFICER), evidence=grade)
    assert Fact.objects.get().evidence is grade


def test_the_operator_of_the_text_is_kept(acme: Organisation) -> None:
    record(acme, "revenue", ">1亿元", period=Y2024)
    value = company_facts([acme], TODAY)[acme.pk].get("revenue", Y2024)
    assert value is not None
    assert (value.value, value.op) == (Yuan.of(100_000_000), Op.OVER)


def test_the_line_of_business_comes_from_the_organisation(acme: Organisation) -> None:
    software = Industry.objects.create(
        code="65", level="division", name="软件业", status=Verification.UNVERIFIED
    )
    with pytest.raises(Malformed, match="“所属行业”取自机构的行业分类 — 更改机构的行业"):
        record(acme, "line", "65")
    classify_organisation(by=operator(), organisation=acme, industry=software)
    derived = company_facts([acme], TODAY)[acme.pk].get("line", None)
    assert derived is not None
    assert (derived.value, derived.source) == ("65", "工商登记")


@pytest.mark.parametrize(
    ("name", "text", "value", "op"),
    [
        ("staff", "50人", 50, Op.EXACT),
        ("staff", "≥ 1,200 人", 1200, Op.AT_LEAST),
        ("staff", "五十人", 50, Op.EXACT),
        ("revenue", "300万元", Yuan.of(3_000_000), Op.EXACT),
        ("turnover", "300 kr", Yuan.of(300), Op.EXACT),
        ("turnover", "300", Yuan.of(300), Op.EXACT),
    ],
)
def test_a_text_may_name_the_unit_of_the_fact(
    acme: Organisation, name: str, text: str, value: Any, op: Op
) -> None:
    record(acme, name, text, period=Y2024)
    found = company_facts([acme], TODAY)[acme.pk].get(name, Y2024)
    assert found is not None
    assert (found.value, found.op) == (value, op)


def test_facts_of_many_organisations_take_as_many_queries_as_of_one(
    acme: Organisation, django_assert_max_num_queries: Any
) -> None:
    Organisation.objects.bulk_create(
        Organisation(slug=f"o{i}", kind="company", name=f"示例 {i}", synthetic=True) for i in range(500)
    )
    everyone = list(Organisation.objects.all())
    Fact.objects.bulk_create(
        Fact(organisation=o, name="staff", period="2024", value=i, synthetic=True)
        for i, o in enumerate(everyone)
    )
    with django_assert_max_num_queries(4):
        facts = company_facts(everyone, TODAY)
    assert [facts[o.pk].get("staff", Y2024).value for o in everyone] == list(range(501))


def test_the_file_lists_what_is_known_newest_first_and_what_is_missing(acme: Organisation) -> None:
    for period, staff in ((Y2023, 30), (Y2024, 40)):
        record(acme, "从业人员", staff, period=period)
    lines, missing = facts_of(acme, TODAY)
    assert [(line.spec.name, [value.value for value in line.values]) for line in lines] == [
        ("staff", [40, 30])
    ]
    assert {spec.name for spec in missing} == {
        "revenue",
        "recognised",
        "district_level",
        "line",
        "turnover",
        "founded",
        "closing",
    }


@pytest.mark.parametrize(
    ("name", "value", "more", "message"),
    [
        ("staff", "", {"period": Y2024}, "的值为空"),
        ("staff", "many", {"period": Y2024}, "many"),
        ("staff", True, {"period": Y2024}, "类型不对"),
        ("staff", 5, {}, "按年登记"),
        ("staff", 5, {"period": Period.parse("2024Q1")}, "按年登记"),
        ("recognised", "是", {"period": Y2024}, "不按期间登记"),
        ("district_level", "丙", {}, "不在可选值中"),
        ("staff", 5, {"period": Y2024, "source": " "}, "要有出处"),
        ("staff", "50家", {"period": Y2024}, "“从业人员”的单位是“人”，给的是“家” — 写成 50人，或只写 50"),
        ("turnover", "300元", {"period": Y2024}, "“营业额”的单位是“kr”，给的是“元” — 写成 300kr，或只写 300"),
        ("revenue", "50人", {"period": Y2024}, "“营业收入”的单位是“元”，给的是“人” — 写成 50元，或只写 50"),
        ("founded", "2199-01-01", {}, "“成立日期”是 2199-01-01，那一天还没有到"),
        ("founded", dt.date(2199, 1, 1), {}, "“成立日期”是 2199-01-01，那一天还没有到"),
        ("staff", 5, {"period": Period.parse("2199")}, "2199 年还没有开始"),
    ],
)
def test_what_does_not_fit_the_dictionary_is_refused(
    acme: Organisation, name: str, value: Any, more: dict[str, Any], message: str
) -> None:
    with pytest.raises(Malformed, match=message):
        record(acme, name, value, **more)
    assert not Fact.objects.exists()


def test_an_unknown_fact_names_similar_ones(acme: Organisation) -> None:
    with pytest.raises(Unfit, match="事实字典里没有“revenu”；相近的：revenue"):
        record(acme, "revenu", "1元")


def test_a_member_records_facts_of_the_own_company_only(acme: Organisation, make_user: Any) -> None:
    record(acme, "staff", 5, period=Y2024, by=make_user(Role.MEMBER, "acme"))
    with pytest.raises(Refused, match="您不能登记企业事实：“某公司”"):
        record(acme, "staff", 6, period=Y2024, by=make_user(Role.MEMBER, "other"))
    assert Fact.objects.get().value == 5


def test_the_database_refuses_a_second_value_and_one_without_source(acme: Organisation) -> None:
    Fact.objects.create(organisation=acme, name="staff", period="2024", value=1, source="年报")
    for wrong in (
        {"period": "2024", "source": "月报"},
        {"period": "2023", "source": ""},
        {"period": "2022", "source": "年报", "date_from": TODAY},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Fact.objects.create(organisation=acme, name="staff", value=2, **wrong)


def test_a_renamed_organisation_is_found_by_both_names(acme: Organisation) -> None:
    rename_organisation(by=operator(), organisation=acme, name="某某公司", on=TODAY)
    assert find_organisation("某公司") == find_organisation("某某公司") == acme
    names = OrganisationName.objects.filter(organisation=acme).values_list("name", "kind", "until")
    assert set(names) == {("某某公司", "current", ""), ("某公司", "former", "2025-06-30")}


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"name": " "}, "名称和出处"),
        ({"source": ""}, "名称和出处"),
        ({"kind": "firm"}, "没有“firm”这类机构"),
        ({"slug": "acme"}, "标识已属于“某公司”"),
        ({"code": "X1"}, "代码已属于“某公司”"),
    ],
)
def test_a_faulty_registration_is_refused(acme: Organisation, wrong: dict[str, Any], message: str) -> None:
    Organisation.objects.filter(pk=acme.pk).update(code="X1")
    given = {"slug": "new", "kind": "company", "name": "新公司", "source": "工商登记"} | wrong
    with pytest.raises(Malformed, match=message):
        create_organisation(by=operator(), **given)
    assert Organisation.objects.count() == 1
