"""What people said of matches, and what the ranking learnt from it."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sanchuang.core.models import User
from sanchuang.registry.models.organisations import Organisation, Person
from sanchuang.registry.models.results import Need, Result

OTHER_SIDES = ("result", "organisation", "person")


class MatchFeedback(models.Model):
    """One person's answer to one match: is it worth an introduction, or was one made already.

    The match is of `need` with one of `result`, `organisation` (a lab or a company) and `person`. Goes with its records:
    an answer about what is no longer here teaches nothing, and the audit trail keeps it.
    """

    class Answer(models.TextChoices):
        """What is said."""

        INTRODUCED = "introduced", _("Introduction made")
        WORTH = "worth", _("Worth an introduction")
        NO = "no", _("Not worth it")

    class Why(models.TextChoices):
        """Why not, or why."""

        FITS = "fits", _("requirements and figures fit")
        OTHER_MATTER = "other_matter", _("about something else")
        FIGURES = "figures", _("a figure fails")
        NOT_READY = "not_ready", _("not ready enough")
        NOT_TO_BE_HAD = "not_to_be_had", _("not to be had")
        KNOWN = "known", _("they know each other already")

    need = models.ForeignKey(Need, models.CASCADE, related_name="feedback", verbose_name=_("need"))
    result = models.ForeignKey(
        Result, models.CASCADE, null=True, blank=True, related_name="feedback", verbose_name=_("result")
    )
    organisation = models.ForeignKey(
        Organisation,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="feedback",
        verbose_name=_("organisation"),
    )
    person = models.ForeignKey(
        Person, models.CASCADE, null=True, blank=True, related_name="feedback", verbose_name=_("person")
    )
    answer = models.CharField(_("answer"), max_length=12, choices=Answer)
    why = models.CharField(_("why"), max_length=16, choices=Why, blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="match_feedback", verbose_name=_("who"))
    at = models.DateTimeField(_("said at"), auto_now=True)

    class Meta:
        verbose_name = _("answer to a match")
        verbose_name_plural = _("answers to matches")
        ordering: ClassVar[list[str]] = ["pk"]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=Q(result__isnull=False, organisation__isnull=True, person__isnull=True)
                | Q(result__isnull=True, organisation__isnull=False, person__isnull=True)
                | Q(result__isnull=True, organisation__isnull=True, person__isnull=False),
                name="match_feedback_one_other_side",
            ),
            *(
                models.UniqueConstraint(
                    fields=["need", side, "by"],
                    condition=Q(**{f"{side}__isnull": False}),
                    name=f"match_feedback_{side}_once",
                )
                for side in OTHER_SIDES
            ),
        ]

    def __str__(self) -> str:
        return f"{self.need_id} {self.get_answer_display()}"

    @property
    def worth(self) -> bool:
        """Whether it speaks for an introduction."""
        return self.answer != self.Answer.NO


class MatchTraining(models.Model):
    """One time the ranking of one kind of match was taught by the answers that there were, and what came of it.

    In two stages, `effect` and `ranker_effect` being what each brings on answers not learnt from against the stage
    before, as `registry.matching.trained` reads them (None: too few answers): `weights` of the four measures, used where
    `adopted`; and the full ranker, used instead where `ranker_adopted`, which lies as `registry.matching.keeping` says.
    `curve` and `reliability` (None: too few answers) tell the chance of a hit; a curve no better than the overall rate is
    not kept, and one of labs and suppliers holds while results are ranked as by `over`. The row in force decides how its
    kind is ranked, and without one the ranking is as it was shipped. `done` is False while the worker is at it.
    """

    class Kind(models.TextChoices):
        """What answers the need, by the columns of `MatchFeedback`."""

        RESULT = "result", _("Results")
        ORGANISATION = "organisation", _("Labs and suppliers")
        PERSON = "person", _("People")

    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.RESULT)
    at = models.DateTimeField(_("when"), auto_now_add=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("who"))
    worth = models.PositiveIntegerField(_("answers worth an introduction"))
    not_worth = models.PositiveIntegerField(_("answers “no”"))
    pairs = models.PositiveIntegerField(_("pairs learnt from"), default=0)
    weights = models.JSONField(_("weights"), null=True, blank=True)
    effect = models.JSONField(_("effect"), null=True, blank=True)
    ranker_pairs = models.PositiveIntegerField(_("pairs the full ranker learnt from"), default=0)
    ranker_effect = models.JSONField(_("effect of the full ranker"), null=True, blank=True)
    curve = models.JSONField(_("curve of chances"), null=True, blank=True)
    reliability = models.JSONField(_("reliability"), null=True, blank=True)
    over = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("over the training")
    )
    done = models.BooleanField(_("done"), default=False)
    adopted = models.BooleanField(_("weights are used"), default=False)
    ranker_adopted = models.BooleanField(_("the full ranker is used"), default=False)
    in_force = models.BooleanField(_("in force"), default=False)

    class Meta:
        verbose_name = _("training of the matching")
        verbose_name_plural = _("trainings of the matching")
        ordering: ClassVar[list[str]] = ["-pk"]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["kind"], condition=Q(in_force=True), name="match_training_one_in_force"
            ),
            models.CheckConstraint(
                condition=Q(adopted=False) | Q(weights__isnull=False), name="match_training_adopts_weights"
            ),
            models.CheckConstraint(
                condition=Q(ranker_adopted=False) | Q(ranker_effect__isnull=False),
                name="match_training_adopts_ranker",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"
