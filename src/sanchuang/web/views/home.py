"""The district at a glance: what was published about it, and apart from that, what is recorded here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from sanchuang.core.permissions import require
from sanchuang.registry.labels import ORGANISATION_KINDS
from sanchuang.registry.models import Mechanism, PublishedFigure, Tag
from sanchuang.registry.queries import published_figures
from sanchuang.registry.queries.figures import FigureBook
from sanchuang.registry.queries.inventory import inventory


@dataclass
class Topic:
    """Figures of one mechanism, or of one subject that no mechanism claims (`mechanism` None)."""

    title: str
    mechanism: Mechanism | None
    figures: list[PublishedFigure] = field(default_factory=list)


@dataclass
class Chapter:
    """The topics of one innovation; `tag` None: of the district as a whole."""

    tag: Tag | None
    topics: list[Topic] = field(default_factory=list)

    @property
    def size(self) -> int:
        """How many figures the chapter holds."""
        return sum(len(topic.figures) for topic in self.topics)


def chapters(figures: Iterable[PublishedFigure]) -> list[Chapter]:
    """Figures by innovation and mechanism: the district as a whole first, then the innovations in their order.

    A mechanism of several innovations stands under the first of them, once, so that no figure is read twice.
    """
    whole = Chapter(None)
    by_tag: dict[int, Chapter] = {}
    topics: dict[object, Topic] = {}
    for figure in figures:
        mechanism = figure.mechanism
        key = ("topic", figure.topic) if mechanism is None else mechanism.pk
        if key not in topics:
            topics[key] = Topic(figure.topic, mechanism)
            tags = sorted(mechanism.tags.all(), key=lambda tag: tag.order) if mechanism else []
            chapter = by_tag.setdefault(tags[0].pk, Chapter(tags[0])) if tags else whole
            chapter.topics.append(topics[key])
        topics[key].figures.append(figure)
    ordered = sorted(by_tag.values(), key=lambda chapter: chapter.tag.order if chapter.tag else 0)
    return [chapter for chapter in (whole, *ordered) if chapter.topics]


def headlines(chapter: Chapter) -> list[PublishedFigure]:
    """The figures of the chapter that the pack puts at the top."""
    return [figure for topic in chapter.topics for figure in topic.figures if figure.headline]


def home(request: HttpRequest) -> HttpResponse:
    """Published figures with their operators, dates and cautions; below, counted apart, the records held here."""
    require(request.user, "registry.view_organisation")
    held = inventory()
    book = FigureBook(published_figures().select_related("series").prefetch_related("mechanism__tags"))
    parts = chapters(book.figures.values())
    attention = book.attention()
    context = {
        "chapters": parts,
        "headlines": [(part.tag, kept) for part in parts if (kept := headlines(part))],
        "attention": attention,
        "settled": [asked for asked in book.checks if not asked.attention],
        "kinds": [
            (ORGANISATION_KINDS[kind], kind, held.organisations[kind])
            for kind in ORGANISATION_KINDS
            if kind in held.organisations
        ],
        "results": held.results,
        "needs": held.needs,
    }
    return render(request, "web/home.html", context)
