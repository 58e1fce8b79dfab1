"""Which of the registry's records readers can report as wrong, and how a report shows them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from html import unescape
from typing import Any

from django.utils import translation
from django.utils.html import strip_tags
from django.utils.translation import gettext_lazy as _

from sanchuang.core import reports
from sanchuang.core.models import PackLoad
from sanchuang.core.templatetags.shown import period, published
from sanchuang.registry.models import Mechanism, Need, Person, Place, PublishedFigure, Result
from sanchuang.registry.queries import survivors

VIEW = "registry.view_organisation"


def _names(record: Any) -> dict[str, str]:
    if not hasattr(record, "name"):
        return {"zh-hans": record.title}
    return {"zh-hans": record.name, "zh-hant": record.name_hant, "en": record.name_en}


def _record(model: Any, name: str, slug: str) -> reports.Subject | None:
    return _subject(model.objects.filter(slug=slug).first(), name)


def _organisation(slug: str) -> reports.Subject | None:
    return _subject(survivors([slug]).get(slug), "registry:organisation")


def _subject(found: Any, name: str) -> reports.Subject | None:
    if found is None:
        return None
    return reports.Subject(
        names=_names(found),
        link=reports.address(name, found.slug),
        source=found.source,
        synthetic=found.synthetic,
    )


def _figure(slug: str) -> reports.Subject | None:
    found = PublishedFigure.objects.filter(slug=slug).first()
    if found is None:
        return None
    return reports.Subject(
        names=_names(found),
        link=reports.address("registry:figure", slug),
        value=_value(found),
        source=found.source,
        synthetic=found.synthetic,
    )


def _value(found: PublishedFigure) -> dict[str, str]:
    """The figure with its operator, unit and date, as its page shows it, in both languages."""
    about = PackLoad.objects.values_list("about", flat=True).first() or {}
    units = {unit["id"]: unit["names"] for unit in about.get("units", ())}
    texts = {}
    for lang, code in (("zh", "zh-hans"), ("en", "en")):
        with translation.override(code):
            shown = unescape(strip_tags(published({"units": units}, found)))
            when = period(found.as_of) if found.kind != "year" else ""
            opens, closes = ("（", "）") if lang == "zh" else (" (", ")")
            texts[lang] = f"{shown}{opens}{when}{closes}" if when else shown
    return texts


def _offer(kind: str, label: Any, find: Callable[[str], reports.Subject | None]) -> None:
    reports.register(kind, reports.Reportable(label, VIEW, find))


def register() -> None:
    """Offer the registry's records to be reported."""
    _offer("figure", _("Published figure"), _figure)
    _offer("organisation", _("Organisation"), _organisation)
    for kind, label, model in (
        ("result", _("Research result"), Result),
        ("need", _("Technology need"), Need),
        ("place", _("Place"), Place),
        ("person", _("Person"), Person),
        ("mechanism", _("Mechanism"), Mechanism),
    ):
        _offer(kind, label, partial(_record, model, f"registry:{kind}"))
