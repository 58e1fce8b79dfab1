"""What people say of matches, and what the ranking learns from it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction

from registry.matching.district import furnish, say
from sanchuang.core.errors import Refused
from sanchuang.core.models import AuditEntry, User
from sanchuang.core.roles import Role
from sanchuang.engines.matching import Weights
from sanchuang.registry.matching import actions, tasks
from sanchuang.registry.matching.ranking import answers
from sanchuang.registry.matching.section import chance_text
from sanchuang.registry.matching.trained import Trained, counted, effect_of, reliability_of
from sanchuang.registry.models import MatchFeedback, MatchTraining, Need, Organisation, Person, Result
from sanchuang.values import Malformed

pytestmark = pytest.mark.usefixtures("tiny")


@pytest.fixture
def officer(make_user: Callable[..., User]) -> User:
    """An officer."""
    return make_user(Role.OFFICER)


def sonar() -> tuple[Need, Result]:
    return Need.objects.select_related("organisation").get(slug="n-sonar"), Result.objects.get(slug="r-sonar")


def test_an_answer_is_kept_changed_and_taken_back_with_a_row_of_the_trail_each(officer: User) -> None:
    need, result = sonar()
    actions.answer_match(by=officer, need=need, other=result, answer="worth", why="fits")
    kept = actions.answer_match(by=officer, need=need, other=result, answer="no", why="figures")
    actions.answer_match(by=officer, need=need, other=result, answer="no", why="figures")  # nothing new
    assert (kept.answer, kept.why, kept.worth) == ("no", "figures", False)
    assert MatchFeedback.objects.count() == 1
    actions.take_back_answer(by=officer, need=need, other=result)
    actions.take_back_answer(by=officer, need=need, other=result)
    assert not MatchFeedback.objects.exists()
    verbs = (
        AuditEntry.objects.order_by("number")
        .filter(model="registry.MatchFeedback")
        .values_list("verb", flat=True)
    )
    assert list(verbs) == ["registry.answer_match"] * 2 + ["registry.take_back_answer"]


def test_each_person_has_one_answer_to_each_pair(officer: User, make_user: Callable[..., User]) -> None:
    need, result = sonar()
    lab, person = Organisation.objects.get(slug="fjord-university"), Person.objects.get(slug="kari")
    for other in (result, lab, person):
        for user in (officer, make_user(Role.SCOUT)):
            actions.answer_match(by=user, need=need, other=other, answer="worth")
    assert MatchFeedback.objects.count() == 6
    with pytest.raises(IntegrityError), transaction.atomic():
        MatchFeedback.objects.create(need=need, result=result, answer="no", by=officer)
    with pytest.raises(IntegrityError), transaction.atomic():
        MatchFeedback.objects.create(need=need, result=result, person=person, answer="no", by=officer)


def test_an_introduction_made_speaks_for_the_match(officer: User) -> None:
    need, result = sonar()
    assert actions.answer_match(by=officer, need=need, other=result, answer="introduced").worth
    assert [(each.worth, each.not_worth) for each in counted()] == [(1, 0), (0, 0), (0, 0)]


@pytest.mark.parametrize(("answer", "why"), [("", ""), ("maybe", ""), ("no", "because")])
def test_an_answer_that_is_none_is_refused_with_what_can_be_said(
    officer: User, answer: str, why: str
) -> None:
    need, result = sonar()
    with pytest.raises(Malformed) as refused:
        actions.answer_match(by=officer, need=need, other=result, answer=answer, why=why)
    assert refused.value.remedy
    assert not MatchFeedback.objects.exists()


def test_who_has_nothing_to_do_with_the_need_may_not_answer(make_user: Callable[..., User]) -> None:
    need, result = sonar()
    for user in (make_user(), make_user(Role.AUDITOR), make_user(Role.MEMBER, "999000022")):
        with pytest.raises(Refused):
            actions.answer_match(by=user, need=need, other=result, answer="worth")
    actions.answer_match(by=make_user(Role.MEMBER, "999000011"), need=need, other=result, answer="worth")


def test_learning_is_for_officers(make_user: Callable[..., User]) -> None:
    for user in (make_user(Role.SCOUT), make_user(Role.AUDITOR)):
        with pytest.raises(Refused):
            actions.learn(by=user)
        with pytest.raises(Refused):
            actions.use_training(by=user, training=None)


def test_too_few_answers_say_how_many_are_missing_and_no_chance_is_told(officer: User) -> None:
    with pytest.raises(Malformed, match="太少") as refused:
        actions.learn(by=officer, here=True)
    assert "20" in refused.value.remedy
    assert not MatchTraining.objects.exists()
    assert {(each.worth_missing, each.not_worth_missing) for each in counted()} == {(20, 20)}
    (match,) = answers([sonar()[0]])[0].shown
    assert match.chance is None
    assert "还说不出" in chance_text(match.chance)


@pytest.fixture
def needs(officer: User, monkeypatch: pytest.MonkeyPatch) -> list[Need]:
    """Forty needs with eighty answers; shipped are weights that rank by single characters, and so wrongly."""
    monkeypatch.setattr(
        "sanchuang.registry.matching.trained.Weights", lambda **given: Weights(**(given or SHIPPED))
    )
    furnished, results = furnish()
    say(officer, furnished, results)
    return furnished


SHIPPED = {"characters": 1, "pairs": 0, "words": 0, "coverage": 1}


def test_feedback_trains_the_ranking_and_what_was_learnt_can_be_left_again(
    officer: User, needs: list[Need]
) -> None:
    before = Trained.now()
    (row,) = actions.learn(by=officer, here=True)
    assert (row.worth, row.not_worth, row.pairs, row.in_force) == (40, 40, 40, True)
    effect = effect_of(row.effect)
    assert effect is not None
    assert effect.ndcg.low <= effect.ndcg.after - effect.ndcg.before <= effect.ndcg.high
    assert row.adopted is effect.no_worse
    assert Trained.now() != before
    actions.use_training(by=officer, training=None)
    assert Trained.now() == before
    actions.use_training(by=officer, training=row)
    assert MatchTraining.objects.get(in_force=True) == row
    verbs = (
        AuditEntry.objects.order_by("number")
        .filter(model="registry.MatchTraining")
        .values_list("verb", flat=True)
    )
    assert list(verbs) == [
        "registry.teach_matching",
        "registry.finish_learning",
        *["registry.use_training"] * 2,
    ]


def test_once_there_are_answers_a_chance_is_told_that_rises_with_the_score(
    officer: User, needs: list[Need]
) -> None:
    (row,) = actions.learn(by=officer, here=True)
    trust = reliability_of(row.reliability)
    assert trust is not None
    assert trust.brier < trust.base
    trained = Trained.now()
    low, high = trained.chance(0.0), trained.chance(1.0)
    assert low is not None
    assert high is not None
    assert low.value < high.value
    assert high.answers == 80
    assert 1 <= low.percent < high.percent <= 99
    assert str(high.percent) in chance_text(high)


def test_a_second_training_takes_the_place_of_the_first_which_stays(officer: User, needs: list[Need]) -> None:
    (old,), (new,) = actions.learn(by=officer, here=True), actions.learn(by=officer, here=True)
    assert list(MatchTraining.objects.values_list("pk", "in_force")) == [(new.pk, True), (old.pk, False)]
    assert (old.weights, old.curve) == (new.weights, new.curve)
    with pytest.raises(IntegrityError), transaction.atomic():
        MatchTraining.objects.filter(pk=old.pk).update(in_force=True)


def test_weights_that_rank_unseen_answers_worse_are_not_used(
    officer: User, needs: list[Need], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sanchuang.engines.matching.feedback.Effect.no_worse", False)
    (row,) = actions.learn(by=officer, here=True)
    assert (row.adopted, row.in_force) == (False, True)
    assert Trained.now().weights == Weights(**SHIPPED)


def test_chances_that_are_no_better_than_the_overall_rate_are_not_told(officer: User) -> None:
    """Half of the answers contradict the other half."""
    furnished, results = furnish()
    say(officer, furnished[::2], results)
    say(officer, furnished[1::2], results, contrary=True)
    (row,) = actions.learn(by=officer, here=True)
    trust = reliability_of(row.reliability)
    assert trust is not None
    assert trust.brier >= trust.base
    assert row.curve is None
    assert Trained.now().chance(0.5) is None


def test_the_worker_learns_and_a_training_that_is_not_done_ranks_nothing(
    officer: User, needs: list[Need]
) -> None:
    (row,) = actions.learn(by=officer)
    assert (row.done, row.in_force) == (False, False)
    with pytest.raises(Malformed, match="还没有学完"):
        actions.use_training(by=officer, training=row)
    tasks.work_on.call(row.pk)
    row.refresh_from_db()
    assert (row.done, row.in_force, row.pairs) == (True, True, 40)
    tasks.work_on.call(row.pk)  # again, as after a worker that was killed: nothing changes
    assert MatchTraining.objects.get().pairs == 40


def test_answers_taken_back_while_it_waits_leave_the_ranking_as_it_was(
    officer: User, needs: list[Need]
) -> None:
    (first,) = actions.learn(by=officer, here=True)
    (row,) = actions.learn(by=officer)
    MatchFeedback.objects.all().delete()
    tasks.work_on.call(row.pk)
    row.refresh_from_db()
    assert (row.done, row.in_force) == (True, False)
    assert MatchTraining.objects.get(in_force=True) == first
