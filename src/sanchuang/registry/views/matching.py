"""Matches on the pages of needs, results and organisations; what people say of them; what the matching learnt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from sanchuang.core.models import User
from sanchuang.core.permissions import require
from sanchuang.registry.matching import actions
from sanchuang.registry.matching.others import others
from sanchuang.registry.matching.ranking import Match, answers, needs_for, untold
from sanchuang.registry.matching.trained import Trained, counted, effect_of, reliability_of
from sanchuang.registry.models import (
    MatchFeedback,
    MatchTraining,
    Need,
    Result,
)
from sanchuang.values import Malformed

VIEW, LEARNT = "registry.view_organisation", "registry.view_matching"


@dataclass(frozen=True)
class Shown:
    """A match on a page: the record that the page is not about, the reader's own answer, whether they may give one.

    `others` tells whoever may see what the matching learnt how often others gave each answer.
    """

    match: Match
    record: Any
    said: MatchFeedback | None
    may_answer: bool
    others: list[tuple[str, int]]

    @property
    def anchor(self) -> str:
        """Where on the page it stands."""
        return f"match-{self.match.side}-{self.match.need.slug}-{self.match.other.slug}"


def shown(matches: Iterable[Match], user: User | AnonymousUser, *, needs: bool = False) -> list[Shown]:
    """Matches for a page, with what was said of them; `needs`: the page shows the needs, not what answers them."""
    matches, told = list(matches), user.has_perm(LEARNT)
    said: dict[Any, MatchFeedback] = {}
    counts: dict[Any, Counter[str]] = {}
    if matches:
        given = MatchFeedback.objects.filter(need__in={match.need.pk for match in matches})
        for each in given if told else given.filter(by=user.pk):
            key = each.need_id, each.result_id, each.organisation_id, each.person_id
            if each.by_id == user.pk:
                said[key] = each
            else:
                counts.setdefault(key, Counter())[each.get_answer_display()] += 1
    out = []
    for match in matches:
        key = (match.need.pk, *(match.other.pk if side == match.side else None for side in actions.SIDES))
        out.append(
            Shown(
                match,
                match.need if needs else match.other,
                said.get(key),
                user.has_perm(actions.ANSWER, match.need.organisation),
                sorted(counts.get(key, Counter()).items()),
            )
        )
    return out


def matches_of_need(need: Need, user: User | AnonymousUser) -> dict[str, Any]:
    """What the page of a need shows: results, labs, suppliers and people, and how many answers are missing for chances."""
    (found,) = answers([need])
    (who,) = others([found])
    all_shown = shown((*found.shown, *who.labs, *who.suppliers, *who.people), user)
    by = {
        key: [each for each in all_shown if each.match in part]
        for key, part in (
            ("results", found.shown),
            ("labs", who.labs),
            ("suppliers", who.suppliers),
            ("people", who.people),
        )
    }
    return {
        "found": by,
        "nearest": found.nearest,
        "untold": untold(each.match for each in all_shown),
        **_forms(),
    }


def matches_of_result(result: Result, user: User | AnonymousUser) -> dict[str, Any]:
    """What the page of a result shows: the needs that it may answer."""
    found = needs_for([result])
    return {"found": shown(found, user, needs=True), "untold": untold(found), **_forms()}


def _forms() -> dict[str, Any]:
    return {"answers": MatchFeedback.Answer.choices, "whys": MatchFeedback.Why.choices}


@require_POST
def answer_match(request: HttpRequest, slug: str) -> HttpResponse:
    """Take one answer to one match, or take it back, and lead back to where it was given."""
    require(request.user, VIEW)
    need = get_object_or_404(Need.objects.select_related("organisation", "organisation__circle"), slug=slug)
    require(request.user, actions.ANSWER, need.organisation)
    side, given = request.POST.get("side", ""), request.POST.get("answer", "")
    if side not in actions.SIDES:
        raise Http404
    other = get_object_or_404(actions.SIDES[side], slug=request.POST.get("other", ""))
    try:
        if given:
            why = request.POST.get("why", "")
            actions.answer_match(by=request.user, need=need, other=other, answer=given, why=why)
            messages.success(request, _("Your answer is kept. You can change it or take it back."))
        else:
            actions.take_back_answer(by=request.user, need=need, other=other)
            messages.success(request, _("Your answer is taken back."))
    except Malformed as error:
        messages.error(request, f"{error.message} {error.remedy}")
    back = other if request.POST.get("back") == side else need
    return redirect(f"{back.get_absolute_url()}#match-{side}-{need.slug}-{other.slug}")


@require_http_methods(["GET", "POST"])
def matching(request: HttpRequest) -> HttpResponse:
    """How many answers there are, what ranks each kind, each training with its effect, and the forms that teach or go back."""
    require(request.user, LEARNT)
    fault = None
    if request.method == "POST":
        require(request.user, actions.TEACH)
        try:
            _taught(request)
        except Malformed as error:
            fault = error
        else:
            return redirect("registry:matching")
    trainings = [
        (row, effect_of(row.effect), effect_of(row.ranker_effect), reliability_of(row.reliability))
        for row in MatchTraining.objects.select_related("by")[:20]
    ]
    kinds = list(zip(counted(), Trained.each(), strict=True))
    context = {
        "fault": fault,
        "kinds": kinds,
        "trainings": trainings,
        "anything_in_force": any(trained.number for _counted, trained in kinds),
        "may_teach": request.user.has_perm(actions.TEACH),
    }
    return render(request, "registry/matching.html", context, status=400 if fault else 200)


def _taught(request: HttpRequest) -> None:
    act = request.POST.get("act", "")
    if act == "learn":
        actions.learn(by=request.user)
        messages.success(request, _("The matching is learning. This page shows the outcome once it is done."))
    elif act == "forget":
        actions.use_training(by=request.user, training=None)
        messages.success(request, _("Matches are ranked as they were before anything was learnt."))
    else:
        number = request.POST.get("training", "")
        row = get_object_or_404(MatchTraining, pk=int(number) if number.isascii() and number.isdigit() else 0)
        actions.use_training(by=request.user, training=row)
        messages.success(request, _("Matches are ranked by this training."))
