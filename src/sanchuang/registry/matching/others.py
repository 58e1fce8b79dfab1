"""Labs, suppliers and people who may answer a need.

An organisation answers by its results, or by what the register says of it; its line of business alone is no offer, and
what a company makes is not recorded otherwise. A person answers by what the register says of them: who made a result is
not recorded, so that nobody is credited with one, and the people of a lab are named beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Q
from django.utils.translation import gettext as _

from sanchuang.core.advice import Line, Link
from sanchuang.engines.matching import Hit
from sanchuang.registry.matching import shelves
from sanchuang.registry.matching.lines import shared
from sanchuang.registry.matching.ranking import Answers, Match
from sanchuang.registry.matching.trained import Kind, Trained
from sanchuang.registry.models import Need, Organisation, Person, PersonRole

TOP = 3
# Characters of a term that says something where little is said: not 材料 or 人工, but 外泌体 and 人工智能.
TELLING = 3
LABS = frozenset({Organisation.Kind.UNIVERSITY, Organisation.Kind.INSTITUTE})
SUPPLIERS = frozenset({Organisation.Kind.COMPANY, Organisation.Kind.PROVIDER})


@dataclass(frozen=True)
class Others:
    """Who may answer one need, best first."""

    labs: tuple[Match, ...] = ()
    suppliers: tuple[Match, ...] = ()
    people: tuple[Match, ...] = ()


def others(given: Sequence[Answers]) -> list[Others]:
    """Who may answer the needs of `given`, in a fixed number of queries."""
    texts = [shelves.text_of(answer.need) for answer in given]
    trained = _Trained(*Trained.each([Kind.ORGANISATION, Kind.PERSON]))
    organisations, people = shelves.organisations(), shelves.people()
    notes = [_said(organisations, text, trained.organisations) for text in texts]
    told = [_said(people, text, trained.people) for text in texts]
    known = _organisations(given, notes)
    there = _there(known)
    persons = Person.objects.in_bulk({hit.id for hits in told for hit in hits}, field_name="slug")
    return [
        _of_one(answer, hits, said, known, there, persons, trained)
        for answer, hits, said in zip(given, notes, told, strict=True)
    ]


class _Trained(NamedTuple):
    """How both kinds are ranked."""

    organisations: Trained
    people: Trained


def place(by: Sequence[Match], hit: Hit | None) -> float:
    """Where an organisation stands, 0 to 1: by its best result, and behind all such by what the register says of it.

    A result says more than a few words in the register, which are scored against other such words.
    """
    return (1 + by[0].score) / 2 if by else hit.score / 2 if hit else 0.0


def may_help(need: Need, organisation: Organisation) -> bool:
    """Whether an organisation is one that may help with a need: of a kind that does, and not the one that has it."""
    return organisation.kind in LABS | SUPPLIERS and organisation.pk != need.organisation_id


def _said(shelf: shelves.Shelf, text: str, trained: Trained) -> list[Hit]:
    """What the register says of somebody is a line or two: only a longer term in common says anything."""
    found = shelf.rank(text, trained)
    return [hit for hit in found if any(len(reason.term) >= TELLING for reason in hit.reasons)]


def _organisations(given: Sequence[Answers], notes: Sequence[Sequence[Hit]]) -> dict[str, Organisation]:
    makers = {match.other.organisation_id for answer in given for match in answer.close}
    noted = {hit.id for hits in notes for hit in hits}
    rows = Organisation.objects.filter(
        Q(pk__in=makers - {None}) | Q(slug__in=noted), kind__in=LABS | SUPPLIERS
    )
    return {row.slug: row for row in rows}


def _there(known: dict[str, Organisation]) -> dict[int, tuple[Person, ...]]:
    found: dict[int, tuple[Person, ...]] = {}
    roles = PersonRole.objects.filter(organisation__in=known.values(), until="").select_related("person")
    for role in roles.order_by("pk"):
        people = found.get(role.organisation_id, ())
        if role.person not in people:
            found[role.organisation_id] = (*people, role.person)
    return found


def _of_one(
    answer: Answers,
    notes: Sequence[Hit],
    said: Sequence[Hit],
    known: dict[str, Organisation],
    there: dict[int, tuple[Person, ...]],
    persons: dict[str, Person],
    trained: _Trained,
) -> Others:
    need, by_note = answer.need, {hit.id: hit for hit in notes}
    makers = []
    for organisation in known.values():
        by = tuple(match for match in answer.close if match.other.organisation_id == organisation.pk)
        hit = by_note.get(organisation.slug)
        if not (by or hit) or not may_help(need, organisation):
            continue
        score = by[0].score if by else hit.score if hit else 0.0
        lines = (*(shared(hit) if hit else ()), *map(_made, by))
        chance = trained.organisations.chance(place(by, hit))
        people = there.get(organisation.pk, ())
        makers.append(Match(need, organisation, score, hit, lines, chance, by, people))
    makers.sort(key=lambda match: (-place(match.by, match.hit), match.key))
    return Others(
        labs=tuple(match for match in makers if match.other.kind in LABS)[:TOP],
        suppliers=tuple(match for match in makers if match.other.kind in SUPPLIERS)[:TOP],
        people=tuple(
            Match(
                need,
                persons[hit.id],
                hit.score,
                hit,
                tuple(shared(hit)),
                trained.people.chance(hit.score),
            )
            for hit in said[:TOP]
            if hit.id in persons
        ),
    )


def _made(match: Match) -> Line:
    """A result of the organisation, and the sentence by which it answers."""
    reason = match.hit.reasons[0] if match.hit and match.hit.reasons else None
    return Line(
        _("Its result “%s”") % match.other.title,
        reference=Link(_("Where the result says it"), match.other.get_absolute_url()),
        quote=reason.sentence if reason else "",
    )
