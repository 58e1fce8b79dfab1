"""Everything that changes the registry by hand. Packs go through `packing`.

What is changed here is marked as the district's own (`pack` empty, or the column named in `changed_here`), so that
the next load of a pack leaves it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from sanchuang.core import audit, search
from sanchuang.core.errors import Unfit, near
from sanchuang.core.language import listed, page_language
from sanchuang.core.models import User
from sanchuang.core.permissions import authorise
from sanchuang.engines.rules.dictionary import FactSpec, Per, Scalar
from sanchuang.registry import merging
from sanchuang.registry.codes import check_code
from sanchuang.registry.coding import Json, encode
from sanchuang.registry.definitions import code_scheme, definitions
from sanchuang.registry.models import Fact, Industry, Organisation, OrganisationName, Place
from sanchuang.registry.names import search_key
from sanchuang.registry.queries.find import called
from sanchuang.registry.reading import read_value
from sanchuang.values import Evidence, Kind, Malformed, Op, Period, Verification

Use = OrganisationName.Kind
MOST_NAME = 200  # characters


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
    why: str = "",
) -> Organisation:
    """Register an organisation with its names.

    Raises `Refused`; `Malformed` for an empty name or source, an unknown kind, a wrong code, a circle that is
    none, or an identifier or code that another organisation has.
    """
    draft = Organisation(slug=slug, name=name.strip() or slug, circle=circle)
    authorise(by, "registry.change_organisation", draft)
    if not name.strip() or not source.strip():
        raise Malformed(
            _("An organisation needs a name and a source"), _("Give its name, and say where it is known from")
        )
    if kind not in Organisation.Kind.values:
        raise Malformed(
            _("There are no organisations of the kind “%(kind)s”") % {"kind": kind},
            _("Kinds: %(kinds)s") % {"kinds": listed(Organisation.Kind.values)},
        )
    if circle is not None and circle.kind != Place.Kind.CIRCLE:
        raise Malformed(
            _("“%(place)s” is no innovation circle") % {"place": circle},
            _("Choose a place that is an innovation circle, or none"),
        )
    code = check_code(code, code_scheme()) if code else None
    for taken, message in (
        (Organisation.every.filter(slug=slug), _("The identifier belongs to “%(other)s” already")),
        (_bearing(code), _("The code belongs to “%(other)s” already")),
    ):
        if other := taken.first():
            raise Malformed(message % {"other": other}, _("See whether it is the same organisation"))
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
    audit.created(organisation, by=by, verb="registry.create_organisation", why=why)
    return organisation


def _bearing(code: str | None) -> QuerySet[Organisation]:
    found = Organisation.every.all()
    return found.filter(code=code) if code else found.none()


@transaction.atomic
def merge_organisations(
    *,
    by: User,
    kept: Organisation,
    merged: Organisation,
    why: str,
    seen: tuple[str, str] | None = None,
    force_codes: bool = False,
) -> Organisation:
    """Make `merged` a part of `kept`, for they are one organisation; gives the survivor. It cannot be undone.

    Names, facts and all that the parts of `registry.merging` name go over. The merged one stays as a row with its own
    history, and is found by nobody: its address leads to the survivor. `seen` are the versions of `kept` and `merged`
    with which the form began; raises `Conflict` when one is another by now. Raises `Refused`; `Malformed` without a
    reason, for one that was merged before, an invented with a real one, and two with different codes unless
    `force_codes`: the merged one's code then finds the survivor too.
    """
    authorise(by, "registry.merge_organisations", kept)
    if not why.strip():
        raise Malformed(_("A merger needs its reason"), _("Say from what it is known that the two are one"))
    versions = dict(zip((kept.pk, merged.pk), seen or (None, None), strict=True))
    # In the order of their keys, so that two who merge the same at once do not wait for each other.
    held = {each.pk: audit.locked(each, seen=versions[each.pk]) for each in sorted((kept, merged), key=_key)}
    kept, merged = held[kept.pk], held[merged.pk]
    merging.check(kept, merged, force_codes=force_codes)
    before = {each.pk: audit.snapshot(each) for each in (kept, merged)}
    taken = merging.filled(kept, merged)
    if "code" in taken:
        merged.code = None
    merged.merged_into, merged.merged_on = kept, timezone.localdate()
    merged.save(update_fields=["code", "merged_into", "merged_on"])
    set_own(kept, **taken)
    merger = merging.Merger(kept, merged, by, why)
    moved = {part.key: part.move(merger) for part in merging.parts()}
    search.changed()
    verb = "registry.merge_organisations"
    for each, more in (
        (merged, {}),
        (kept, {"merged": called(merged), **{k: n for k, n in moved.items() if n}}),
    ):
        was, now = before[each.pk], audit.snapshot(each)
        changed = [name for name in now if was[name] != now[name]]
        audit.note(
            by=by,
            verb=verb,
            record=each,
            before={name: was[name] for name in changed} | dict.fromkeys(more),
            after={name: now[name] for name in changed} | more,
            why=why,
        )
    return kept


def _key(organisation: Organisation) -> int:
    return organisation.pk


@transaction.atomic
def rename_organisation(
    *, by: User, organisation: Organisation, name: str, on: dt.date, why: str = "", seen: str | None = None
) -> None:
    """Give a new current name; the old one becomes a former name that ended on `on`.

    `seen` is the version of the record that the form began with; raises `Conflict` when it is another by now. Raises
    `Refused`; `Malformed` for an empty name, the one it has, or a day to come.
    """
    authorise(by, "registry.change_organisation", organisation)
    name = name.strip()
    if not name or name == organisation.name:
        raise Malformed(_("The new name is empty, or the one it has"), _("Write the new full name"))
    if len(name) > MOST_NAME:
        raise Malformed(
            _("The name is longer than %(most)s characters") % {"most": MOST_NAME},
            _("Write the full name only"),
        )
    if on > timezone.localdate():
        raise Malformed(_("The day of renaming has not come yet"), _("Rename it when the day has come"))
    with audit.change(organisation, by=by, verb="registry.rename_organisation", why=why, seen=seen):
        take_name(organisation, name, on)
        set_own(organisation, name=name)


def take_name(organisation: Organisation, name: str, on: dt.date) -> None:
    """Let `name` be the current one of its names, and the one so far a former name until `on`.

    A part of an act, which sets the column and writes the row of the trail.
    """
    organisation.names.filter(kind=Use.FORMER, name__in=(organisation.name, name)).delete()
    organisation.names.filter(kind=Use.CURRENT).update(kind=Use.FORMER, until=on.isoformat(), pack="")
    organisation.names.create(name=name, kind=Use.CURRENT, key=search_key(name))


@transaction.atomic
def change_organisation(
    *,
    by: User,
    organisation: Organisation,
    industry: Industry | None,
    address: str,
    name_en: str,
    note: str,
    why: str,
    seen: str | None = None,
) -> None:
    """Change what the district itself keeps about an organisation; a load of its pack leaves these fields from now on.

    `seen` is the version of the record that the form began with; raises `Conflict` when it is another by now. Raises
    `Refused`, `Malformed` without a reason.
    """
    authorise(by, "registry.change_organisation", organisation)
    if not why.strip():
        raise Malformed(_("A change needs its reason"), _("Say from what it is known"))
    said = {
        "industry": industry,
        "address": address.strip(),
        "name_en": name_en.strip(),
        "note": note.strip(),
    }
    with audit.change(organisation, by=by, verb="registry.change_organisation", why=why, seen=seen):
        organisation.refresh_from_db()
        changed = {name: value for name, value in said.items() if getattr(organisation, name) != value}
        if changed:
            set_own(organisation, **changed)


@transaction.atomic
def classify_organisation(*, by: User, organisation: Organisation, industry: Industry | None) -> None:
    """Give the organisation its place in the classification of industries; None: not known."""
    authorise(by, "registry.change_organisation", organisation)
    with audit.change(organisation, by=by, verb="registry.classify_organisation"):
        set_own(organisation, industry=industry)


def set_own(organisation: Organisation, **values: Any) -> None:
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
    A fact per year or quarter needs its `period`, a static one may say since when (`date_from`). A second value of the same
    grade on the same day replaces the first; a value of another grade stands beside it, and the better grade
    counts. Who may only claim (a company's member) records `CLAIMED`. Raises `Refused`, `Unfit` for an unknown
    fact, `Malformed` for a value or period that does not fit it, a fact that comes from the classification, or a
    day or year that has not come yet.
    """
    authorise(by, "registry.record_fact", organisation)
    if evidence is not Evidence.CLAIMED:
        authorise(by, "registry.grade_fact", organisation)
    today = timezone.localdate()
    checked = checked_fact(name, value, source=source, period=period, op=op, today=today)
    spec = checked.spec
    same = {
        "organisation": organisation,
        "name": spec.name,
        "period": "" if period is None else str(period),
        "date_from": date_from if spec.per is Per.STATIC else None,
        "known_from": today,
        "evidence": evidence,
        "pack": "",
    }
    given = {"value": checked.stored, "op": checked.op, "source": source.strip()}
    fact = Fact.objects.filter(**same).first()
    if fact is None:
        fact = Fact.objects.create(**same, **given)
        audit.created(fact, by=by, verb="registry.record_fact")
        return fact
    with audit.change(fact, by=by, verb="registry.record_fact"):
        for name, value_ in given.items():
            setattr(fact, name, value_)
        fact.save(update_fields=list(given))
    return fact


@dataclass(frozen=True)
class CheckedFact:
    """A value fit to be recorded: of which fact, as it is kept, with its operator."""

    spec: FactSpec
    stored: Json
    op: Op


def fact_called(name: str) -> FactSpec:
    """The fact with this identifier, label or alias; raises `Unfit` where the dictionary has none."""
    entries = definitions().dictionary
    spec = entries.find(name)
    if spec is None:
        similar = near(name, entries.names())
        raise Unfit(
            _("The dictionary of facts has no “%(name)s”") % {"name": name},
            _("Facts like it: %(names)s") % {"names": listed(similar)}
            if similar
            else _("Write it into the pack first"),
        )
    return spec


def checked_fact(
    name: str, value: str | Scalar, *, source: str, period: Period | None, op: Op, today: dt.date
) -> CheckedFact:
    """What every way of recording a fact asks of it. Raises as `record_fact` does."""
    spec = fact_called(name)
    said = {"fact": spec.label(page_language()), "value": value}
    if spec.name in definitions().from_classification:
        raise Malformed(
            _("“%(fact)s” follows from the industry of the organisation") % said,
            _("Change the industry of the organisation; this fact changes with it"),
        )
    if not source.strip():
        raise Malformed(_("A fact needs a source"), _("Say from what material it is known"))
    _check_period(spec, period, today)
    if isinstance(value, str):
        op, value = read_value(spec, value, op)
    spec.check_sign(value)
    try:
        stored = encode(value, spec.type)
    except TypeError as error:
        raise Malformed(
            _("The value %(value)r of “%(fact)s” is of the wrong type") % (said | {"value": value}),
            _("This fact is of the type %(type)s") % {"type": spec.type.value},
        ) from error
    if isinstance(value, dt.date) and value > today:
        raise Malformed(
            _("“%(fact)s” is %(value)s, a day that has not come yet") % (said | {"value": value}),
            _("Check the year, or record it when the day has come"),
        )
    return CheckedFact(spec, stored, op)


def _check_period(spec: FactSpec, period: Period | None, today: dt.date) -> None:
    said = {"fact": spec.label(page_language()), "period": period or "–"}
    if spec.per is Per.STATIC:
        if period is not None:
            raise Malformed(
                _("“%(fact)s” is not recorded by period") % said,
                _("Say from which day it holds (date_from), or nothing"),
            )
        return
    if spec.per is Per.QUARTER:
        if period is None or period.kind is not Kind.QUARTER:
            raise Malformed(
                _("“%(fact)s” is recorded by quarter, and the period “%(period)s” was given") % said,
                _("Write a quarter, such as 2024Q3"),
            )
    elif period is None or period.kind is not Kind.YEAR:
        raise Malformed(
            _("“%(fact)s” is recorded by year, and the period “%(period)s” was given") % said,
            _("Write a year, such as 2024"),
        )
    if period.first > today:
        raise Malformed(
            _("“%(fact)s” cannot be known yet: %(period)s has not begun") % said, _("Check the year")
        )
