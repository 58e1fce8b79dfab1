"""Everything that changes the registry by hand. Packs go through `packing`.

What is changed here is marked as the district's own (`pack` empty, or the column named in `changed_here`), so that
the next load of a pack leaves it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from sanchuang.core.errors import Unfit, near
from sanchuang.core.models import User
from sanchuang.core.permissions import require
from sanchuang.engines.rules.dictionary import FactSpec, Per, Scalar
from sanchuang.registry.codes import check_code
from sanchuang.registry.coding import encode
from sanchuang.registry.definitions import code_scheme, definitions
from sanchuang.registry.models import Fact, Industry, Organisation, OrganisationName, Place
from sanchuang.registry.names import search_key
from sanchuang.registry.reading import read_value
from sanchuang.values import Evidence, Kind, Malformed, Op, Period, Verification

Use = OrganisationName.Kind


@transaction.atomic
def create_organisation(
    *,
    by: User,
    slug: str,
    kind: str,
    name: str,
    source: str,
    code: str | None = None,
    name_hant: str = "",
    name_en: str = "",
    short_names: Iterable[str] = (),
    former_names: Iterable[str] = (),
    industry: Industry | None = None,
    place: Place | None = None,
    circle: Place | None = None,
    address: str = "",
) -> Organisation:
    """Register an organisation with its names.

    Raises `Refused`; `Malformed` for an empty name or source, an unknown kind, a wrong code, a circle that is
    none, or an identifier or code that another organisation has.
    """
    require(by, "registry.change_organisation")
    if not name.strip() or not source.strip():
        raise Malformed("机构要有名称和出处", "补上名称，并写明从哪里得知")
    if kind not in Organisation.Kind.values:
        raise Malformed(f"没有“{kind}”这类机构", "可用：" + "、".join(Organisation.Kind.values))
    if circle is not None and circle.kind != Place.Kind.CIRCLE:
        raise Malformed(f"“{circle}”不是创新圈", "选一个类别为创新圈的地点，或不填")
    code = check_code(code, code_scheme()) if code else None
    for taken, what in ((Organisation.objects.filter(slug=slug), "标识"), (_bearing(code), "代码")):
        if other := taken.first():
            raise Malformed(f"{what}已属于“{other}”", "查一查是不是同一家机构")
    organisation = Organisation.objects.create(
        slug=slug,
        kind=kind,
        name=name.strip(),
        name_hant=name_hant,
        name_en=name_en,
        code=code,
        industry=industry,
        place=place,
        circle=circle,
        address=address,
        source=source.strip(),
        status=Verification.UNVERIFIED,
    )
    names = [(organisation.name, Use.CURRENT), (name_hant, Use.SCRIPT), (name_en, Use.ENGLISH)]
    names += [(short, Use.SHORT) for short in short_names] + [(old, Use.FORMER) for old in former_names]
    OrganisationName.objects.bulk_create(
        OrganisationName(organisation=organisation, name=text, kind=use, key=search_key(text))
        for text, use in names
        if text
    )
    return organisation


def _bearing(code: str | None) -> QuerySet[Organisation]:
    found = Organisation.objects.all()
    return found.filter(code=code) if code else found.none()


@transaction.atomic
def rename_organisation(*, by: User, organisation: Organisation, name: str, on: dt.date) -> None:
    """Give a new current name; the old one becomes a former name that ended on `on`."""
    require(by, "registry.change_organisation", organisation)
    name = name.strip()
    if not name or name == organisation.name:
        raise Malformed("新名称为空或与现名相同", "写新的全称")
    organisation.names.filter(kind=Use.FORMER, name__in=(organisation.name, name)).delete()
    organisation.names.filter(kind=Use.CURRENT).update(kind=Use.FORMER, until=on.isoformat(), pack="")
    organisation.names.create(name=name, kind=Use.CURRENT, key=search_key(name))
    _change(organisation, name=name)


@transaction.atomic
def classify_organisation(*, by: User, organisation: Organisation, industry: Industry | None) -> None:
    """Give the organisation its place in the classification of industries; None: not known."""
    require(by, "registry.change_organisation", organisation)
    _change(organisation, industry=industry)


def _change(organisation: Organisation, **values: Any) -> None:
    """Set fields of an organisation; of one that came from a pack they are the district's own from now on."""
    for field, value in values.items():
        setattr(organisation, field, value)
    if organisation.pack:
        columns = {organisation._meta.get_field(field).attname for field in values}
        organisation.changed_here = sorted({*organisation.changed_here, *columns})
    organisation.save(update_fields=[*values, "changed_here"])


@transaction.atomic
def record_fact(
    *,
    by: User,
    organisation: Organisation,
    name: str,
    value: str | Scalar,
    source: str,
    evidence: Evidence,
    period: Period | None = None,
    date_from: dt.date | None = None,
    op: Op = Op.EXACT,
) -> Fact:
    """Record what became known today of one fact; what was known before stays for replay.

    `name` is the fact's identifier or label, `value` a typed value or the text of one ("300万元", "50人", "是").
    A fact per year needs its `period`, a static one may say since when (`date_from`). A second value of the same
    grade on the same day replaces the first; a value of another grade stands beside it, and the better grade
    counts. Who may only claim (a company's member) records `CLAIMED`. Raises `Refused`, `Unfit` for an unknown
    fact, `Malformed` for a value or period that does not fit it, a fact that comes from the classification, or a
    day or year that has not come yet.
    """
    require(by, "registry.record_fact", organisation)
    if evidence is not Evidence.CLAIMED:
        require(by, "registry.grade_fact", organisation)
    entries = definitions()
    spec = entries.dictionary.find(name)
    if spec is None:
        similar = near(name, entries.dictionary.names())
        raise Unfit(
            f"事实字典里没有“{name}”", "相近的：" + "、".join(similar) if similar else "先把它写进区包"
        )
    if spec.name in entries.from_classification:
        raise Malformed(f"“{spec.label()}”取自机构的行业分类", "更改机构的行业，这一项随之改变")
    if not source.strip():
        raise Malformed("事实要有出处", "写明凭什么材料")
    today = timezone.localdate()
    _check_period(spec, period, today)
    if isinstance(value, str):
        op, value = read_value(spec, value, op)
    try:
        stored = encode(value, spec.type)
    except TypeError as error:
        raise Malformed(
            f"“{spec.label()}”的值 {value!r} 类型不对", f"这一项的类型是 {spec.type.value}"
        ) from error
    if isinstance(value, dt.date) and value > today:
        raise Malformed(f"“{spec.label()}”是 {value}，那一天还没有到", "核对年份；到了那一天再登记")
    fact, _ = Fact.objects.update_or_create(
        organisation=organisation,
        name=spec.name,
        period="" if period is None else str(period),
        date_from=date_from if spec.per is Per.STATIC else None,
        known_from=today,
        evidence=evidence,
        pack="",
        defaults={"value": stored, "op": op, "source": source.strip()},
    )
    return fact


def _check_period(spec: FactSpec, period: Period | None, today: dt.date) -> None:
    if spec.per is Per.STATIC:
        if period is not None:
            raise Malformed(f"“{spec.label()}”不按期间登记", "改写自何日起（date_from），或不写")
        return
    if period is None or period.kind is not Kind.YEAR:
        raise Malformed(f"“{spec.label()}”按年登记，而给的期间是“{period or '空'}”", "写一个年份，例如 2024")
    if period.first > today:
        raise Malformed(f"“{spec.label()}”是 {period} 年的，{period} 年还没有开始", "核对年份")
