"""`pack.yaml`: who the district is, the pack's own vocabularies, its sources and its files."""

from __future__ import annotations

import zoneinfo
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from sanchuang.core.pack.schema.base import (
    AsOf,
    Grade,
    InPack,
    LawKey,
    Names,
    Part,
    Slug,
    SourceRef,
    Status,
    Text,
)
from sanchuang.values import Malformed

SCHEMA_VERSION = 1

UnitKind = Literal["money", "count", "rate", "number", "rank", "year", "days", "workdays"]
ClockName = Annotated[Text, StringConstraints(pattern=r"^[a-z][a-z0-9_]*([.-][a-z0-9_]+)*$")]


def _timezone(value: str) -> str:
    if value not in zoneinfo.available_timezones():
        raise Malformed(f"没有时区“{value}”", "写成 IANA 名称，例如 Asia/Shanghai")
    return value


class Unit(Part):
    """A unit of measure; `id` is how figures and facts write it, `kind` what it measures."""

    id: Text
    kind: UnitKind
    names: Names


class Term(Part):
    """One entry of a vocabulary: a tag of an innovation, a field, a series of figures."""

    id: Slug
    names: Names
    note: Text | None = None


class Source(Part):
    """Where something was read. `date` is the day or period of publication, absent when not known."""

    id: Slug
    title: Text
    kind: Literal["report", "law", "standard", "statistics", "notes", "assumption", "sample"]
    cite_as: Text
    date: AsOf = None
    note: Text | None = None


class ClassificationFile(Part):
    """The classification of industries: a CSV with the columns code, level, parent, name_zh, name_en."""

    id: Slug
    title: Text
    file: InPack
    status: Status
    source: SourceRef


class CompanyFile(Part):
    """A CSV of organisations, one a row."""

    file: InPack
    source: SourceRef
    status: Status
    synthetic: bool


class FactFile(Part):
    """A CSV of facts: columns code and period, then one column a fact."""

    file: InPack
    source: SourceRef
    evidence: Grade
    synthetic: bool


class MapFile(Part):
    """A GeoJSON FeatureCollection of places of the pack: where they lie, by a source."""

    file: InPack
    source: SourceRef
    status: Status


class Files(Part):
    """The files that belong to the pack; a file that is not named here is not read."""

    places: InPack
    organisations: tuple[InPack, ...]
    facts: InPack
    people: InPack | None = None
    mechanisms: InPack | None = None
    figures: InPack | None = None
    checks: InPack | None = None
    law: InPack | None = None
    calendar: InPack | None = None
    users: InPack | None = None
    accounts: InPack | None = None
    postings: InPack | None = None
    companies: tuple[CompanyFile, ...] = ()
    company_facts: tuple[FactFile, ...] = ()
    results: tuple[InPack, ...] = ()
    needs: tuple[InPack, ...] = ()
    policies: InPack | None = None
    map: MapFile | None = None


class Manifest(Part):
    """The whole of `pack.yaml`. `clocks` names, for a kind of clock, the key of the law that gives its length."""

    id: Slug
    version: Annotated[Text, StringConstraints(pattern=r"^\d+(\.\d+)*$")]
    schema_version: Literal[1] = Field(alias="schema")
    names: Names
    country: Names
    province: Names | None = None
    city: Names | None = None
    district: Names
    language: Annotated[Text, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z]{2,8})*$")]
    currency: Annotated[Text, StringConstraints(pattern=r"^[A-Z]{3}$")]
    timezone: Annotated[Text, AfterValidator(_timezone)]
    code_scheme: Literal["gb32100-2015", "none"]
    classification: ClassificationFile
    units: tuple[Unit, ...]
    tags: tuple[Term, ...] = ()
    fields: tuple[Term, ...] = ()
    series: tuple[Term, ...] = ()
    sources: tuple[Source, ...]
    files: Files
    clocks: dict[ClockName, LawKey] = {}
    note: Text | None = None
