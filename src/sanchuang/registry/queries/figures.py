"""Published figures taken together: how derived ones are computed, and what the consistency checks answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sanchuang.core.language import pack_text
from sanchuang.engines.figures import (
    Answer,
    Derivation,
    Derived,
    Fault,
    Node,
    Obstacle,
    ask,
    derive_all,
    evaluate,
    fitted,
    parse,
    parse_condition,
    refs,
)
from sanchuang.registry.models import FigureCheck, PublishedFigure
from sanchuang.registry.queries.lists import published_figures
from sanchuang.values import Figure, Truth

UNDECIDED = "undecided"
# Verdicts that somebody should look at, the gravest first.
ATTENTION = ("contradiction", "different_things", UNDECIDED)
_KEYS = {Truth.YES: "holds", Truth.NO: "fails", Truth.UNKNOWN: "open"}


@dataclass(frozen=True)
class Unsettled:
    """Why one quantity leaves a question open; `figure` is None for one that nobody published."""

    name: str
    figure: PublishedFigure | None
    obstacle: Obstacle


@dataclass(frozen=True)
class Asked:
    """A check with its answer, and everything its reader needs to follow it."""

    check: FigureCheck
    answer: Answer
    verdict: str
    says: str
    caution: str
    inputs: tuple[PublishedFigure, ...]
    unsettled: tuple[Unsettled, ...]
    shown: tuple[tuple[str, Figure], ...]

    @property
    def attention(self) -> bool:
        """Whether somebody should look at it."""
        return self.verdict in ATTENTION


class FigureBook:
    """All figures of the district, read once: two queries however many there are."""

    def __init__(self, figures: Iterable[PublishedFigure] | None = None) -> None:
        rows = published_figures().select_related("mechanism", "series") if figures is None else figures
        self.figures = {figure.slug: figure for figure in rows}

    @cached_property
    def expressions(self) -> dict[str, Node]:
        """How each derived figure is computed. A text of an older release that is no expression is left out."""
        found: dict[str, Node] = {}
        for slug, figure in self.figures.items():
            if figure.derived:
                try:
                    found[slug] = parse(figure.how)
                except Fault:
                    continue
        return found

    @cached_property
    def derived(self) -> dict[str, Derived]:
        """What each expression gives."""
        given = {slug: f.figure for slug, f in self.figures.items() if slug not in self.expressions}
        found, _faults = derive_all(
            given,
            {
                slug: Derivation(node, self.figures[slug].unit, self.figures[slug].digits)
                for slug, node in self.expressions.items()
            },
        )
        return found

    @cached_property
    def exact(self) -> dict[str, Figure]:
        """Every figure's value before rounding."""
        return {
            slug: self.derived[slug].exact if slug in self.derived else figure.figure
            for slug, figure in self.figures.items()
        }

    def inputs(self, slug: str) -> list[PublishedFigure]:
        """The figures that `slug` is computed from."""
        node = self.expressions.get(slug)
        return self._named(refs(node)) if node is not None else []

    def used_by(self, slug: str) -> list[PublishedFigure]:
        """The figures computed from `slug`."""
        return [
            self.figures[name]
            for name, node in self.expressions.items()
            if slug in {ref.name for ref in refs(node)}
        ]

    def series_of(self, figure: PublishedFigure) -> list[PublishedFigure]:
        """Every figure of the same series, the dated ones in order of time, then those without a date."""
        if figure.series_id is None:
            return []
        same = [other for other in self.figures.values() if other.series_id == figure.series_id]
        return sorted(same, key=lambda other: (not other.as_of, other.as_of, other.order))

    def _named(self, found: Iterable[Any]) -> list[PublishedFigure]:
        names = dict.fromkeys(ref.name for ref in found)
        return [self.figures[name] for name in names if name in self.figures]

    @cached_property
    def checks(self) -> list[Asked]:
        """Every check with its answer, in the order of the pack."""
        return [asked for check in FigureCheck.objects.all() if (asked := self._ask(check)) is not None]

    def attention(self) -> list[Asked]:
        """The checks that somebody should look at, the gravest first."""
        found = [asked for asked in self.checks if asked.attention]
        return sorted(found, key=lambda asked: ATTENTION.index(asked.verdict))

    def checks_of(self, slug: str) -> list[Asked]:
        """The checks that use the figure `slug`."""
        return [asked for asked in self.checks if any(f.slug == slug for f in asked.inputs)]

    def _ask(self, check: FigureCheck) -> Asked | None:
        missing = {quantity["id"]: quantity for quantity in check.missing}
        undated = {slug for slug, f in self.figures.items() if not f.as_of} if check.dated else set()
        try:
            conditions = [parse_condition(text) for text in check.when]
            answer = ask(
                conditions,
                self.exact,
                missing={name: quantity["unit"] for name, quantity in missing.items()},
                undated=undated,
            )
            shown = tuple(self._shown(check))
        except Fault:  # a figure was changed here since the pack was checked
            return None
        key = "incomparable" if answer.incomparable else _KEYS[answer.truth]
        outcome = check.outcomes.get(key) or {}
        verdict = "different_things" if answer.incomparable else outcome.get("verdict", UNDECIDED)
        sides = [ref for c in conditions for side in (c.left, c.right) for ref in refs(side)]
        return Asked(
            check,
            answer,
            verdict,
            pack_text(outcome.get("says", outcome)),
            pack_text(check.caution),
            tuple(self._named(sides)),
            tuple(
                Unsettled(
                    pack_text(missing[name]["names"]) if name in missing else "", self.figures.get(name), why
                )
                for name, why in answer.obstacles
            ),
            shown,
        )

    def _shown(self, check: FigureCheck) -> Iterator[tuple[str, Figure]]:
        for part in check.shown:
            figure = evaluate(parse(part["how"]), self.exact)
            if part.get("unit"):
                figure = fitted(figure, part["unit"]) or figure
            digits = part.get("digits")
            yield pack_text(part["names"]), figure if digits is None else figure.rounded(digits)
