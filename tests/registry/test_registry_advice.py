"""What the registry adds to the advice: results that fit, and what the file lacks."""

from __future__ import annotations

import datetime as dt

import pytest

from sanchuang.core.advice import Advice, advise
from sanchuang.registry.advice import subject_of, subjects
from sanchuang.registry.models import Fact, Need, Organisation, Result
from sanchuang.registry.queries import find_organisation
from sanchuang.values import Truth

pytestmark = pytest.mark.usefixtures("tiny")
DAY = dt.date(2025, 6, 1)


def advice_for(company: str) -> Advice:
    """The whole advice for a company of the tiny pack."""
    return advise(subject_of(find_organisation(company), DAY))


def test_a_result_fits_a_need_for_reasons_that_stand_in_both_texts() -> None:
    need = Need.objects.select_related("organisation").get()
    assert need.organisation is not None
    fits = advice_for(need.organisation.name).section("fits").findings
    first = fits[0]
    assert first.group is not None
    assert first.group.text == need.title
    result = Result.objects.get(slug=first.key.split(":")[1])
    shared = [line for line in first.lines if line.quote]
    assert shared, "a hit without a shared term has no reason"
    asked = f"{need.title}\n{need.text}\n{' '.join(need.keywords)}"
    said = f"{result.title}\n{result.text}\n{' '.join(result.keywords)}"
    for line in shared:
        term = line.text.split("“")[1].split("”")[0]
        assert term.lower() in asked.lower()
        assert term in line.quote
        assert line.quote in said


def test_who_could_help_stands_behind_the_results_by_its_own_result() -> None:
    need = Need.objects.select_related("organisation").get()
    assert need.organisation is not None
    result, lab = advice_for(need.organisation.name).section("fits").findings
    assert (lab.key, lab.value, lab.group) == ("n-sonar:fjord-university", "高校", result.group)
    assert lab.summary == f"凭它的成果“{result.title}”"
    assert any("卡丽" in note for note in lab.notes)
    assert any("还说不出" in note for note in result.notes)


def test_readiness_below_the_wanted_one_is_said() -> None:
    need = Need.objects.get()
    assert need.organisation is not None
    Need.objects.update(trl_wanted=9)
    Result.objects.update(trl=3)
    first = advice_for(need.organisation.name).section("fits").findings[0]
    assert first.lines[0].answer is Truth.NO
    assert "TRL 9" in first.lines[0].text
    Result.objects.update(trl=None)
    first = advice_for(need.organisation.name).section("fits").findings[0]
    assert first.lines[0].answer is Truth.UNKNOWN


def test_a_changed_result_is_found_at_once() -> None:
    need = Need.objects.get()
    assert need.organisation is not None
    before = advice_for(need.organisation.name).section("fits").findings[0].title
    Result.objects.update(title="改了名字")
    after = advice_for(need.organisation.name).section("fits").findings[0].title
    assert (before, after) == ("低功耗鱼群声呐", "改了名字")


def test_without_a_need_the_section_teaches_what_to_do() -> None:
    Need.objects.all().delete()
    section = advice_for("Stim").section("fits")
    assert section.findings == ()
    assert "需求" in section.note


def test_the_file_names_each_missing_fact_and_what_it_would_decide() -> None:
    Fact.objects.filter(name="based_here").delete()
    file = advice_for("Fjordkode AS").section("file").findings
    assert file[0].key == "missing:based_here"
    assert file[0].title == "设在本镇"
    assert [line.text for line in file[0].lines] == ["共用实验船"]
    known = file[-1]
    assert known.key == "known"
    assert known.synthetic is True
    assert next((fact.label, fact.period) for fact in known.lines[0].facts) == ("员工数", "2024")


def test_a_figure_that_is_not_exact_keeps_its_operator() -> None:
    known = advice_for("Stim").section("file").findings[-1]
    turnover = [
        fact.value for fact in known.lines[0].facts if fact.name == "turnover" and fact.period == "2024"
    ]
    assert turnover == ["≈ 1,100万元"]


def test_facts_of_many_come_in_few_queries(django_assert_max_num_queries: object) -> None:
    organisations = list(Organisation.objects.all())
    with django_assert_max_num_queries(5):  # type: ignore[operator]
        assert len(list(subjects(organisations, DAY))) == len(organisations)
