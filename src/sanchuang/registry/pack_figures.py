"""What the registry takes from a pack of what was published: mechanisms, figures and the checks of them."""

from __future__ import annotations

from typing import Any

from sanchuang.core.models import User
from sanchuang.core.pack import schema
from sanchuang.core.pack.reader import Pack
from sanchuang.core.pack.register import Counts, Report, loader
from sanchuang.core.pack.sync import sync, sync_rows
from sanchuang.registry.models import FigureCheck, Mechanism, PublishedFigure, Series, Tag
from sanchuang.registry.packing import citations, keys, named, sourced


@loader(order=50)
def figures(pack: Pack, by: User, report: Report) -> Counts:
    """Mechanisms and the published figures that measure them."""
    cited, tags = citations(pack), keys(Tag, pack)
    rows = [
        Mechanism(
            kind=entry.kind,
            does=entry.does,
            order=order,
            **named(entry.names),
            **sourced(pack, entry, cited),
        )
        for order, entry in enumerate(pack.mechanisms)
    ]
    existing = Mechanism.objects.filter(pack=pack.id)
    counts = sync(existing, rows, key=("slug",), report=report, what="mechanisms")
    marks = [
        (row.pk, tags[tag])
        for row, entry in zip(rows, pack.mechanisms, strict=True)
        for tag in dict.fromkeys(entry.tags)
    ]
    columns = ("mechanism_id", "tag_id")
    marked = Mechanism.tags.through.objects.filter(mechanism__pack=pack.id)
    sync_rows(marked, columns, marks, key=columns, report=report, what="marks")
    mechanisms, series = keys(Mechanism, pack), keys(Series, pack)
    citation_of = {source.id: _citation(source) for source in pack.manifest.sources}
    published = [
        PublishedFigure(
            kind=entry.kind,
            value=entry.value,
            op=entry.op,
            unit=entry.unit,
            as_of=str(entry.as_of or ""),
            quote=entry.quote or "",
            rank=entry.rank or "",
            mechanism_id=mechanisms[entry.mechanism],
            topic=entry.topic or "",
            derived=entry.derived,
            how=entry.how or "",
            digits=entry.digits,
            series_id=series[entry.series],
            headline=entry.headline,
            citation=citation_of[entry.source],
            caution=entry.caution or "",
            order=order,
            **named(entry.names),
            **sourced(pack, entry, cited),
        )
        for order, entry in enumerate(pack.figures)
    ]
    return counts | sync(
        PublishedFigure.objects.filter(pack=pack.id), published, key=("slug",), report=report, what="figures"
    )


def _citation(source: schema.Source) -> dict[str, str]:
    """The source as a figure's page shows it."""
    return {
        "id": source.id,
        "title": source.title,
        "kind": source.kind,
        "cite_as": source.cite_as,
        "date": str(source.date or ""),
        "note": source.note or "",
    }


@loader(order=51)
def figure_checks(pack: Pack, by: User, report: Report) -> Counts:
    """The questions that figures answer together."""
    rows = [
        FigureCheck(
            slug=entry.id,
            when=list(entry.when),
            shown=[_plain(shown) for shown in entry.shown],
            missing=[_plain(quantity) for quantity in entry.missing],
            dated=entry.dated,
            outcomes={
                key: _plain(said)
                for key in ("holds", "fails", "open", "incomparable")
                if (said := getattr(entry, key)) is not None
            },
            caution=_plain(entry.caution) if entry.caution else {},
            order=order,
            pack=pack.id,
            **named(entry.names),
        )
        for order, entry in enumerate(pack.checks)
    ]
    existing = FigureCheck.objects.filter(pack=pack.id)
    return sync(existing, rows, key=("slug",), report=report, what="checks")


def _plain(part: schema.Part) -> dict[str, Any]:
    """A part as JSON keeps it, without what is not given."""
    return part.model_dump(exclude_none=True)
