"""What the registry takes from a pack."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from sanchuang.core.models import User
from sanchuang.core.pack import schema
from sanchuang.core.pack.reader import Pack
from sanchuang.core.pack.register import Counts, Report, loader
from sanchuang.core.pack.sync import CHUNK, link, sync, sync_rows
from sanchuang.engines.rules.dictionary import Per
from sanchuang.registry import local
from sanchuang.registry.codes import check_code
from sanchuang.registry.coding import encode
from sanchuang.registry.models import (
    Fact,
    FactDefinition,
    Field,
    Industry,
    Need,
    Organisation,
    OrganisationName,
    Outline,
    Person,
    PersonRole,
    Place,
    Result,
    Series,
    Tag,
)
from sanchuang.registry.names import search_key
from sanchuang.values import Verification

Kind = OrganisationName.Kind


def named(names: schema.Names) -> dict[str, str]:
    """The columns of a name."""
    return {
        "name": names.hans,
        "name_hant": names.hant or "",
        "name_en": names.en or "",
        "name_local": names.local or "",
    }


def citations(pack: Pack) -> dict[str, str]:
    """How each source of the pack is cited, by its identifier."""
    return {source.id: source.cite_as for source in pack.manifest.sources}


def sourced(pack: Pack, entry: Any, cited: Mapping[str, str]) -> dict[str, Any]:
    """The columns that say where a record comes from."""
    return {
        "slug": entry.id,
        "pack": pack.id,
        "synthetic": getattr(entry, "synthetic", False),
        "source": cited[entry.source],
        "status": getattr(entry, "status", Verification.UNVERIFIED),
        "note": entry.note or "",
    }


def merged_here(pack: Pack) -> set[str]:
    """Identifiers of the pack's organisations that were merged into another here."""
    merged = Organisation.every.exclude(merged_into=None).values_list("slug", flat=True)
    return {entry.id for entry in pack.organisations}.intersection(merged)


def organisation_keys(pack: Pack) -> dict[str | None, Any]:
    """Primary keys of the pack's organisations by identifier, of merged ones those of the survivors."""
    known = keys(Organisation, pack)
    merged = Organisation.every.exclude(merged_into=None).values_list("slug", "merged_into")
    return known | dict(merged)


def keys(model: Any, pack: Pack, column: str = "slug") -> dict[str | None, Any]:
    """Primary keys of the pack's rows by `column`; None has none."""
    return {None: None, **dict(model.objects.filter(pack=pack.id).values_list(column, "pk"))}


@loader(order=20)
def vocabularies(pack: Pack, by: User, report: Report) -> Counts:
    """The district's tags and fields, and the series of its figures."""
    counts: Counts = {}
    for model, terms, what in (
        (Tag, pack.manifest.tags, "tags"),
        (Field, pack.manifest.fields, "fields"),
        (Series, pack.manifest.series, "series"),
    ):
        rows = [
            model(slug=term.id, order=order, note=term.note or "", pack=pack.id, **named(term.names))
            for order, term in enumerate(terms)
        ]
        counts |= sync(model.objects.filter(pack=pack.id), rows, key=("slug",), report=report, what=what)
    return counts


@loader(order=21)
def industries(pack: Pack, by: User, report: Report) -> Counts:
    """The classification of industries."""
    about = pack.manifest.classification
    rows = [
        Industry(
            code=entry.code,
            level=entry.level,
            name=entry.name_zh,
            name_en=entry.name_en or "",
            scheme=about.title,
            status=about.status,
            source=citations(pack)[about.source],
            pack=pack.id,
        )
        for entry in pack.industries
    ]
    existing = Industry.objects.filter(pack=pack.id)
    counts = sync(existing, rows, key=("code",), report=report, what="industries", leave=("parent_id",))
    pks = keys(Industry, pack, "code")
    link(existing, "parent_id", {pks[entry.code]: pks[entry.parent] for entry in pack.industries})
    return counts


@loader(order=22)
def places(pack: Pack, by: User, report: Report) -> Counts:
    """The tree of places."""
    cited = citations(pack)
    rows = [
        Place(
            kind=entry.kind,
            lat=None if entry.lat is None else Decimal(entry.lat),
            lon=None if entry.lon is None else Decimal(entry.lon),
            **named(entry.names),
            **sourced(pack, entry, cited),
        )
        for entry in pack.places
    ]
    existing = Place.objects.filter(pack=pack.id)
    counts = sync(existing, rows, key=("slug",), report=report, what="places", leave=("parent_id",))
    pks = keys(Place, pack)
    link(existing, "parent_id", {pks[entry.id]: pks[entry.parent] for entry in pack.places})
    return counts


@loader(order=23)
def outlines(pack: Pack, by: User, report: Report) -> Counts:
    """Where places lie by the pack's own map."""
    about, pks = pack.manifest.files.map, keys(Place, pack)
    rows = [
        Outline(
            place_id=pks[place],
            geometry=geometry,
            source=citations(pack)[about.source] if about else "",
            status=about.status if about else Verification.UNVERIFIED,
            pack=pack.id,
        )
        for place, geometry in pack.outlines.items()
    ]
    existing = Outline.objects.filter(pack=pack.id)
    return sync(existing, rows, key=("place_id",), report=report, what="outlines")


@loader(order=30)
def organisations(pack: Pack, by: User, report: Report) -> Counts:
    """Organisations with their names and tags; entries of those that were merged here are left alone."""
    cited, places, industries = citations(pack), keys(Place, pack), keys(Industry, pack, "code")
    scheme = pack.manifest.code_scheme
    merged = merged_here(pack)
    entries = [entry for entry in pack.organisations if entry.id not in merged]
    rows = [
        Organisation(
            kind=entry.kind,
            code=None if entry.code is None else check_code(entry.code, scheme),
            industry_id=industries[entry.industry],
            address=entry.address or "",
            place_id=places[entry.place],
            circle_id=places[entry.circle],
            **named(entry.names),
            **sourced(pack, entry, cited),
        )
        for entry in entries
    ]
    existing = Organisation.objects.filter(pack=pack.id)
    kept = local.keep(pack, existing, rows)
    _free_codes(existing, {row.slug: row.code for row in rows})
    counts = sync(existing, rows, key=("slug",), report=report, what="organisations")
    names = [
        (row.pk, name, kind, until, search_key(name), pack.id)
        for row, entry in zip(rows, entries, strict=True)
        for name, kind, until in kept.names(row, _names(entry))
    ]
    counts |= kept.counts() | ({"merged": len(merged)} if merged else {})
    counts |= sync_rows(
        OrganisationName.objects.filter(organisation__pack=pack.id, pack=pack.id),
        ("organisation_id", "name", "kind", "until", "key", "pack"),
        names,
        key=("organisation_id", "name", "kind"),
        report=report,
        what="names",
    )
    tags = keys(Tag, pack)
    marks = [
        (row.pk, tags[tag])
        for row, entry in zip(rows, entries, strict=True)
        for tag in dict.fromkeys(entry.tags)
    ]
    columns = ("organisation_id", "tag_id")
    through = Organisation.tags.through.objects
    marked = through.filter(organisation__pack=pack.id, organisation__merged_into=None)
    taken = through.filter(organisation__merged_into__in=existing)  # what survivors took over at a merger
    marks = [*dict.fromkeys([*marks, *taken.values_list("organisation__merged_into", "tag")])]
    sync_rows(marked, columns, marks, key=columns, report=report, what="marks")
    return counts


def _free_codes(existing: QuerySet[Organisation], wanted: Mapping[str, str | None]) -> None:
    """Take back the codes that do not stay where they are, so that another organisation can bear them."""
    # A code that a merged organisation keeps beside its survivor's goes to whom the pack gives it.
    alternative = Organisation.every.exclude(merged_into=None).exclude(code=None)
    taken = {code for code in wanted.values() if code}
    Organisation.every.filter(
        pk__in=[pk for pk, code in alternative.values_list("pk", "code") if code in taken]
    ).update(code=None)
    given = existing.exclude(code=None).values_list("pk", "slug", "code")
    stale = [pk for pk, slug, code in given if wanted.get(slug) != code]
    for start in range(0, len(stale), CHUNK):
        existing.filter(pk__in=stale[start : start + CHUNK]).update(code=None)


def _names(entry: schema.Organisation) -> Iterable[tuple[str, str, str]]:
    """Every name of `entry` once for each use: name, kind, until."""
    found: dict[tuple[str, str], str] = {}
    names = entry.names
    found[names.hans, Kind.CURRENT] = ""
    for name, kind in ((names.hant, Kind.SCRIPT), (names.en, Kind.ENGLISH), (names.local, Kind.LOCAL)):
        if name and name != names.hans:
            found[name, kind] = ""
    found |= {(name, Kind.SHORT): "" for name in entry.short_names}
    found |= {(old.name, Kind.FORMER): str(old.until or "") for old in entry.former_names}
    return [(name, kind, until) for (name, kind), until in found.items()]


@loader(order=31)
def people(pack: Pack, by: User, report: Report) -> Counts:
    """People and what they do in which organisation."""
    cited, organisations = citations(pack), organisation_keys(pack)
    rows = [Person(**named(entry.names), **sourced(pack, entry, cited)) for entry in pack.people]
    counts = sync(Person.objects.filter(pack=pack.id), rows, key=("slug",), report=report, what="people")
    merged = merged_here(pack)
    roles: dict[tuple[Any, Any, str], PersonRole] = {}
    for row, entry in zip(rows, pack.people, strict=True):
        # Of a position in the survivor and the same in whom it took in, the survivor's is meant.
        for role in sorted(entry.roles, key=lambda role: role.organisation in merged):
            pk = organisations[role.organisation]
            since = str(role.date_from or "")
            roles.setdefault(
                (row.pk, pk, role.role),
                PersonRole(person=row, organisation_id=pk, title=role.role, since=since),
            )
    sync(
        PersonRole.objects.filter(person__pack=pack.id),
        list(roles.values()),
        key=("person_id", "organisation_id", "title"),
        report=report,
        what="roles",
    )
    return counts


@loader(order=32)
def definitions(pack: Pack, by: User, report: Report) -> Counts:
    """The dictionary of facts."""
    cited = citations(pack)
    rows = [
        FactDefinition(
            pack=pack.id,
            name=entry.name,
            order=order,
            type=entry.type,
            per=entry.per,
            labels=dict(entry.labels),
            unit=entry.unit or "",
            aliases=list(entry.aliases),
            choices=list(entry.choices),
            values_from=entry.values_from or "",
            negative=entry.negative,
            moves=entry.moves.value,
            definition=entry.definition,
            source=cited[entry.source],
            status=entry.status,
        )
        for order, entry in enumerate(pack.facts)
    ]
    existing = FactDefinition.objects.filter(pack=pack.id)
    return sync(existing, rows, key=("name",), report=report, what="definitions")


@loader(order=33)
def facts(pack: Pack, by: User, report: Report) -> Counts:
    """Facts of organisations. A static fact given for a period holds from the period's first day.

    Those of organisations that were merged here went over at the merger; what the pack says of them is left alone.
    """
    cited, organisations, specs = citations(pack), keys(Organisation, pack), pack.dictionary.specs
    merged = merged_here(pack)
    # What went over at a merger is the district's own: the same of the survivor's in the pack does not replace it.
    held = set(
        Fact.objects.filter(
            pack="", known_from=None, organisation__in=Organisation.every.values("merged_into")
        ).values_list("organisation_id", "name", "period", "date_from", "evidence")
    )
    texts = {period: str(period) for period in {given.period for given in pack.company_facts}}
    rows = []
    for given in pack.company_facts:
        if given.organisation in merged:
            continue
        spec = specs[given.fact]
        by_period = spec.per is not Per.STATIC
        same = (
            organisations[given.organisation],
            given.fact,
            texts[given.period] if by_period else "",
            None if by_period or given.period is None else given.period.first,
        )
        if (*same, given.evidence) in held:
            continue
        row = (
            *same,
            encode(given.value, spec.type),
            given.op,
            given.evidence,
            cited[given.source],
            given.synthetic,
            pack.id,
        )
        rows.append(row)
    return sync_rows(
        Fact.objects.filter(pack=pack.id),
        (
            "organisation_id",
            "name",
            "period",
            "date_from",
            "value",
            "op",
            "evidence",
            "source",
            "synthetic",
            "pack",
        ),
        rows,
        key=("organisation_id", "name", "period", "date_from"),
        report=report,
        what="facts",
    )


@loader(order=40)
def results_and_needs(pack: Pack, by: User, report: Report) -> Counts:
    """Results that wait for use and needs that wait for a result."""
    fields, organisations, places = keys(Field, pack), organisation_keys(pack), keys(Place, pack)

    def shared(entry: schema.Result | schema.Need) -> dict[str, Any]:
        return {
            "slug": entry.id,
            "pack": pack.id,
            "synthetic": entry.synthetic,
            "title": entry.title,
            "text": entry.text,
            "field_id": fields[entry.field],
            "organisation_id": organisations[entry.organisation],
            "keywords": list(entry.keywords),
        }

    results = [
        Result(trl=entry.trl, circle_id=places[entry.circle], **shared(entry)) for entry in pack.results
    ]
    needs = [
        Need(
            trl_wanted=entry.trl_wanted,
            budget=None if entry.budget is None else entry.budget.fen,
            deadline=entry.deadline,
            **shared(entry),
        )
        for entry in pack.needs
    ]
    counts = sync(Result.objects.filter(pack=pack.id), results, key=("slug",), report=report, what="results")
    return counts | sync(Need.objects.filter(pack=pack.id), needs, key=("slug",), report=report, what="needs")
