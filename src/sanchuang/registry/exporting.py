"""Files out: every record of a kind under heads that an import understands, so that a file goes out and comes in again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from sanchuang.core import audit, confidential
from sanchuang.core.export import Sheet
from sanchuang.core.language import page_language
from sanchuang.core.models import User
from sanchuang.engines.rules.dictionary import FactSpec, FactType
from sanchuang.registry.coding import decode
from sanchuang.registry.definitions import definitions
from sanchuang.registry.imports.kinds import KINDS
from sanchuang.registry.models import Fact, Import, Need, Organisation, OrganisationName, PersonRole, Result
from sanchuang.values import Op, Yuan, number_text, rate_text

Use = OrganisationName.Kind
CHUNK = 1000


@dataclass(frozen=True)
class Export:
    """How one kind is written: the records that somebody may see, and the cells of one by the import's targets."""

    records: Callable[[User], QuerySet[Any]]
    cells: Callable[[Any], dict[str, Any]]


def _organisation(record: Organisation) -> dict[str, Any]:
    names: dict[str, list[str]] = {}
    for name in record.names.all():
        names.setdefault(name.kind, []).append(name.name)
    return {
        "name": record.name,
        "code": record.code,
        "former": "；".join(names.get(Use.FORMER, ())),
        "short": "；".join(names.get(Use.SHORT, ())),
        "name_en": record.name_en,
        "name_hant": record.name_hant,
        "kind": record.get_kind_display(),
        "industry": record.industry.code if record.industry else "",
        "address": record.address,
        "place": record.place.slug if record.place else "",
        "circle": record.circle.slug if record.circle else "",
        "note": record.note,
        "slug": record.slug,
    }


def _person(role: PersonRole) -> dict[str, Any]:
    return {
        "name": role.person.name,
        "name_en": role.person.name_en,
        "name_hant": role.person.name_hant,
        "organisation": role.organisation.code or role.organisation.slug,
        "title": role.title,
        "since": role.since,
        "until": role.until,
        "note": role.person.note,
        "slug": role.person.slug,
    }


def _fact(fact: Fact) -> dict[str, Any]:
    spec = definitions().dictionary.specs.get(fact.name)
    return {
        "organisation": fact.organisation.code or fact.organisation.slug,
        "fact": spec.label(page_language()) if spec else fact.name,
        "value": fact_cell(fact, spec),
        "unit": "",
        "period": fact.period,
        "date_from": fact.date_from,
        "evidence": fact.evidence.label(page_language()) if fact.evidence else "",
        "source": fact.source,
    }


def fact_cell(fact: Fact, spec: FactSpec | None) -> str:
    """A fact's value as an import reads it: exact, with its unit and the sign of its operator."""
    if spec is None:
        return str(fact.value)
    value = decode(fact.value, spec.type)
    match value:
        case bool():
            shown = _("yes") if value else _("no")
        case Yuan():
            shown = value.exact()
        case Fraction() if spec.type is FactType.RATE:
            shown = rate_text(value)
        case Fraction():
            shown = number_text(value)
        case dt.date():
            shown = value.isoformat()
        case _other:
            shown = str(value)
    return shown if fact.op in (Op.EXACT, Op.WORDS) else f"{fact.op.value}{shown}"


def _text(record: Result | Need) -> dict[str, Any]:
    organisation = record.organisation
    return {
        "title": record.title,
        "text": record.text,
        "field": record.field.name,
        "organisation": (organisation.code or organisation.slug) if organisation else "",
        "keywords": "；".join(record.keywords),
        "note": record.note,
        "slug": record.slug,
    }


def _result(record: Result) -> dict[str, Any]:
    return _text(record) | {"trl": record.trl, "circle": record.circle.slug if record.circle else ""}


def _need(record: Need) -> dict[str, Any]:
    return _text(record) | {
        "trl_wanted": record.trl_wanted,
        "budget": "" if record.budget is None else Yuan(record.budget).exact(),
        "deadline": record.deadline,
    }


EXPORTS: dict[str, Export] = {
    Import.Kind.ORGANISATIONS.value: Export(
        lambda user: (
            Organisation.objects.select_related("industry", "place", "circle")
            .prefetch_related("names")
            .order_by("slug")
        ),
        _organisation,
    ),
    Import.Kind.PEOPLE.value: Export(
        lambda user: PersonRole.objects.select_related("person", "organisation").order_by(
            "person__slug", "pk"
        ),
        _person,
    ),
    Import.Kind.FACTS.value: Export(
        lambda user: confidential.visible(
            user,
            Fact.objects.select_related("organisation").order_by(
                "organisation__slug", "name", "period", "pk"
            ),
        ),
        _fact,
    ),
    Import.Kind.RESULTS.value: Export(
        lambda user: Result.objects.select_related("field", "organisation", "circle").order_by("slug"),
        _result,
    ),
    Import.Kind.NEEDS.value: Export(
        lambda user: confidential.visible(
            user,
            Need.objects.select_related("field", "organisation", "organisation__circle").order_by("slug"),
        ),
        _need,
    ),
}


def sheet(kind: str, user: User, *, empty: bool = False) -> Sheet:
    """Every record of `kind` that `user` may see; `empty`: the heads alone, to be filled in. Raises `KeyError`."""
    export = EXPORTS[kind]
    targets = KINDS[kind].targets()

    def rows() -> Iterator[Sequence[Any]]:
        found = export.records(user).none() if empty else export.records(user)
        for record in found.iterator(chunk_size=CHUNK):
            cells = export.cells(record)
            yield [cells.get(target.key, "") for target in targets]

    about = [(_("Written"), timezone.localtime().strftime("%Y-%m-%d %H:%M"))]
    return Sheet(str(Import.Kind(kind).label), [str(target.label) for target in targets], rows(), about)


def note_reading(kind: str, user: User, where: str) -> None:
    """The row of the trail for the confidential records that an export hands out at `where`."""
    records = EXPORTS[kind].records(user)
    hidden = confidential.of(records.model)
    if hidden is not None and hidden.verb:
        count = records.filter(hidden.rows(user)).count()
        audit.reading_list(by=user, what=hidden.verb, count=count, where=where)
