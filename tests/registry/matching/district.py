"""Needs and results by the dozen, each result the right or the wrong one for one need; and what people said of them."""

from __future__ import annotations

from typing import Any

from sanchuang.registry.models import Field, MatchFeedback, Need, Organisation, Person, Result

SYLLABLES = "膜泵阀管网桥梁坝堤闸井塔罐炉窑"
TOPICS = [first + second for first in SYLLABLES for second in SYLLABLES if first != second][:40]


def furnish() -> tuple[list[Need], dict[str, Result]]:
    """A need for each topic; of each a long result with the phrase itself, and a short one with its characters apart."""
    field = Field.objects.first()
    company = Organisation.objects.get(slug="999000011")
    common: dict[str, Any] = {"field": field, "synthetic": True}
    needs, results = [], []
    for number, topic in enumerate(TOPICS):
        needs.append(Need(slug=f"n-{number}", title=topic, text="", organisation=company, **common))
        long = f"关于{topic}的情况，说明如下，内容从略，详见另行印发的附件"
        results.append(Result(slug=f"right-{number}", title=long, text="", **common))
        results.append(Result(slug=f"wrong-{number}", title=f"{topic[1]}和{topic[0]}", text="", **common))
    Need.objects.bulk_create(needs)
    Result.objects.bulk_create(results)
    return list(Need.objects.filter(slug__startswith="n-").exclude(slug="n-sonar").order_by("pk")), {
        result.slug: result for result in Result.objects.all()
    }


def say(by: Any, needs: list[Need], results: dict[str, Result], *, contrary: bool = False) -> None:
    """Somebody's answers: the right results are worth an introduction, the wrong ones are not; or the contrary."""
    yes, no = MatchFeedback.Answer.WORTH, MatchFeedback.Answer.NO
    for need in needs:
        number = need.slug.removeprefix("n-")
        for kind, answer in (("right", no if contrary else yes), ("wrong", yes if contrary else no)):
            MatchFeedback.objects.create(need=need, result=results[f"{kind}-{number}"], answer=answer, by=by)


def furnish_others(kind: str, needs: list[Need]) -> None:
    """For each need two labs or two people, of whom the register says what is needed, or a part of it that says little."""
    rows = [
        {"slug": f"{side}-{kind}-{need.pk}", "name": f"{side} {need.pk}", "note": note, "synthetic": True}
        for need in needs
        for side, note in (
            ("right", f"研究{need.title}多年"),
            ("wrong", f"研究{need.title[0]}多年，也做别的"),
        )
    ]
    if kind == "person":
        Person.objects.bulk_create(Person(**row) for row in rows)
    else:
        lab = Organisation.Kind.INSTITUTE
        Organisation.objects.bulk_create(Organisation(kind=lab, **row) for row in rows)


def say_of_others(by: Any, kind: str, needs: list[Need]) -> None:
    """Somebody's answers about them: the right ones are worth an introduction, the wrong ones are not."""
    model = Person if kind == "person" else Organisation
    known = model.objects.in_bulk(field_name="slug")
    for need in needs:
        for side, answer in (("right", "worth"), ("wrong", "no")):
            other = {kind: known[f"{side}-{kind}-{need.pk}"]}
            MatchFeedback.objects.create(need=need, answer=answer, by=by, **other)
