"""What goes over when one organisation turns out to be another: a register of parts, and the registry's own.

A room that keeps something about organisations registers a `Part` in its `AppConfig.ready`, so that
`actions.merge_organisations` finds it without knowing the room. What cannot be rewritten, such as the owner of an
account, is counted here and resolved through `Organisation.merged_into` where it is read.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from sanchuang.core import audit
from sanchuang.core.accounts import handing_over
from sanchuang.core.models import User
from sanchuang.engines.rules.dictionary import FactSpec, FactValue
from sanchuang.registry.definitions import dictionary
from sanchuang.registry.facts import company_facts
from sanchuang.registry.models import (
    Fact,
    MatchFeedback,
    Need,
    Organisation,
    OrganisationName,
    PersonRole,
    Result,
)
from sanchuang.values import Malformed, Period

CHUNK = 2000
Use = OrganisationName.Kind
# Columns that the survivor takes over where it has none of its own.
FILLED = ("code", "industry", "address", "place", "circle", "name_en", "name_local")


@dataclass(frozen=True)
class Merger:
    """That `merged` becomes part of `kept`: who says so and why."""

    kept: Organisation
    merged: Organisation
    by: User
    why: str


@dataclass(frozen=True)
class Part:
    """Something that is kept about organisations.

    `count` tells the page how much of it an organisation has; `move` brings it from the merged one to the survivor, in
    the action's transaction, and gives how much went over. `models` are the labels of the kinds of records that refer to
    organisations by a foreign key: no such kind may be without its part.
    """

    key: str
    label: str | Promise
    count: Callable[[Organisation], int]
    move: Callable[[Merger], int]
    models: tuple[str, ...] = ()
    order: int = 100


_parts: dict[str, Part] = {}


def register(part: Part) -> None:
    """Let `part` join every merger; registering the same key again replaces it."""
    _parts[part.key] = part
    audit.name_particulars(**{part.key: part.label})


def parts() -> list[Part]:
    """All parts in their order."""
    return sorted(_parts.values(), key=lambda part: (part.order, part.key))


def filled(kept: Organisation, merged: Organisation) -> dict[str, Any]:
    """The columns that `kept` takes over, with what it takes."""
    return {
        name: getattr(merged, name) for name in FILLED if not getattr(kept, name) and getattr(merged, name)
    }


def codes_differ(kept: Organisation, merged: Organisation) -> bool:
    """Whether each has a code of its own: by the register they are two, and only a person can know better."""
    return bool(kept.code and merged.code and kept.code != merged.code)


@dataclass(frozen=True)
class FactPair:
    """One fact of one period as each of the two knows it; None: not known."""

    spec: FactSpec
    period: Period | None
    kept: FactValue | None
    merged: FactValue | None


def fact_differences(kept: Organisation, merged: Organisation, on: dt.date) -> list[FactPair]:
    """The facts in which the two differ on `on`, in the order of the dictionary; what only one knows is no less one."""
    facts = company_facts([kept, merged], on)
    known = [
        {(name, value.period): value for name, value in facts[each.pk].known()} for each in (kept, merged)
    ]
    own, other = known
    found = []
    for spec in dictionary().specs.values():
        periods = {period for name, period in (*own, *other) if name == spec.name}
        for period in sorted(periods, key=str, reverse=True):
            pair = own.get((spec.name, period)), other.get((spec.name, period))
            if _said(pair[0]) != _said(pair[1]):
                found.append(FactPair(spec, period, *pair))
    return found


def _said(value: FactValue | None) -> Any:
    return None if value is None else (value.value, value.op)


def check(kept: Organisation, merged: Organisation, *, force_codes: bool) -> None:
    """Raise `Malformed` for two that cannot be one."""
    said = {"kept": kept, "merged": merged}
    if kept.pk == merged.pk:
        raise Malformed(
            gettext("An organisation cannot be merged with itself"), gettext("Choose the other one")
        )
    for each in (kept, merged):
        if each.merged_into_id is not None:
            raise Malformed(
                gettext("“%(name)s” was merged with another organisation already") % {"name": each},
                gettext("Open its page: it leads to the survivor"),
            )
    if kept.synthetic != merged.synthetic:
        raise Malformed(
            gettext("One of “%(kept)s” and “%(merged)s” is invented for the sample, the other is real")
            % said,
            gettext("Only organisations of one sort are merged"),
        )
    if codes_differ(kept, merged) and not force_codes:
        raise Malformed(
            gettext("“%(kept)s” and “%(merged)s” have different registration codes") % said,
            gettext("See whether they are two; if they are one, confirm that both codes are its"),
        )


def _names(merger: Merger) -> int:
    """The merged one's current name becomes a former one; a name that the survivor has stays behind."""
    merged = OrganisationName.objects.filter(organisation=merger.merged)
    merged.update(pack="")  # a load of the pack leaves them
    there = merger.kept.names.values_list("name", flat=True)
    moving = merged.exclude(name__in=list(there))
    today = merger.merged.merged_on
    moving.filter(kind=Use.CURRENT).update(kind=Use.FORMER, until=today.isoformat() if today else "")
    # One text may be there in two uses; the survivor gets each once.
    return moving.update(organisation=merger.kept)


def _same(fact: Fact) -> tuple[Any, ...]:
    return fact.name, fact.period, fact.date_from, fact.evidence


def _facts(merger: Merger) -> int:
    """Where both know the same fact of the same period, day and grade, the survivor's stands.

    The other stays with the merged organisation, where nobody counts it, and in a row of the trail.
    """
    merged = Fact.objects.filter(organisation=merger.merged)
    merged.exclude(pack="").update(pack="")
    known = set(map(_same, merger.kept.facts.only("name", "period", "date_from", "evidence")))
    moving = []
    for fact in merged.order_by("pk"):
        if _same(fact) in known:
            audit.note(
                by=merger.by,
                verb="registry.leave_fact",
                record=fact,
                before=audit.snapshot(fact),
                why=merger.why,
            )
        else:
            moving.append(fact.pk)
    for start in range(0, len(moving), CHUNK):
        Fact.objects.filter(pk__in=moving[start : start + CHUNK]).update(organisation=merger.kept)
    return len(moving)


def _owned(model: type[Need] | type[Result]) -> tuple[Callable[[Organisation], int], Callable[[Merger], int]]:
    def of(organisation: Organisation) -> QuerySet[Any]:
        return model._default_manager.filter(organisation=organisation)

    return lambda organisation: of(organisation).count(), lambda merger: of(merger.merged).update(
        organisation=merger.kept
    )


def _people(merger: Merger) -> int:
    """A position that somebody has in both is one position; the survivor's row stands."""
    there = set(merger.kept.people.values_list("person", "title"))
    for role in merger.merged.people.select_related("person"):
        if (role.person_id, role.title) in there:
            audit.removed(role, by=merger.by, verb="registry.leave_position", why=merger.why)
            role.delete()
    return PersonRole.objects.filter(organisation=merger.merged).update(organisation=merger.kept)


def _answers(merger: Merger) -> int:
    """Answers to matches; of two that somebody gave about both and one need, the survivor's stands."""
    there = set(merger.kept.feedback.values_list("need", "by"))
    for answer in merger.merged.feedback.all():
        if (answer.need_id, answer.by_id) in there:
            audit.removed(answer, by=merger.by, verb="registry.leave_answer", why=merger.why)
            answer.delete()
    return MatchFeedback.objects.filter(organisation=merger.merged).update(organisation=merger.kept)


def _tags(merger: Merger) -> int:
    # They stay with the merged one too: by them a load of the pack knows what the survivor was given here.
    new = merger.merged.tags.exclude(pk__in=merger.kept.tags.values("pk"))
    found = list(new)
    merger.kept.tags.add(*found)
    return len(found)


def _roles(merger: Merger) -> int:
    told = handing_over.roles(merger.merged.slug, merger.kept.slug)
    if told:
        verb = "registry.hand_over_roles"
        audit.batch(by=merger.by, verb=verb, rows=told, record=merger.kept, why=merger.why)
    return len(told) + handing_over.reaches(merger.merged.slug, merger.kept.slug)


def _own_parts() -> Iterator[Part]:
    yield Part(
        "names",
        _("Names"),
        lambda each: each.names.count(),
        _names,
        ("registry.OrganisationName",),
        10,
    )
    yield Part("facts", _("Facts"), lambda each: each.facts.count(), _facts, ("registry.Fact",), 20)
    for key, label, model, order in (
        ("needs", _("Technology needs"), Need, 30),
        ("results", _("Research results"), Result, 31),
    ):
        yield Part(key, label, *_owned(model), (model._meta.label,), order)
    yield Part("people", _("People"), lambda each: each.people.count(), _people, ("registry.PersonRole",), 40)
    yield Part(
        "answers",
        _("Answers to matches"),
        lambda each: each.feedback.count(),
        _answers,
        ("registry.MatchFeedback",),
        45,
    )
    tagged = Organisation.tags.through._meta.label
    yield Part("tags", _("Innovations"), lambda each: each.tags.count(), _tags, (tagged,), 50)
    yield Part(
        "roles",
        _("Roles and what waits for them"),
        lambda each: handing_over.count_reaches(each.slug),
        _roles,
        order=60,
    )
    yield Part(
        "files",
        _("Files"),
        handing_over.files_of,
        lambda merger: handing_over.files(merger.merged, merger.kept, by=merger.by, why=merger.why),
        order=70,
    )
    yield Part(
        "clocks",
        _("Deadlines"),
        handing_over.clocks_of,
        lambda merger: handing_over.clocks_on(merger.merged, merger.kept, by=merger.by),
        order=80,
    )


def _earlier(merger: Merger) -> int:
    """What was merged into the merged one becomes part of the survivor as well: no chain is longer than one step."""
    found = Organisation.every.filter(merged_into=merger.merged)
    for each in found:
        with audit.change(each, by=merger.by, verb="registry.merge_organisations", why=merger.why):
            Organisation.every.filter(pk=each.pk).update(merged_into=merger.kept)
    return len(found)


def register_all() -> None:
    """Register what the registry and core keep about organisations."""
    for part in _own_parts():
        register(part)
    register(
        Part(
            "earlier",
            _("Merged earlier"),
            lambda each: Organisation.every.filter(merged_into=each).count(),
            _earlier,
            ("registry.Organisation",),
            90,
        )
    )


def merged_of(organisation: Organisation) -> list[Organisation]:
    """The organisations that were merged into `organisation`, the last first; asked once for each object."""
    known: list[Organisation] | None = organisation.__dict__.get("_merged")
    if known is None:
        found = Organisation.every.filter(Q(merged_into=organisation)).order_by("-merged_on", "-pk")
        known = organisation.__dict__["_merged"] = list(found)
    return known
