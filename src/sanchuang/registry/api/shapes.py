"""What of the registry's records is told to programs."""

import datetime as dt
from typing import Any

from ninja import Field

from sanchuang.core.api.schemas import FigureTold, Money, PageTold, Ref, Told
from sanchuang.core.language import page_language
from sanchuang.registry.models import (
    Fact,
    FactDefinition,
    Industry,
    Mechanism,
    Need,
    Organisation,
    Person,
    Place,
    PublishedFigure,
    Result,
)
from sanchuang.values import Yuan


def ref(record: Any) -> Ref | None:
    """Another record of the registry, or none."""
    return None if record is None else Ref(id=record.slug, name=str(record))


def industry_ref(industry: Industry | None) -> Ref | None:
    """A class of the classification, by its code."""
    return None if industry is None else Ref(id=industry.code, name=industry.name)


class Sourced(Told):
    """Where a record comes from."""

    source: str = Field(examples=["The company's site, 2025-11"])
    status: str = Field(examples=["unverified"], description="How far the source was checked.")
    synthetic: bool = Field(examples=[True], description="Invented for the sample.")
    note: str = Field("", examples=[""])


class Named(Sourced):
    """A record with its names."""

    id: str = Field(examples=["999000011"])
    name: str = Field(examples=["Harbour Sonar"])
    name_hant: str = Field("", examples=[""])
    name_en: str = Field("", examples=["Ring Harbour Sonar"])


def _sourced(record: Any) -> dict[str, Any]:
    return {
        "source": record.source,
        "status": record.status.value,
        "synthetic": record.synthetic,
        "note": record.note,
    }


def _named(record: Any) -> dict[str, Any]:
    names = {"name": record.name, "name_hant": record.name_hant, "name_en": record.name_en}
    return {"id": record.slug, **names, **_sourced(record)}


class OrganisationTold(Named):
    """An organisation."""

    kind: str = Field(examples=["company"])
    code: str | None = Field(None, examples=["91330106MA27XXXXXX"])
    industry: Ref | None = None
    place: Ref | None = None
    circle: Ref | None = None
    tags: list[str] = Field(examples=[["ai"]])
    address: str = Field("", examples=["1 Harbour Road"])

    @classmethod
    def of(cls, record: Organisation) -> "OrganisationTold":
        """The organisation, with industry, place, circle and tags at hand."""
        return cls(
            **_named(record),
            kind=record.kind,
            code=record.code,
            industry=industry_ref(record.industry),
            place=ref(record.place),
            circle=ref(record.circle),
            tags=[tag.slug for tag in record.tags.all()],
            address=record.address,
        )


class NameTold(Told):
    """A name by which an organisation is or was known."""

    name: str = Field(examples=["Harbour Sonar"])
    kind: str = Field(examples=["current"])
    until: str = Field("", examples=["2024-05-01"])


class OrganisationFull(OrganisationTold):
    """An organisation with all its names."""

    names: list[NameTold]

    @classmethod
    def full(cls, record: Organisation) -> "OrganisationFull":
        """The organisation."""
        names = [
            NameTold(name=name.name, kind=name.kind, until=name.until)
            for name in record.names.order_by("kind", "pk")
        ]
        return cls(**OrganisationTold.of(record).model_dump(), names=names)


class FactTold(Told):
    """One value of one fact, with its evidence; `value` is JSON by the fact's type (money in fen)."""

    id: int = Field(examples=[1])
    organisation: str = Field(examples=["999000011"])
    name: str = Field(examples=["revenue"])
    period: str = Field("", examples=["2024"])
    date_from: dt.date | None = Field(None, examples=["2024-01-01"])
    value: bool | int | str = Field(examples=[300_000_000])
    op: str = Field(examples=["="])
    evidence: str | None = Field(None, examples=["claimed"])
    source: str = Field(examples=["annual report"])
    known_from: dt.date | None = Field(None, examples=["2026-03-01"])
    synthetic: bool = Field(examples=[True])

    @classmethod
    def of(cls, fact: Fact) -> "FactTold":
        """The fact, with its organisation at hand."""
        return cls(
            id=fact.pk,
            organisation=fact.organisation.slug,
            name=fact.name,
            period=fact.period,
            date_from=fact.date_from,
            value=fact.value,
            op=fact.op.value,
            evidence=fact.evidence.value if fact.evidence else None,
            source=fact.source,
            known_from=fact.known_from,
            synthetic=fact.synthetic,
        )


class RoleTold(Told):
    """What a person does in an organisation."""

    organisation: Ref
    title: str = Field(examples=["founder"])
    since: str = Field("", examples=["2020"])
    until: str = Field("", examples=[""])


class PersonTold(Named):
    """Somebody who matters in the district, and where they work."""

    roles: list[RoleTold]

    @classmethod
    def of(cls, person: Person) -> "PersonTold":
        """The person, with roles and their organisations at hand."""
        roles = [
            RoleTold(
                organisation=Ref(id=role.organisation.slug, name=role.organisation.name),
                title=role.title,
                since=role.since,
                until=role.until,
            )
            for role in sorted(person.roles.all(), key=lambda role: role.pk)
        ]
        return cls(**_named(person), roles=roles)


class PlaceTold(Named):
    """A place in the tree of places; coordinates are WGS 84 degrees."""

    kind: str = Field(examples=["circle"])
    parent: Ref | None = None
    lat: str | None = Field(None, examples=["30.2630000"])
    lon: str | None = Field(None, examples=["120.1280000"])

    @classmethod
    def of(cls, place: Place) -> "PlaceTold":
        """The place, with its parent at hand."""
        return cls(
            **_named(place),
            kind=place.kind,
            parent=ref(place.parent),
            lat=None if place.lat is None else str(place.lat),
            lon=None if place.lon is None else str(place.lon),
        )


class ResultTold(Sourced):
    """A research result with the readiness level it has reached."""

    id: str = Field(examples=["r-sonar"])
    title: str = Field(examples=["Sonar imaging"])
    text: str = Field(examples=["A method of imaging under water"])
    field: Ref
    trl: int | None = Field(None, examples=[6])
    organisation: Ref | None = None
    circle: Ref | None = None
    keywords: list[str] = Field(examples=[["sonar"]])

    @classmethod
    def of(cls, result: Result) -> "ResultTold":
        """The result, with field, organisation and circle at hand."""
        return cls(
            **_sourced(result),
            id=result.slug,
            title=result.title,
            text=result.text,
            field=Ref(id=result.field.slug, name=result.field.name),
            trl=result.trl,
            organisation=ref(result.organisation),
            circle=ref(result.circle),
            keywords=[str(word) for word in result.keywords],
        )


class NeedTold(Sourced):
    """A technology need; budget and deadline are null for whoever may not see them."""

    id: str = Field(examples=["n-sonar"])
    title: str = Field(examples=["Sonar signals"])
    text: str = Field(examples=["Processing of signals in shallow water"])
    field: Ref
    trl_wanted: int | None = Field(None, examples=[5])
    organisation: Ref | None = None
    keywords: list[str] = Field(examples=[["sonar"]])
    budget: Money | None = None
    deadline: dt.date | None = Field(None, examples=["2026-12-31"])

    @classmethod
    def of(cls, need: Need) -> "NeedTold":
        """The need as `confidential.visible` gave it, with field and organisation at hand."""
        return cls(
            **_sourced(need),
            id=need.slug,
            title=need.title,
            text=need.text,
            field=Ref(id=need.field.slug, name=need.field.name),
            trl_wanted=need.trl_wanted,
            organisation=ref(need.organisation),
            keywords=[str(word) for word in need.keywords],
            budget=None if need.budget is None else Money.of(Yuan(need.budget)),
            deadline=need.deadline,
        )


class MechanismTold(Named):
    """A mechanism, frame or recognition of the district."""

    kind: str = Field(examples=["frame"])
    does: str = Field(examples=["connects universities and companies"])
    tags: list[str] = Field(examples=[["ai"]])

    @classmethod
    def of(cls, mechanism: Mechanism) -> "MechanismTold":
        """The mechanism, with its tags at hand."""
        tags = [tag.slug for tag in mechanism.tags.all()]
        return cls(**_named(mechanism), kind=mechanism.kind, does=mechanism.does, tags=tags)


class PublishedTold(Named):
    """A published figure, or one derived from others, with the words of its source."""

    figure: FigureTold
    as_of: str = Field("", examples=["2024"])
    quote: str = Field("", examples=["nearly a thousand companies"])
    rank: str = Field("", examples=[""])
    topic: str = Field("", examples=["company"])
    mechanism: Ref | None = None
    derived: bool = Field(examples=[False])
    how: str = Field("", examples=[""])
    caution: str = Field("", examples=[""])

    @classmethod
    def of(cls, record: PublishedFigure) -> "PublishedTold":
        """The figure, with its mechanism at hand."""
        return cls(
            **_named(record),
            figure=FigureTold.of(record.figure, page_language()),
            as_of=record.as_of,
            quote=record.quote,
            rank=record.rank,
            topic=record.topic,
            mechanism=ref(record.mechanism),
            derived=record.derived,
            how=record.how,
            caution=record.caution,
        )


class IndustryTold(Told):
    """A class of the classification of industries."""

    id: str = Field(examples=["I65"])
    name: str = Field(examples=["Software and IT services"])
    name_en: str = Field("", examples=["Software and IT services"])
    level: str = Field(examples=["division"])
    parent: str | None = Field(None, examples=["I"])
    scheme: str = Field("", examples=["GB/T 4754-2017"])
    source: str = Field("", examples=["National statistics"])
    status: str = Field(examples=["verified_text"])

    @classmethod
    def of(cls, industry: Industry) -> "IndustryTold":
        """The class, with its parent at hand."""
        return cls(
            id=industry.code,
            name=industry.name,
            name_en=industry.name_en,
            level=industry.level,
            parent=industry.parent.code if industry.parent else None,
            scheme=industry.scheme,
            source=industry.source,
            status=industry.status.value,
        )


class DefinitionTold(Told):
    """A fact that rules may ask for."""

    id: str = Field(examples=["revenue"])
    labels: dict[str, str] = Field(examples=[{"zh": "revenue"}])
    type: str = Field(examples=["money"])
    per: str = Field(examples=["year"])
    unit: str = Field("", examples=["yuan"])
    aliases: list[str] = Field(examples=[["turnover"]])
    choices: list[str] = Field(examples=[[]])
    definition: str = Field("", examples=["revenue of the main business in the year"])
    source: str = Field("", examples=["statistical rules"])
    status: str = Field(examples=["verified_text"])

    @classmethod
    def of(cls, entry: FactDefinition) -> "DefinitionTold":
        """The entry of the dictionary."""
        return cls(
            id=entry.name,
            labels={str(name): str(text) for name, text in entry.labels.items()},
            type=entry.type,
            per=entry.per,
            unit=entry.unit,
            aliases=[str(name) for name in entry.aliases],
            choices=[str(choice) for choice in entry.choices],
            definition=entry.definition,
            source=entry.source,
            status=entry.status.value,
        )


class Organisations(PageTold):
    """A page of organisations."""

    items: list[OrganisationTold]


class Facts(PageTold):
    """A page of facts."""

    items: list[FactTold]


class People(PageTold):
    """A page of people."""

    items: list[PersonTold]


class Places(PageTold):
    """A page of places."""

    items: list[PlaceTold]


class Results(PageTold):
    """A page of results."""

    items: list[ResultTold]


class Needs(PageTold):
    """A page of needs."""

    items: list[NeedTold]


class Mechanisms(PageTold):
    """A page of mechanisms."""

    items: list[MechanismTold]


class Figures(PageTold):
    """A page of published figures."""

    items: list[PublishedTold]


class Industries(PageTold):
    """A page of the classification."""

    items: list[IndustryTold]


class Definitions(PageTold):
    """A page of the dictionary of facts."""

    items: list[DefinitionTold]
