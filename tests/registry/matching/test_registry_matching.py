"""Who or what may answer a need, and which needs a record may answer."""

from __future__ import annotations

from typing import Any

import pytest

from sanchuang.registry.matching import shelves
from sanchuang.registry.matching.lines import LESS_READY, OTHER_FIELD
from sanchuang.registry.matching.others import others
from sanchuang.registry.matching.ranking import answers, needs_for, needs_of
from sanchuang.registry.models import Field, Need, Organisation, Person, PersonRole, Result
from sanchuang.values import Truth

pytestmark = pytest.mark.usefixtures("tiny")


def sonar() -> Need:
    return Need.objects.select_related("field", "organisation").get(slug="n-sonar")


def test_a_need_is_answered_by_results_with_reasons_from_both_texts() -> None:
    (found,) = answers([sonar()])
    (match,) = found.shown
    assert (match.key, match.side) == ("n-sonar:r-sonar", "result")
    assert "声呐" in match.terms
    assert any("声呐" in line.quote for line in match.lines)
    assert found.nearest is None


def test_a_result_stands_in_the_lists_of_the_needs_that_it_may_answer_and_nowhere_else() -> None:
    """One list, read from either end: same score, same reasons."""
    (forth,) = answers([sonar()])[0].shown
    (back,) = needs_for([Result.objects.get(slug="r-sonar")])
    assert (back.key, back.score, back.lines) == (forth.key, forth.score, forth.lines)
    other = Result.objects.create(
        slug="r-bread", title="面包酵母", text="烘焙", field=Field.objects.all()[0], synthetic=True
    )
    assert needs_for([other]) == []
    assert needs_for([]) == []


def test_the_needs_of_an_organisation_s_results_leave_out_its_own() -> None:
    maker = Organisation.objects.get(slug="fjord-university")
    assert [match.key for match in needs_of(maker, list(maker.results.all()))] == ["n-sonar:r-sonar"]
    Need.objects.update(organisation=maker)
    assert needs_of(maker, list(maker.results.all())) == []


def test_readiness_and_field_count_in_the_order_and_say_so() -> None:
    before = answers([sonar()])[0].shown[0].score
    Result.objects.update(trl=3)
    less = answers([sonar()])[0].shown[0]
    assert less.score == pytest.approx(before * LESS_READY)
    assert less.lines[0].answer is Truth.NO
    Result.objects.update(trl=None, field=Field.objects.create(slug="baking", name="烘焙"))
    unknown = answers([sonar()])[0].shown[0]
    assert unknown.score == pytest.approx(before * OTHER_FIELD)
    assert [line.answer for line in unknown.lines[:2]] == [Truth.UNKNOWN, Truth.NO]


def test_a_lab_answers_by_its_results_and_names_its_people() -> None:
    (who,) = others(answers([sonar()]))
    (lab,) = who.labs
    assert (lab.other.slug, lab.side) == ("fjord-university", "organisation")
    assert [made.other.slug for made in lab.by] == ["r-sonar"]
    assert "低功耗鱼群声呐" in lab.lines[0].text
    assert [person.slug for person in lab.people] == ["kari"]
    assert who.people == (), "nobody is credited with a result whose maker is not recorded"
    assert who.suppliers == ()


def test_somebody_who_left_is_not_named() -> None:
    PersonRole.objects.update(until="2020")
    assert others(answers([sonar()]))[0].labs[0].people == ()


def test_a_person_and_a_supplier_answer_by_what_the_register_says_of_them() -> None:
    Person.objects.filter(slug="kari").update(note="小渔船声呐专家")
    Organisation.objects.filter(slug="999000022").update(note="生产省电声呐")
    (who,) = others(answers([sonar()]))
    assert [match.other.slug for match in who.people] == ["kari"]
    assert "声呐" in " ".join(who.people[0].terms)
    assert [match.other.slug for match in who.suppliers] == ["999000022"]


def test_a_company_is_no_supplier_to_itself() -> None:
    Organisation.objects.filter(slug="999000011").update(note="生产省电声呐")
    assert others(answers([sonar()]))[0].suppliers == ()


def test_an_open_text_is_asked_like_a_need_and_its_field_is_unknown() -> None:
    """A scene to be filled is no record yet."""
    (found,) = answers([Need(slug="", title="港湾里要用声呐数鱼", text="")])
    (match,) = found.shown
    assert match.other.slug == "r-sonar"
    assert [line.answer for line in match.lines[:2]] == [Truth.UNKNOWN, Truth.UNKNOWN]


@pytest.mark.parametrize("words", ["", "。", "鱼", "<p>声呐</p>", "x" * 1_000_000])
def test_odd_texts_get_an_answer_or_none(words: str) -> None:
    (found,) = answers([Need(slug="", title=words, text="")])
    assert len(found.shown) <= 1
    assert len(others([found])) == 1


def test_what_not_everybody_may_see_is_on_no_shelf() -> None:
    """Budget and deadline of a need, facts of a company."""
    for shelf in (shelves.results(), shelves.needs(), shelves.organisations(), shelves.people()):
        for _, text in shelf.texts:
            assert "400000" not in text
            assert "2027" not in text


def test_a_changed_text_is_found_at_once_and_a_kept_one_is_not_read_anew() -> None:
    before = shelves.results()
    assert shelves.results() is before
    Result.objects.update(text="改了")
    assert shelves.results() is not before


def test_many_needs_take_no_more_queries_than_one(django_assert_max_num_queries: Any) -> None:
    need = sonar()
    needs = [need, *[Need(slug=f"n-{n}", title=f"声呐 {n}", text="", field=need.field) for n in range(20)]]
    with django_assert_max_num_queries(9):
        others(answers(needs))


def test_what_was_removed_while_it_was_being_read_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    held = shelves.results()
    Result.objects.all().delete()
    monkeypatch.setattr(shelves, "results", lambda: held)
    (found,) = answers([sonar()])
    assert (found.close, found.nearest) == ((), None)
