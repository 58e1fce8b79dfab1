"""Who or what may answer a need, and which needs a record may answer: one list, read from either end.

A kind of question says which texts ask, which answer, and which sentence links them:

* need → results: the result's own text answers.
* need → labs, suppliers: the results of an organisation answer, else what the register says of it (`others`).
* need → people: what the register says of a person (`others`).
* result, organisation → needs: the needs in whose list the result stands.
* open text → all of these: a scene to be filled, a call, a telephone note. It is asked as a need that nobody keeps.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any

from sanchuang.core.advice import Line
from sanchuang.engines.matching import Hit
from sanchuang.registry.matching import shelves
from sanchuang.registry.matching.lines import credits, lines
from sanchuang.registry.matching.trained import Chance, Counted, Trained, counted
from sanchuang.registry.models import Need, Organisation, Person, Result

TOP = 5  # results shown for each need, and needs for each record, at most
ASKED = 8  # needs that are asked whether a record stands in their list
# The share of a need's wording that a result must cover to be shown. Chosen on the shipped sample's judged
# pairs (tests/packs/fits-*.yaml): there it keeps every result that truly fits and shows nothing for a need that
# nothing fits. It is no probability; that comes from feedback.
CLOSE_ENOUGH = 0.125
FEW = 20  # results; among fewer, how rare a word is says nothing, and whatever shares wording is shown


@dataclass(frozen=True)
class Match:
    """A need and what may answer it: `other`, a result, an organisation or a person, by what `hit` says of its text.

    `score` orders: the share of wording, times what failed figures cost, times readiness and field. `chance` is None where
    it cannot be told. Of an organisation `by` are the matches of its results, best first, and `people` who is there.
    """

    need: Need
    other: Any
    score: float
    hit: Hit | None = None
    lines: tuple[Line, ...] = ()
    chance: Chance | None = None
    by: tuple[Match, ...] = ()
    people: tuple[Person, ...] = ()

    @property
    def side(self) -> str:
        """What sort of record answers: result, organisation or person."""
        return str(self.other._meta.model_name)

    @property
    def key(self) -> str:
        """Both identifiers; none holds a colon."""
        return f"{self.need.slug}:{self.other.slug}"

    @property
    def terms(self) -> list[str]:
        """What both say, weightiest first."""
        return [reason.term for reason in self.hit.reasons] if self.hit else []


@dataclass(frozen=True)
class Answers:
    """The close results of one need, best first; `nearest` comes nearest where none is close."""

    need: Need
    close: tuple[Match, ...]
    nearest: Result | None = None

    @property
    def shown(self) -> tuple[Match, ...]:
        """Those that are shown."""
        return self.close[:TOP]


@dataclass
class _Asking:
    """Several needs at once, so that the register is read in few queries however many there are."""

    trained: Trained = field(default_factory=Trained.now)
    shelf: shelves.Shelf = field(default_factory=shelves.results)
    known: dict[str, Result] = field(default_factory=dict)

    def hits(self, need: Need) -> tuple[Hit, ...]:
        return self.shelf.rank(shelves.text_of(need), self.trained)

    def close(self, need: Need) -> list[Hit]:
        """What fails a figure stays, further down and with the figure, if its wording is close."""
        least = CLOSE_ENOUGH if len(self.shelf.texts) >= FEW else 0.0
        covered = self.shelf.wording(shelves.text_of(need), self.trained)
        return [hit for hit in self.hits(need) if hit.reasons and covered.get(hit.id, 0.0) >= least]

    def read(self, hits: Iterable[Hit]) -> None:
        rows = Result.objects.select_related("organisation", "field")
        self.known = rows.in_bulk({hit.id for hit in hits}, field_name="slug")

    def matches(self, need: Need, hits: Iterable[Hit]) -> list[Match]:
        """Best first; without what was removed while it was being read."""
        found = [self.match(need, hit, self.known[hit.id]) for hit in hits if hit.id in self.known]
        return _ordered(found)

    def match(self, need: Need, hit: Hit, result: Result) -> Match:
        score = hit.score * prod(credit.factor for credit in credits(need, result))
        return Match(need, result, score, hit, lines(need, result, hit), self.trained.chance(score))


def answers(needs: Sequence[Need]) -> list[Answers]:
    """The results that may answer each of `needs`, which have their fields at hand."""
    asking = _Asking()
    asking.read(hit for need in needs for hit in asking.hits(need))
    found = []
    for need in needs:
        matches = asking.matches(need, asking.close(need))
        nearest = () if matches else asking.hits(need)[:1]
        found.append(Answers(need, tuple(matches), asking.known.get(nearest[0].id) if nearest else None))
    return found


def _ordered(matches: Iterable[Match]) -> list[Match]:
    return sorted(matches, key=lambda match: (-match.score, match.key))


def needs_for(results: Sequence[Result]) -> list[Match]:
    """The needs in whose list one of `results` stands close, best first, each once for its best result.

    Those needs are asked whose wording comes nearest to that of the results.
    """
    asking, shelf = _Asking(), shelves.needs()
    by_wording = Trained(
        asking.trained.weights
    )  # what was learnt of needs and results says nothing of the way back
    nearest: dict[str, float] = {}
    for result in results:
        for hit in shelf.rank(shelves.text_of(result), by_wording):
            if hit.reasons:  # figures of a result ask nothing of a need: their credit does not count here
                nearest[hit.id] = max(nearest.get(hit.id, 0.0), hit.score / hit.credit)
    asked = sorted(nearest, key=lambda slug: (-nearest[slug], slug))[:ASKED]
    needs = Need.objects.filter(slug__in=asked).select_related("field", "organisation")
    own = {result.slug for result in results}
    close = [(need, [hit for hit in asking.close(need) if hit.id in own]) for need in needs]
    asking.read(hit for _, hits in close for hit in hits)
    best = [asking.matches(need, hits)[:1] for need, hits in close]
    return _ordered(match for matches in best for match in matches)[:TOP]


def needs_of(organisation: Organisation, results: Sequence[Result]) -> list[Match]:
    """The needs that an organisation's `results` may answer, without its own."""
    found = needs_for(results) if results else []
    return [match for match in found if match.need.organisation_id != organisation.pk]


def untold(matches: Iterable[Match]) -> list[Counted]:
    """The answers that there are about each kind of which a match has no chance; no query where all have one."""
    kinds = {match.side for match in matches if match.chance is None}
    return [each for each in counted() if each.kind in kinds] if kinds else []
