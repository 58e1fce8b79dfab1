"""Facts of organisations as the rules engine reads them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from django.db.models import Case, F, IntegerField, Q, Value, When

from sanchuang.engines.rules.dictionary import FactType, FactValue
from sanchuang.registry.coding import Json, decode
from sanchuang.registry.definitions import definitions
from sanchuang.registry.models import Fact, Industry, Organisation
from sanchuang.values import Evidence, Op, Period

_AT_ONCE = 10_000  # organisations in one query; SQLite takes 32,766 parameters


# The rank of a stored grade; no grade ranks lowest.
_GRADE = Case(
    *(When(evidence=grade, then=Value(grade.rank + 1)) for grade in Evidence),
    default=Value(0),
    output_field=IntegerField(),
)


@lru_cache(maxsize=1024)
def _text(period: Period) -> str:
    return str(period)


class _Row(NamedTuple):
    value: Json
    source: str
    evidence: Evidence | None
    op: Op
    synthetic: bool


@dataclass
class OrganisationFacts:
    """The facts of one organisation as of a day: the `Facts` of the rules engine.

    A fact per year is found under exactly that year; a static fact has its newest value on that day.
    """

    types: Mapping[str, FactType]
    rows: dict[tuple[str, str], _Row] = field(default_factory=dict)

    def get(self, name: str, period: Period | None) -> FactValue | None:
        """The value for `period` (None for a static fact), or None when it is not known."""
        row = self.rows.get((name, "" if period is None else _text(period)))
        return None if row is None else self._value(name, period, row)

    def known(self) -> Iterator[tuple[str, FactValue]]:
        """Every fact known, by name and then period."""
        for name, text in sorted(self.rows):
            if name in self.types:
                period = Period.parse(text) if text else None
                yield name, self._value(name, period, self.rows[name, text])

    def _value(self, name: str, period: Period | None, row: _Row) -> FactValue:
        return FactValue(
            value=decode(row.value, self.types[name]),
            period=period,
            source=row.source,
            evidence=row.evidence,
            op=row.op,
            synthetic=row.synthetic,
        )


def company_facts(
    organisations: Iterable[Organisation], on: dt.date, *, known: dt.date | None = None
) -> dict[Any, OrganisationFacts]:
    """The facts of each organisation (by primary key) as they stood on `on`.

    A figure of a year counts from the year's first day, so that rules can ask for this year's so far; those of later
    years are left out. `known` leaves out what became known here after that day; by default everything known now
    counts, also of years long past. Of several values for one period, or from one day on, the best graded
    counts, and of equal grades the one that became known last. Facts that the dictionary takes from the
    classification come from the organisation itself. Takes one query for each ten thousand organisations
    and three beside.
    """
    organisations = list(organisations)
    entries = definitions()
    types = {name: spec.type for name, spec in entries.dictionary.specs.items()}
    found = {organisation.pk: OrganisationFacts(types) for organisation in organisations}
    industries = dict(Industry.objects.values_list("pk", "code")) if entries.from_classification else {}
    for organisation in organisations:
        if organisation.industry_id is not None:
            code = industries.get(organisation.industry_id, "")
            row = _Row(code, organisation.source, None, Op.EXACT, organisation.synthetic)
            found[organisation.pk].rows |= {(name, ""): row for name in entries.from_classification}
    begun = {"": True}  # few periods, many rows
    counts = Q(date_from__isnull=True) | Q(date_from__lte=on)
    if known is not None:
        counts &= Q(known_from__isnull=True) | Q(known_from__lte=known)
    for start in range(0, len(organisations), _AT_ONCE):
        pks = [organisation.pk for organisation in organisations[start : start + _AT_ONCE]]
        rows = (
            Fact.objects.filter(counts, organisation__in=pks)
            # Later rows replace earlier ones: the newest value, of it the best graded, then the one learnt last.
            .order_by(
                F("date_from").asc(nulls_first=True), _GRADE.asc(), F("known_from").asc(nulls_first=True)
            )
            .values_list(
                "organisation_id", "name", "period", "value", "source", "evidence", "op", "synthetic"
            )
        )
        for pk, name, period, *rest in rows.iterator():
            if period not in begun:
                begun[period] = Period.parse(period).first <= on
            if begun[period]:
                found[pk].rows[name, period] = _Row(*rest)
    return found
