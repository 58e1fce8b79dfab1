"""Everything that changes the registry by hand. Packs go through `packing`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from sanchuang.core.errors import Unfit, near
from sanchuang.core.models import PackLoad, User
from sanchuang.core.pack.tables import parse_cell
from sanchuang.core.permissions import require
from sanchuang.engines.rules.dictionary import FactSpec, FactType, Per, Scalar
from sanchuang.registry.codes import check_code
from sanchuang.registry.coding import encode
from sanchuang.registry.definitions import dictionary
from sanchuang.registry.models import Fact, Industry, Organisation, OrganisationName, Place
from sanchuang.registry.names import search_key
from sanchuang.values import Evidence, Kind, Malformed, Op, Period, Verification

Use = OrganisationName.Kind


def code_scheme() -> str:
    """The scheme of registration codes of the loaded pack; "none" before a pack is loaded."""
    load = PackLoad.objects.first()
    return str(load.about["code_scheme"]) if load else "none"


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
    current = organisation.names.filter(kind=Use.CURRENT)
    organisation.names.filter(kind=Use.FORMER, name=organisation.name).delete()
    current.update(kind=Use.FORMER, until=on.isoformat())
    organisation.names.filter(kind=Use.FORMER, name=name).delete()
    organisation.names.create(name=name, kind=Use.CURRENT, key=search_key(name))
    organisation.name = name
    organisation.save(update_fields=["name"])


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

    `name` is the fact's identifier or label, `value` a typed value or the text of one ("300万元", "12%", "是").
    A fact per year needs its `period`, a static one may say since when (`date_from`). A second value on the
    same day replaces the first. Raises `Refused`, `Unfit` for an unknown fact, `Malformed` for a value or
    period that does not fit it.
    """
    require(by, "registry.record_fact", organisation)
    spec = dictionary().find(name)
    if spec is None:
        similar = near(name, dictionary().names())
        raise Unfit(
            f"事实字典里没有“{name}”", "相近的：" + "、".join(similar) if similar else "先把它写进区包"
        )
    if not source.strip():
        raise Malformed("事实要有出处", "写明凭什么材料")
    if spec.per is Per.YEAR and (period is None or period.kind is not Kind.YEAR):
        raise Malformed(f"“{spec.label()}”按年登记，而给的期间是“{period or '空'}”", "写一个年份，例如 2024")
    if spec.per is Per.STATIC and period is not None:
        raise Malformed(f"“{spec.label()}”不按期间登记", "改写自何日起（date_from），或不写")
    if isinstance(value, str):
        op, value = _read(spec, value, op)
    try:
        stored = encode(value, spec.type)
    except TypeError as error:
        raise Malformed(
            f"“{spec.label()}”的值 {value!r} 类型不对", f"这一项的类型是 {spec.type.value}"
        ) from error
    fact, _ = Fact.objects.update_or_create(
        organisation=organisation,
        name=spec.name,
        period="" if period is None else str(period),
        date_from=date_from if spec.per is Per.STATIC else None,
        known_from=timezone.localdate(),
        defaults={"value": stored, "op": op, "evidence": evidence, "source": source.strip()},
    )
    return fact


def _read(spec: FactSpec, text: str, op: Op) -> tuple[Op, Scalar]:
    text = text.strip()
    if not text:
        raise Malformed(f"“{spec.label()}”的值为空", "不知道就不登记；未知不等于零")
    read, value = parse_cell(spec, text)
    if spec.type in (FactType.TEXT, FactType.CHOICE) or read is Op.EXACT:
        return op, value
    return read, value
