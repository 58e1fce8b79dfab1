"""What is learnt of labs, suppliers and people, and what some hundreds of answers teach: the full ranker."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from registry.matching.district import furnish, furnish_others, say, say_of_others
from sanchuang.core.models import User
from sanchuang.core.roles import Role
from sanchuang.engines.matching import Weights
from sanchuang.registry.matching import actions
from sanchuang.registry.matching.others import others
from sanchuang.registry.matching.ranking import answers, untold
from sanchuang.registry.matching.trained import Trained, counted, effect_of, reliability_of
from sanchuang.registry.models import MatchFeedback, MatchTraining, Need, Organisation, Person
from sanchuang.values import Malformed

pytestmark = pytest.mark.usefixtures("tiny")


@pytest.fixture
def officer(make_user: Callable[..., User]) -> User:
    """An officer."""
    return make_user(Role.OFFICER)


def sonar() -> Need:
    return Need.objects.select_related("field", "organisation").get(slug="n-sonar")


# labs, suppliers and people --------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["organisation", "person"])
def test_each_kind_learns_from_its_own_answers_alone(officer: User, kind: str) -> None:
    needs, _results = furnish()
    furnish_others(kind, needs)
    say_of_others(officer, kind, needs)
    (row,) = actions.learn(by=officer, here=True)
    assert (row.kind, row.worth, row.not_worth, row.pairs, row.in_force) == (kind, 40, 40, 40, True)
    effect, trust = effect_of(row.effect), reliability_of(row.reliability)
    assert effect is not None
    assert row.adopted is effect.no_worse
    assert trust is not None
    assert trust.brier < trust.base
    trained = dict(zip(("result", "organisation", "person"), Trained.each(), strict=True))
    assert [name for name, each in trained.items() if each.curve is not None] == [kind]
    low, high = trained[kind].chance(0.0), trained[kind].chance(0.9)
    assert low is not None
    assert high is not None
    assert low.value < high.value
    assert high.answers == 80


def test_people_labs_and_suppliers_show_their_chances_where_there_are_any(officer: User) -> None:
    Person.objects.filter(slug="kari").update(note="小渔船声呐专家")
    Organisation.objects.filter(slug="999000022").update(note="生产省电声呐")
    needs, _results = furnish()
    (found,) = answers([sonar()])
    (who,) = others([found])
    assert {match.chance for match in (*who.labs, *who.suppliers, *who.people)} == {None}
    shown = [*found.shown, *who.labs, *who.people]
    assert [each.kind for each in untold(shown)] == ["result", "organisation", "person"]
    for kind in ("organisation", "person"):
        furnish_others(kind, needs)
        say_of_others(officer, kind, needs)
    assert [row.kind for row in actions.learn(by=officer, here=True)] == ["organisation", "person"]
    (who,) = others(answers([sonar()]))
    (lab,), (supplier,), (person, *_) = who.labs, who.suppliers, who.people
    assert lab.by
    for match in (lab, supplier, person):
        assert match.chance is not None
        assert match.chance.answers == 80
    # A lab with a result stands above a supplier of whom the register says a few words.
    assert lab.chance.value >= supplier.chance.value  # type: ignore[union-attr]
    assert [each.kind for each in untold([*found.shown, lab, person])] == ["result"]


def test_a_result_ranked_otherwise_leaves_labs_without_chances_until_they_learn_again(officer: User) -> None:
    needs, results = furnish()
    furnish_others("organisation", needs)
    say_of_others(officer, "organisation", needs)
    (alone,) = actions.learn(by=officer, here=True)
    assert alone.over is None
    say(officer, needs, results)
    assert Trained.now("organisation").curve is not None
    of_results, of_labs = actions.learn(by=officer, here=True)
    assert of_labs.over == of_results
    assert Trained.now("organisation").curve is not None
    actions.use_training(by=officer, training=alone)
    assert Trained.now("organisation").curve is None
    assert Trained.now().number == of_results.pk, "the other kind stays as it is"
    actions.use_training(by=officer, training=None)
    assert {each.number for each in Trained.each()} == {None}
    actions.use_training(by=officer, training=alone)
    assert Trained.now("organisation").curve is not None


def test_too_few_answers_of_each_kind_are_told_kind_by_kind(officer: User) -> None:
    actions.answer_match(by=officer, need=sonar(), other=Person.objects.get(slug="kari"), answer="no")
    with pytest.raises(Malformed, match="成果 0/0、院所和企业 0/0、人员 0/1"):
        actions.learn(by=officer, here=True)
    assert [each.not_worth_missing for each in counted()] == [20, 20, 19]


def test_only_no_teaches_nothing_and_is_done_with_nothing(officer: User) -> None:
    needs, _results = furnish()
    furnish_others("person", needs)
    say_of_others(officer, "person", needs)
    (row,) = actions.learn(by=officer)
    MatchFeedback.objects.update(answer="no")
    actions.finish_learning(row)
    row.refresh_from_db()
    assert (row.done, row.in_force) == (True, False)


# the full ranker -------------------------------------------------------------------------------------------


@pytest.fixture
def var(tmp_path: Path, settings: Any) -> Path:
    """Where the site keeps its files."""
    settings.VAR = tmp_path
    return tmp_path


@pytest.fixture
def taught(officer: User, var: Path, monkeypatch: pytest.MonkeyPatch) -> MatchTraining:
    """A training by which the full ranker is used: in so small a world it needs fewer answers."""
    monkeypatch.setattr("sanchuang.engines.matching.training.LEAST", 30)
    monkeypatch.setattr("sanchuang.engines.matching.feedback.Effect.no_worse", True)
    say(officer, *furnish())
    (row,) = actions.learn(by=officer, here=True)
    return row


def test_enough_answers_teach_the_full_ranker_which_can_be_left_and_had_again(
    officer: User, var: Path, taught: MatchTraining
) -> None:
    assert (taught.ranker_pairs, taught.ranker_adopted, taught.adopted) == (40, True, True)
    effect, before = effect_of(taught.ranker_effect), effect_of(taught.effect)
    assert effect is not None
    assert before is not None
    assert effect.ndcg.before == before.ndcg.after
    files = sorted(file.suffix for file in (var / "matching" / str(taught.pk)).iterdir())
    assert files == [".json", ".npz"]
    trained = Trained.now()
    assert trained.learned is not None
    need = Need.objects.select_related("field").get(slug="n-3")
    (by_ranker,) = answers([need])
    assert by_ranker.close
    actions.use_training(by=officer, training=None)
    assert Trained.now().learned is None
    (by_wording,) = answers([need])
    scores = [[match.score for match in found.close] for found in (by_ranker, by_wording)]
    assert scores[0] != scores[1]
    actions.use_training(by=officer, training=taught)
    (again,) = answers([need])
    assert [match.key for match in again.close] == [match.key for match in by_ranker.close]

    # The ranker orders; what is shown covers as much of the wording as ever.
    least = [match.key for match in by_ranker.close]
    assert set(least) <= {match.key for match in by_wording.close}
    with pytest.raises(IntegrityError), transaction.atomic():
        MatchTraining.objects.filter(pk=taught.pk).update(ranker_effect=None)


def test_a_ranker_that_ranks_unseen_answers_worse_is_not_kept(
    officer: User, var: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sanchuang.engines.matching.training.LEAST", 30)
    monkeypatch.setattr("sanchuang.engines.matching.feedback.Effect.no_worse", False)
    say(officer, *furnish())
    (row,) = actions.learn(by=officer, here=True)
    assert (row.adopted, row.ranker_adopted, row.ranker_pairs) == (False, False, 40)
    assert (Trained.now().learned, Trained.now().weights, Trained.now().adopted) == (None, Weights(), False)
    assert not (var / "matching").exists()


def test_a_ranker_whose_files_are_gone_or_damaged_is_told_and_the_weights_rank(
    var: Path, taught: MatchTraining
) -> None:
    (arrays,) = (var / "matching" / str(taught.pk)).glob("*.npz")
    arrays.write_bytes(arrays.read_bytes()[:-1])
    trained = Trained.now()
    assert "已损坏" in trained.fault
    assert "sanchuang match learn" in trained.fault
    assert (trained.learned, trained.curve) == (None, None)
    assert taught.weights is not None
    assert trained.weights == Weights(**taught.weights)
    shutil.rmtree(var / "matching")
    assert Trained.now().fault
    assert answers([sonar()])[0].shown


def test_the_files_of_another_database_s_training_are_not_taken(var: Path, taught: MatchTraining) -> None:
    folder = var / "matching" / str(taught.pk)
    other = MatchTraining.objects.create(by=taught.by, worth=0, not_worth=0)
    folder.rename(folder.with_name(str(other.pk)))
    MatchTraining.objects.filter(in_force=True).update(in_force=False)
    MatchTraining.objects.filter(pk=other.pk).update(
        ranker_adopted=True, ranker_effect=taught.ranker_effect, done=True, in_force=True
    )
    assert Trained.now().fault
