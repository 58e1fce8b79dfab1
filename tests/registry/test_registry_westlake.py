"""The West Lake district as loaded: what the issue asks of the sample, and what stays fast at its size."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from typing import Any

import pytest
from django.db.models import Count, Q

from sanchuang.core.law import law
from sanchuang.registry.codes import check_character, check_code
from sanchuang.registry.facts import company_facts
from sanchuang.registry.models import Fact, Need, Organisation, Place, PublishedFigure, Result
from sanchuang.registry.queries import (
    AmbiguousOrganisation,
    UnknownCode,
    counts_by_kind,
    dictionary,
    find_organisation,
    organisation_file,
    organisations,
    published_figures,
)
from sanchuang.values import Op, Period, Yuan

pytestmark = pytest.mark.usefixtures("westlake")
TODAY = dt.date(2026, 11, 22)


def test_the_sample_has_the_size_that_was_published() -> None:
    assert Organisation.objects.filter(kind="company", synthetic=True).count() == 2183
    # One more university is in preparation and not among those counted.
    institutes = Organisation.objects.filter(kind__in=["university", "institute"])
    assert institutes.exclude(slug="qiantang-university").count() == 46
    assert sum(counts_by_kind().values()) == Organisation.objects.count()
    assert Place.objects.filter(kind="circle").count() == 5
    assert Result.objects.count() >= 90
    assert Need.objects.count() >= 60


def test_every_company_of_the_sample_is_marked_and_its_code_is_valid() -> None:
    sample = Organisation.objects.filter(kind="company", synthetic=True)
    for code in sample.values_list("code", flat=True):
        assert code is not None
        assert check_code(code, "gb32100-2015") == code
    assert not Fact.objects.filter(organisation__in=sample, synthetic=False).exists()


def test_a_real_organisation_has_a_source_and_no_invented_fact() -> None:
    real = Organisation.objects.filter(synthetic=False)
    assert not real.filter(source="").exists()
    assert not Fact.objects.filter(organisation__in=real, synthetic=True).exists()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("transfer_income_share.floor", Fraction(7, 10)),
        ("contract_registration.large_contract", Yuan.of(5_000_000)),
        ("contract_registration.days", 15),
    ],
)
def test_the_law_of_the_district_is_typed(key: str, value: object) -> None:
    found = law(key, TODAY).value
    assert (found, type(found)) == (value, type(value))


def test_figures_keep_operator_and_source() -> None:
    needs = [f for f in published_figures() if f.op is Op.NEARLY and f.value == "300"]
    assert needs
    assert {figure.figure.text() for figure in needs} == {"近300项"}
    assert not PublishedFigure.objects.filter(Q(source="") | Q(derived=True, how="")).exists()


def test_a_part_that_hundreds_share_lists_the_first_eight_of_them_one_a_line() -> None:
    with pytest.raises(AmbiguousOrganisation) as caught:
        find_organisation("智能科技")
    total = organisations(text="智能科技").count()
    assert caught.value.total == total > 100
    assert caught.value.message == f"“智能科技”可以指 {total} 家机构，这里列出 8 家"
    heading, *lines = caught.value.remedy.splitlines()
    assert heading == "写全称或代码："
    assert lines == [f"{each.name}（{each.code}）" for each in caught.value.candidates]
    assert len(lines) == 8


def test_a_code_with_a_wrong_check_digit_names_the_right_one_and_whose_it_may_be() -> None:
    meant = Organisation.objects.filter(kind="company").exclude(code=None).order_by("slug")[5]
    wrong = meant.code[:-1] + next(char for char in "0123" if char != meant.code[-1])
    with pytest.raises(UnknownCode) as caught:
        find_organisation(wrong)
    assert caught.value.message == (
        f"统一社会信用代码“{wrong}”第 18 位校验码是“{wrong[-1]}”，按前 17 位应为“{meant.code[-1]}”"
    )
    assert caught.value.remedy == f"代码只差一位的机构：{meant.name}（{meant.code}）"


def test_a_code_with_one_character_mistaken_or_missing_finds_whose_it_may_be() -> None:
    meant = Organisation.objects.filter(kind="company").exclude(code=None).order_by("slug")[5]
    for wrong in (meant.code[:9] + ("7" if meant.code[9] != "7" else "6") + meant.code[10:], meant.code[:-1]):
        with pytest.raises(UnknownCode) as caught:
            find_organisation(wrong)
        assert caught.value.fault is not None
        assert caught.value.similar == [meant.name]


def test_a_right_code_that_nobody_has_says_so() -> None:
    code = "91330106000000000" + check_character("91330106000000000")
    with pytest.raises(UnknownCode) as caught:
        find_organisation(code)
    assert caught.value.message == f"没有机构的登记代码是“{code}”"
    assert caught.value.remedy == "代码的写法无误；用名称再试，或先登记这家机构"


def test_facts_of_the_whole_district_take_four_queries(django_assert_max_num_queries: Any) -> None:
    everyone = list(Organisation.objects.all())
    dictionary()
    with django_assert_max_num_queries(4):
        facts = company_facts(everyone, TODAY)
    busiest = Organisation.objects.annotate(n=Count("facts")).order_by("-n").first()
    assert busiest is not None
    known = [name for name, value in facts[busiest.pk].known() if value.period == Period.parse("2024")]
    stored = busiest.facts.filter(period="2024").values_list("name", flat=True)
    assert sorted(known) == sorted(stored) != []


def test_the_file_of_one_company_takes_a_fixed_number_of_queries(django_assert_max_num_queries: Any) -> None:
    company = organisations(kind="company").first()
    assert company is not None
    dictionary()
    with django_assert_max_num_queries(7):
        file = organisation_file(company, TODAY)
    assert len(file.facts) + len(file.missing) == len(dictionary().specs)


@pytest.mark.parametrize("name", ["浙江大學", "Zhejiang University", "浙大"])
def test_a_real_university_is_found_by_either_script_english_and_short_name(name: str) -> None:
    assert find_organisation(name) == find_organisation("浙江大学")
