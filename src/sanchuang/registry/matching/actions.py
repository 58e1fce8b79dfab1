"""What people say of matches, and teaching the ranking by it: everything that writes either."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.db import transaction
from django.db.models import Manager
from django.utils.translation import gettext as _

from sanchuang.core import audit
from sanchuang.core.language import listed
from sanchuang.core.models import User
from sanchuang.core.permissions import authorise
from sanchuang.engines.matching import Weights
from sanchuang.engines.matching.learned import Learned
from sanchuang.registry.matching import keeping, tasks, training
from sanchuang.registry.matching.trained import curve_data, effect_data, reliability_data
from sanchuang.registry.models import MatchFeedback, MatchTraining, Need, Organisation, Person, Result
from sanchuang.values import Malformed

ANSWER, TEACH = "registry.answer_match", "registry.teach_matching"

SIDES: dict[str, Manager[Any]] = {
    "result": Result.objects,
    "organisation": Organisation.objects,
    "person": Person.objects,
}


def side_of(other: Result | Organisation | Person) -> dict[str, Any]:
    """The column of `MatchFeedback` in which `other` stands."""
    return {str(other._meta.model_name): other}


@transaction.atomic
def answer_match(
    *, by: User, need: Need, other: Result | Organisation | Person, answer: str, why: str = ""
) -> MatchFeedback:
    """Say whether a match is worth an introduction; what `by` said of it before is replaced.

    Raises `Refused`; `Malformed` for an answer or a reason that is none of `MatchFeedback`'s.
    """
    authorise(by, ANSWER, need.organisation)
    for given, choices in ((answer, MatchFeedback.Answer), (why, MatchFeedback.Why)):
        if given not in choices.values and (given or choices is MatchFeedback.Answer):
            raise Malformed(
                _("“%(answer)s” is no answer to a match") % {"answer": given[:40]},
                _("Answers: %(answers)s") % {"answers": listed(choices.values)},
            )
    said = {"answer": answer, "why": why}
    held, made = MatchFeedback.objects.get_or_create(by=by, need=need, **side_of(other), defaults=said)
    if made:
        audit.created(held, by=by, verb="registry.answer_match")
        return held
    if (held.answer, held.why) != (answer, why):
        with audit.change(held, by=by, verb="registry.answer_match"):
            held.answer, held.why = answer, why
            held.save(update_fields=["answer", "why", "at"])
    return held


@transaction.atomic
def take_back_answer(*, by: User, need: Need, other: Result | Organisation | Person) -> None:
    """Take back what `by` said of a match; nothing happens where they said nothing. Raises `Refused`."""
    authorise(by, ANSWER, need.organisation)
    held = MatchFeedback.objects.filter(by=by, need=need, **side_of(other)).first()
    if held is not None:
        audit.removed(held, by=by, verb="registry.take_back_answer")
        held.delete()


def learn(*, by: User, here: bool = False) -> list[MatchTraining]:
    """Teach the ranking of every kind of match that has answers enough; the worker does it, or with `here` the caller waits.

    The outcome is a row for each kind, and in force once it is done. Each stage is used if it makes the ranking no worse on
    answers not learnt from; chances belong to the ranking that is used. Raises `Refused`; `Malformed` when there are too few
    answers about every kind.
    """
    with transaction.atomic():
        authorise(by, TEACH)
        rows = []
        for now in training.enough():
            row = MatchTraining.objects.create(by=by, kind=now.kind, worth=now.worth, not_worth=now.not_worth)
            audit.created(row, by=by, verb="registry.teach_matching")
            rows.append(row)
        if not here:
            tasks.enqueue(rows)
    if here:
        for row in rows:
            finish_learning(row)
            row.refresh_from_db()
    return rows


def finish_learning(row: MatchTraining) -> None:
    """Do what `row` was made for: for the worker. Where the answers became too few meanwhile, it is done with nothing."""
    row.refresh_from_db()
    if row.done:
        return
    taught = training.study(row.kind)
    learned = taught.best.taught if taught is not None and taught.best is not None else None
    if isinstance(learned, Learned):
        keeping.save(row, learned)
    with transaction.atomic():
        row = MatchTraining.objects.select_for_update().get(pk=row.pk)
        if row.done:
            return
        if taught is not None:
            MatchTraining.objects.filter(kind=row.kind, in_force=True).update(in_force=False)
        with audit.change(row, by=row.by, verb="registry.finish_learning"):
            row.done, row.in_force = True, taught is not None
            if taught is not None:
                _fill(row, taught)
            row.save()


def _fill(row: MatchTraining, taught: training.Taught) -> None:
    row.worth, row.not_worth = taught.counted.worth, taught.counted.not_worth
    if taught.weights is not None and isinstance(taught.weights.taught, Weights):
        row.pairs, row.weights = taught.weights.pairs, asdict(taught.weights.taught)
        row.effect, row.adopted = effect_data(taught.weights.effect), taught.weights.effect.no_worse
    if taught.ranker is not None:
        row.ranker_pairs, row.ranker_effect = taught.ranker.pairs, effect_data(taught.ranker.effect)
        row.ranker_adopted = taught.ranker.effect.no_worse
    row.curve = curve_data(taught.curve) if taught.curve else None
    row.reliability = reliability_data(taught.reliability) if taught.reliability else None
    row.over_id = taught.over if row.kind == MatchTraining.Kind.ORGANISATION else None


@transaction.atomic
def use_training(*, by: User, training: MatchTraining | None) -> None:
    """Rank the kind of an earlier training by what it taught, or with None every kind as shipped.

    Nothing is lost, and either can be had again. Raises `Refused`; `Malformed` for a training that is not done.
    """
    authorise(by, TEACH)
    if training is not None and not training.done:
        raise Malformed(_("This training is not done yet"), _("Wait until the worker has done it"))
    held = MatchTraining.objects.select_for_update().filter(in_force=True)
    if training is not None:
        held = held.filter(kind=training.kind)
    changes = [(row, False) for row in held if row != training]
    if training is not None and training not in held:
        changes.append((training, True))
    for row, now in changes:
        with audit.change(row, by=by, verb="registry.use_training"):
            row.in_force = now
            row.save(update_fields=["in_force"])
