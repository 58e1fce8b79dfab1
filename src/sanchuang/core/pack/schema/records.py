"""Who and what is in the district: places, organisations, people, results, needs, sign-ins."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from sanchuang.core.pack.schema.base import (
    AsOf,
    CircleRef,
    Deadline,
    ExactText,
    FieldRef,
    IndustryRef,
    Money,
    Names,
    OrganisationRef,
    Part,
    PlaceRef,
    Slug,
    SourceRef,
    Status,
    TagRef,
    Text,
)
from sanchuang.values import Malformed

PlaceKind = Literal["district", "circle", "park", "town", "street_block", "venue", "area", "outside"]
OrganisationKind = Literal[
    "university",
    "institute",
    "company",
    "fund",
    "park",
    "provider",
    "agency",
    "alliance",
    "venue",
]
UserRole = Literal[
    "officer",
    "scout",
    "member",
    "researcher",
    "fund_manager",
    "provider",
    "organiser",
    "editor",
    "auditor",
    "administrator",
    "public",
]
Trl = Annotated[int, Field(ge=1, le=9, strict=True)]


class Place(Part):
    """A place of the district, or one outside that its records name."""

    id: Slug
    kind: PlaceKind
    names: Names
    parent: PlaceRef | None = None
    lat: ExactText | None = None
    lon: ExactText | None = None
    source: SourceRef
    status: Status
    note: Text | None = None

    @model_validator(mode="after")
    def _both_coordinates(self) -> Self:
        if (self.lat is None) != (self.lon is None):
            raise Malformed("lat 和 lon 要同时给出", "补上另一个，或两个都删去")
        for value, limit, name in ((self.lat, 90, "lat"), (self.lon, 180, "lon")):
            try:
                inside = value is None or abs(float(value)) <= limit
            except ValueError:
                inside = False
            if not inside:
                raise Malformed(f"{name} “{value}”不是经纬度", f"写成 -{limit} 到 {limit} 之间的度数")
        return self


class FormerName(Part):
    """A name that an organisation bore; `until` is when it ended, if known."""

    name: Text
    until: AsOf = None


class Organisation(Part):
    """An organisation. A real one carries only what its source says; an invented one is `synthetic`."""

    id: Slug
    kind: OrganisationKind
    names: Names
    short_names: tuple[Text, ...] = ()
    former_names: tuple[FormerName, ...] = ()
    code: ExactText | None = None
    industry: IndustryRef | None = None
    address: Text | None = None
    place: PlaceRef | None = None
    circle: CircleRef | None = None
    tags: tuple[TagRef, ...] = ()
    synthetic: bool = False
    source: SourceRef
    status: Status
    note: Text | None = None


class Role(Part):
    """What a person is in an organisation, and since when if known."""

    organisation: OrganisationRef
    role: Text
    date_from: AsOf = Field(None, alias="from")


class Person(Part):
    """A person; a real one is named only as the source names them."""

    id: Slug
    names: Names
    roles: tuple[Role, ...] = ()
    synthetic: bool = False
    source: SourceRef
    status: Status
    note: Text | None = None


class Result(Part):
    """A research result (成果) looking for use. `trl` is the readiness level 1-9."""

    id: Slug
    title: Text
    text: Text
    field: FieldRef
    trl: Trl
    organisation: OrganisationRef | None = None
    keywords: tuple[Text, ...] = ()
    circle: CircleRef | None = None
    synthetic: bool


class Need(Part):
    """A firm's technology need (需求). `trl_wanted` is the least readiness that would serve.

    `deadline` is the last day of the period given.
    """

    id: Slug
    title: Text
    text: Text
    field: FieldRef
    trl_wanted: Trl
    organisation: OrganisationRef | None = None
    budget: Money | None = None
    deadline: Deadline | None = None
    keywords: tuple[Text, ...] = ()
    synthetic: bool


class User(Part):
    """A sign-in for the demonstration. The pack never holds a password."""

    username: Slug
    names: Names
    role: UserRole
    organisation: OrganisationRef | None = None
    circle: CircleRef | None = None
