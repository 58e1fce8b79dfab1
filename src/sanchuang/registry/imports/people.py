"""People and what they do where; the same name in the same organisation is the same person."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sanchuang.core import audit
from sanchuang.core.search import search_key
from sanchuang.registry.imports import cells
from sanchuang.registry.imports.columns import Target
from sanchuang.registry.imports.known import KnownOrganisations
from sanchuang.registry.imports.organisations import identifier
from sanchuang.registry.imports.rows import Outcome, Plan, Reading, RecordKind
from sanchuang.registry.models import Import, Person, PersonRole
from sanchuang.values import Verification

FIELDS = ("name_hant", "name_en", "note")
Key = tuple[str, int | None]


class People(RecordKind):
    """People with their positions."""

    kind = Import.Kind.PEOPLE

    def __init__(self, run: Import) -> None:
        super().__init__(run)
        self.known = KnownOrganisations()
        self.people: dict[int, Person] = Person.objects.in_bulk()
        self.slugs = {person.slug: person for person in self.people.values()}
        self.places: dict[Key, Person] = {}
        self.roles: dict[tuple[str, int, str], PersonRole] = {}
        placed = set()
        for role in PersonRole.objects.all():
            person = self.people[role.person_id]
            placed.add(person.pk)
            self.places[search_key(person.name), role.organisation_id] = person
            self.roles[person.slug, role.organisation_id, role.title] = role
        for person in self.people.values():
            if person.pk not in placed:
                self.places[search_key(person.name), None] = person

    @classmethod
    def targets(cls) -> list[Target]:
        """The fields of a person."""
        return [
            Target("name", gettext_lazy("Name"), ("姓名", "名称"), required=True),
            Target("name_en", gettext_lazy("English name"), ("英文名", "英文姓名")),
            Target("name_hant", gettext_lazy("Traditional script"), ("繁体姓名",)),
            Target("organisation", gettext_lazy("Organisation"), ("单位", "工作单位", "企业名称", "机构")),
            Target("title", gettext_lazy("Position"), ("职务", "职位", "职称", "岗位")),
            Target("since", gettext_lazy("From"), ("任职时间", "起", "开始时间")),
            Target("until", gettext_lazy("Until"), ("离任时间", "止", "结束时间")),
            Target("note", gettext_lazy("Note"), ("备注",)),
            Target("slug", gettext_lazy("Identifier"), ("标识", "编号", "id")),
        ]

    def readers(self) -> Mapping[str, cells.Reader]:
        """How each is read."""
        return {
            "name": cells.short,
            "name_en": cells.short,
            "name_hant": cells.short,
            "organisation": self.known.find,
            "title": lambda text: cells.short(text)[:80],
            "since": cells.canonical_period,
            "until": cells.canonical_period,
            "note": str.strip,
            "slug": identifier,
        }

    def plan(self, readings: Sequence[Reading]) -> list[Plan]:
        """Each row by itself, after those before it."""
        return [Plan.faulty(reading) if reading.faults else self._plan(reading) for reading in readings]

    def _plan(self, reading: Reading) -> Plan:
        values = reading.values
        where = values.get("organisation")
        key = (search_key(values["name"]), where)
        person = self.slugs.get(values.get("slug", "")) or self.places.get(key)
        if person is None:
            plan = self._create(reading)
            self.places[key] = plan.record
        else:
            plan = Plan(reading.number, Outcome.SAME, person)
            for name in FIELDS:
                if name in values and getattr(person, name) != values[name]:
                    plan.changes.append(
                        (str(person._meta.get_field(name).verbose_name), getattr(person, name), values[name])
                    )
                    plan.sets[name] = values[name]
        self._role(plan, values, where)
        if plan.outcome is Outcome.SAME and plan.changes:
            plan.outcome = Outcome.CHANGED
        return plan

    def _create(self, reading: Reading) -> Plan:
        values = reading.values
        slug = values.get("slug") or f"person-{self.run.pk}-{reading.number}"
        made = Person(
            slug=slug,
            name=values["name"],
            source=self.run.source,
            status=Verification.UNVERIFIED,
            **{name: values[name] for name in FIELDS if name in values},
        )
        self.slugs[slug] = made
        return Plan(reading.number, Outcome.CREATED, made)

    def _role(self, plan: Plan, values: Mapping[str, Any], where: int | None) -> None:
        """A position that is not known yet, or whose time a row tells."""
        if where is None:
            return
        title = values.get("title", "")
        role = self.roles.get((plan.record.slug, where, title))
        given = {name: values[name] for name in ("since", "until") if name in values}
        if role is None:
            role = PersonRole(person=plan.record, organisation_id=where, title=title, **given)
            self.roles[plan.record.slug, where, title] = role
            plan.more["new"] = role
            plan.changes.append((_("Position"), "", title))
            return
        for name, value in given.items():
            if getattr(role, name) != value:
                plan.changes.append(
                    (str(role._meta.get_field(name).verbose_name), getattr(role, name), value)
                )
                plan.more.setdefault("times", {})[name] = value
                plan.more["role"] = role

    def write(self, plans: Sequence[Plan], why: Callable[[int], str]) -> None:
        """New people together, then their positions; a line of the trail for each."""
        made = [plan for plan in plans if plan.outcome is Outcome.CREATED]
        Person.objects.bulk_create([plan.record for plan in made])
        said = []
        for plan in plans:
            if plan.outcome is Outcome.CHANGED:
                before = audit.snapshot(plan.record)
                plan.apply()
                if plan.sets:
                    plan.record.save(update_fields=list(plan.sets))
                was, now = audit.differing(before, audit.snapshot(plan.record))
                now["roles"] = [f"{label} {value}" for label, _before, value in plan.changes]
                said.append(audit.Told(plan.record, was, now, why(plan.number)))
            if role := plan.more.get("role"):
                for name, value in plan.more["times"].items():
                    setattr(role, name, value)
                if role.pk:
                    role.save(update_fields=list(plan.more["times"]))
        PersonRole.objects.bulk_create([plan.more["new"] for plan in plans if "new" in plan.more])
        new = [
            audit.Told(plan.record, after=audit.snapshot(plan.record), why=why(plan.number)) for plan in made
        ]
        audit.many(new, by=self.run.by, verb="registry.create_person")
        audit.many(said, by=self.run.by, verb="registry.change_person")
