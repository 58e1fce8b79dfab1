"""What may answer a need, which needs a record may answer, and what people say of it."""

from typing import Any, Literal

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Field, Query

from sanchuang.core.api.endpoints import acts, reads
from sanchuang.core.api.schemas import Asked, Ref, Slug, Told
from sanchuang.core.api.versions import told
from sanchuang.core.permissions import require
from sanchuang.registry.api.finding import MOVED, organisation_at
from sanchuang.registry.api.router import VIEW, router
from sanchuang.registry.matching import actions
from sanchuang.registry.matching.data import counted_data, matches_data
from sanchuang.registry.matching.others import others
from sanchuang.registry.matching.ranking import Match, answers, needs_for, needs_of, untold
from sanchuang.registry.models import Need, Organisation, Result


class MatchTold(Told):
    """A need and what may answer it, with the reasons line by line as on the pages."""

    need: Ref
    kind: str = Field(examples=["result"], description="What `other` is: result, organisation or person.")
    other: Ref
    synthetic: bool = Field(examples=[True])
    score: float = Field(examples=[0.31], description="Orders; no probability.")
    chance: float | None = Field(
        None, examples=[0.6], description="That it is worth an introduction; null where it cannot be told."
    )
    answers: int | None = Field(None, examples=[120], description="From how many answers the chance comes.")
    terms: list[str] = Field(examples=[["sonar"]], description="What both say, weightiest first.")
    missing: list[str] = Field(
        examples=[["salt water"]], description="Words of the need that it does not say."
    )
    by: list[Ref] = Field(examples=[[]], description="The results by which an organisation is found.")
    people: list[Ref] = Field(examples=[[]], description="Who is in that organisation.")
    lines: list[dict[str, Any]] = Field(examples=[[{"text": "Same field: ocean", "answer": "yes"}]])


class UntoldChances(Told):
    """Answers about one kind of match of which chances cannot be told."""

    kind: str = Field(examples=["person"], description="What answers: result, organisation or person.")
    worth: int = Field(examples=[3], description="Answers “worth an introduction” that there are.")
    not_worth: int = Field(examples=[1], description="Answers “no” that there are.")
    worth_missing: int = Field(
        examples=[17], description="How many more are needed; 0 and 0 where it is what is in force."
    )
    not_worth_missing: int = Field(examples=[19])


class MatchesTold(Told):
    """Matches, best first within each kind, and of which kinds chances cannot be told."""

    items: list[MatchTold]
    untold: list[UntoldChances]


class TextAsked(Asked):
    """What is looked for: a scene to be filled, a call, a note."""

    text: str = Field(
        min_length=1, max_length=2000, examples=["sonar that counts fish"], description="Nobody keeps it."
    )


class AnswerNew(Asked):
    """What somebody says of a match; `none` takes an earlier answer back."""

    kind: Literal["result", "organisation", "person"] = Field(examples=["result"])
    other: Slug = Field(examples=["r-sonar"])
    answer: Literal["introduced", "worth", "no", "none"] = Field(examples=["worth"])
    why: Literal["", "fits", "other_matter", "figures", "not_ready", "not_to_be_had", "known"] = ""


class AnswerTold(Told):
    """The answer that stands now; null where there is none."""

    need: Ref
    kind: str = Field(examples=["result"])
    other: Ref
    answer: str | None = Field(None, examples=["worth"])
    why: str = Field("", examples=["fits"])


def _told(request: HttpRequest, matches: list[Match]) -> HttpResponse:
    return told(
        request,
        MatchesTold(
            items=[MatchTold(**each) for each in matches_data(matches)],
            untold=[UntoldChances(**counted_data(each)) for each in untold(matches)],
        ),
    )


def _needs() -> QuerySet[Need]:
    return Need.objects.select_related("field", "organisation", "organisation__circle")


@reads(router, "/needs/{slug}/matches", MatchesTold, name="need-matches")
def need_matches(request: HttpRequest, slug: str) -> HttpResponse:
    """What may answer a need: results, then labs, suppliers and people."""
    require(request.user, VIEW)
    return _told(request, _answering(get_object_or_404(_needs(), slug=slug)))


@reads(router, "/matches", MatchesTold, name="text-matches", query=TextAsked)
def text_matches(request: HttpRequest, asked: Query[TextAsked]) -> HttpResponse:
    """What may answer a text that nobody registered: results, then labs, suppliers and people."""
    require(request.user, VIEW)
    return _told(request, _answering(Need(slug="", title=asked.text, text="")))


def _answering(need: Need) -> list[Match]:
    found = answers([need])
    (who,) = others(found)
    return [*found[0].shown, *who.labs, *who.suppliers, *who.people]


@reads(router, "/results/{slug}/matches", MatchesTold, name="result-matches")
def result_matches(request: HttpRequest, slug: str) -> HttpResponse:
    """The needs that a result may answer."""
    require(request.user, VIEW)
    return _told(request, needs_for([get_object_or_404(Result, slug=slug)]))


@reads(router, "/organisations/{slug}/matches", MatchesTold, name="organisation-matches", also=(MOVED,))
def organisation_matches(request: HttpRequest, slug: str) -> HttpResponse:
    """The needs that an organisation's results may answer."""
    require(request.user, VIEW)
    found = organisation_at(request, Organisation.objects.all(), slug)
    return _told(request, needs_of(found, list(found.results.order_by("slug"))))


@acts(router, "/needs/{slug}/answers", AnswerTold, name="match-answers")
def answer_match(request: HttpRequest, slug: str, body: AnswerNew) -> HttpResponse:
    """Say whether a match is worth an introduction; an earlier answer of one's own is replaced."""
    require(request.user, VIEW)
    need = get_object_or_404(_needs(), slug=slug)
    require(request.user, actions.ANSWER, need.organisation)
    other = get_object_or_404(actions.SIDES[body.kind], slug=body.other)
    given: dict[str, Any] = {"answer": None, "why": ""}
    if body.answer == "none":
        actions.take_back_answer(by=request.user, need=need, other=other)
    else:
        given = {"answer": body.answer, "why": body.why}
        actions.answer_match(by=request.user, need=need, other=other, **given)
    return told(
        request,
        AnswerTold(
            need=Ref(id=need.slug, name=need.title),
            kind=body.kind,
            other=Ref(id=other.slug, name=str(other)),
            **given,
        ),
        status=201,
    )
