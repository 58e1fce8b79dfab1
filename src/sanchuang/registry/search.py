"""What of the registry the search finds: organisations, people, places, mechanisms, figures, facts, industries, law.

Facts of companies, and budget and deadline of needs, stand in no entry: not everybody may see them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import partial
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext_lazy as _

from sanchuang.core.models import LawEntry
from sanchuang.core.search import Entry, Name, Source, Title, Use, register
from sanchuang.engines.rules.dictionary import FactSpec
from sanchuang.registry.labels import ORGANISATION_KINDS, PLACE_KINDS
from sanchuang.registry.models import (
    FactDefinition,
    Industry,
    Mechanism,
    Organisation,
    OrganisationName,
    Person,
    PersonRole,
    Place,
    PublishedFigure,
)
from sanchuang.registry.models.base import Named
from sanchuang.registry.search_texts import entries_of

VIEW = "registry.view_organisation"
Pks = Collection[Any] | None

_USES = {
    OrganisationName.Kind.CURRENT: Use.NAME,
    OrganisationName.Kind.SHORT: Use.SHORT,
    OrganisationName.Kind.FORMER: Use.FORMER,
}


def among(records: QuerySet[Any], pks: Pks) -> QuerySet[Any]:
    """Those of `records` with these primary keys, or all."""
    return records.order_by("pk") if pks is None else records.filter(pk__in=pks).order_by("pk")


def title(record: Named | None) -> Title:
    """The names of a record as a title; empty for none."""
    return Title(record.name, record.name_hant, record.name_en) if record else Title("")


def names(record: Named, *codes: str) -> tuple[Name, ...]:
    """All names of a record and the codes by which it goes."""
    others = (record.name_hant, record.name_en, record.name_local)
    return (
        Name(record.name),
        *(Name(other, Use.OTHER) for other in others if other),
        *(Name(code, Use.CODE) for code in codes if code),
    )


def organisations(pks: Pks) -> Iterator[Entry]:
    """Organisations by every name they have or had, code and identifier; and by industry and address."""
    named = Prefetch("names", OrganisationName.objects.only("organisation_id", "name", "kind"))
    related = Organisation.objects.select_related("circle", "industry").prefetch_related(named)
    merged = Organisation.every.exclude(merged_into=None)
    also: dict[int | None, list[str]] = {}
    for survivor, *codes in (merged if pks is None else merged.filter(merged_into__in=pks)).values_list(
        "merged_into", "slug", "code"
    ):
        also.setdefault(survivor, []).extend(filter(None, codes))
    for each in among(related, pks).iterator(chunk_size=2000):
        given = [Name(name.name, _USES.get(name.kind, Use.OTHER)) for name in each.names.all()]
        yield Entry(
            each.pk,
            each.slug,
            title(each),
            (*given, *names(each, each.code or "", each.slug, *also.get(each.pk, ()))),
            (each.industry.name if each.industry else "", each.address, each.note),
            (ORGANISATION_KINDS[each.kind], each.code or "", title(each.circle)),
            each.synthetic,
        )


def people(pks: Pks) -> Iterator[Entry]:
    """People by name, and by the organisations where they are something."""
    roles = Prefetch("roles", PersonRole.objects.select_related("organisation"))
    for each in among(Person.objects.prefetch_related(roles), pks):
        held = list(each.roles.all())
        said = tuple(part for role in held[:2] for part in (title(role.organisation), role.title))
        texts = tuple(f"{role.organisation.name} {role.title}" for role in held)
        yield Entry(
            each.pk,
            each.slug,
            title(each),
            names(each, each.slug),
            (*texts, each.note),
            said,
            each.synthetic,
            (("q", each.name),),
        )


def places(pks: Pks) -> Iterator[Entry]:
    """Districts, circles, parks and streets by name."""
    for each in among(Place.objects.select_related("parent"), pks):
        said = (PLACE_KINDS[each.kind], title(each.parent))
        yield Entry(
            each.pk,
            each.slug,
            title(each),
            names(each, each.slug),
            (each.note,),
            said,
            each.synthetic,
            (("q", each.name),),
        )


def mechanisms(pks: Pks) -> Iterator[Entry]:
    """Mechanisms and recognitions by name and by what they do."""
    for each in among(Mechanism.objects.all(), pks):
        yield Entry(
            each.pk,
            each.slug,
            title(each),
            names(each, each.slug),
            (each.does, each.note),
            (each.does,),
            each.synthetic,
            (("q", each.name),),
        )


def figures(pks: Pks) -> Iterator[Entry]:
    """Published figures by name, topic and the words of their source."""
    for each in among(PublishedFigure.objects.select_related("mechanism"), pks):
        value = Title(each.figure.text("zh"), en=each.figure.text("en"))
        yield Entry(
            each.pk,
            each.slug,
            title(each),
            names(each, each.slug),
            (each.topic, each.quote, each.note, each.how, each.caution),
            (value, each.as_of, title(each.mechanism)),
            each.synthetic,
            (("q", each.name),),
        )


def fact_definitions(pks: Pks) -> Iterator[Entry]:
    """Entries of the dictionary of facts by label, alias and identifier."""
    for each in among(FactDefinition.objects.all(), pks):
        spec: FactSpec = each.spec
        labels = Title(spec.label(), each.labels.get("zh_hant", ""), each.labels.get("en", ""))
        yield Entry(
            each.pk,
            each.name,
            labels,
            (
                *(Name(label, Use.OTHER) for label in labels if label),
                *(Name(alias, Use.SHORT) for alias in each.aliases),
                Name(each.name, Use.NUMBER),
            ),
            (each.definition, each.source),
            (each.name, each.unit),
            query=(("q", labels.hans),),
        )


def industries(pks: Pks) -> Iterator[Entry]:
    """Classes of the classification of industries by name and code."""
    for each in among(Industry.objects.all(), pks):
        yield Entry(
            each.pk,
            each.code,
            Title(f"{each.code} {each.name}", en=f"{each.code} {each.name_en}" if each.name_en else ""),
            names(each, each.code),
            (),
            (each.scheme,),
            query=(("q", each.code),),
        )


def laws(pks: Pks) -> Iterator[Entry]:
    """Values of dated law by key, by what they are about and by their source."""
    for each in among(LawEntry.objects.all(), pks):
        span = (
            f"{each.date_from or ''} – {each.date_to or ''}".strip() if each.date_from or each.date_to else ""
        )
        yield Entry(
            each.pk,
            each.key,
            Title(each.key),
            (Name(each.key, Use.NUMBER),),
            (each.note, each.source),
            (f"{each.value} {each.unit}".strip(), span, each.source),
            query=(("q", each.key),),
        )


results = partial(entries_of, "registry.Result")
needs = partial(entries_of, "registry.Need")


def register_all() -> None:
    """Offer the registry's kinds, and the dated law, which is for everybody who signs in."""
    text = {"registry.Organisation": "organisation", "registry.Field": "field"}
    for source in (
        Source(
            "organisation",
            _("Organisation"),
            VIEW,
            "registry.Organisation",
            organisations,
            {
                "registry.OrganisationName": "names",
                "registry.Place": "circle",
                "registry.Industry": "industry",
            },
            address="registry:organisation",
            order=10,
        ),
        Source(
            "place",
            _("Place"),
            VIEW,
            "registry.Place",
            places,
            address="registry:place",
            listed="registry:places",
            order=20,
        ),
        Source(
            "person",
            _("Person"),
            VIEW,
            "registry.Person",
            people,
            {"registry.PersonRole": "roles", "registry.Organisation": "roles__organisation"},
            address="registry:person",
            listed="registry:people",
            order=30,
        ),
        Source(
            "mechanism",
            _("Mechanism"),
            VIEW,
            "registry.Mechanism",
            mechanisms,
            address="registry:mechanism",
            listed="registry:mechanisms",
            order=50,
        ),
        Source(
            "figure",
            _("Published figure"),
            VIEW,
            "registry.PublishedFigure",
            figures,
            {"registry.Mechanism": "mechanism"},
            address="registry:figure",
            listed="registry:figures",
            order=60,
        ),
        Source(
            "result",
            _("Research result"),
            VIEW,
            "registry.Result",
            results,
            text,
            address="registry:result",
            order=70,
        ),
        Source(
            "need",
            _("Technology need"),
            VIEW,
            "registry.Need",
            needs,
            text,
            address="registry:need",
            order=80,
        ),
        Source("law", _("Dated law"), VIEW, "core.LawEntry", laws, address="law", listed="laws", order=90),
        Source(
            "fact",
            _("Definition of a fact"),
            VIEW,
            "registry.FactDefinition",
            fact_definitions,
            listed="registry:fact-definitions",
            order=100,
        ),
        Source(
            "industry",
            _("Industry class"),
            VIEW,
            "registry.Industry",
            industries,
            listed="registry:industries",
            order=110,
        ),
    ):
        register(source)
