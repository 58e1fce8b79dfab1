"""Organisations: found again by identifier, code or name; what a row says more is added, what it says otherwise changed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sanchuang.core import audit
from sanchuang.core.search import search_key
from sanchuang.registry.actions import set_own, take_name
from sanchuang.registry.duplicates import How, Likeness, Roll
from sanchuang.registry.imports import cells
from sanchuang.registry.imports.columns import CIRCLE, Target
from sanchuang.registry.imports.facts_writing import FactPlanner
from sanchuang.registry.imports.rows import Fault, Outcome, Plan, Reading, RecordKind, wrong
from sanchuang.registry.models import Import, Organisation, OrganisationName
from sanchuang.values import Malformed, Verification

Use = OrganisationName.Kind
SURE = 0.9  # from this score on a former or other name is taken for the same organisation
SLUG = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9._-]{0,79}")
FIELDS = ("kind", "name_hant", "name_en", "industry", "address", "place", "circle", "note")
LISTS = (("former", Use.FORMER), ("short", Use.SHORT))


def identifier(text: str) -> str:
    """An identifier as addresses hold it."""
    if not SLUG.fullmatch(text):
        raise Malformed(
            _("“%(text)s” is no identifier") % {"text": text[:40]},
            _("Use letters, digits, “-”, “_” and “.”, or leave it empty"),
        )
    return text


class Organisations(RecordKind):
    """The organisations of a register."""

    kind = Import.Kind.ORGANISATIONS
    takes_facts = True

    def __init__(self, run: Import) -> None:
        super().__init__(run)
        self.roll = Roll.read()
        known = Organisation.every.values_list("slug", "pk", "merged_into")
        self.slugs = {slug: survivor or pk for slug, pk, survivor in known}
        self.made: dict[int, Organisation] = {}  # by what stands on the roll for them: less than 0
        self.facts = FactPlanner(run)

    @classmethod
    def targets(cls) -> list[Target]:
        """The fields of an organisation."""
        return [
            Target(
                "name",
                gettext_lazy("Name"),
                (
                    "企业名称",
                    "单位名称",
                    "机构名称",
                    "公司名称",
                    "市场主体名称",
                    "名称",
                    "全称",
                    "Company name",
                ),
                required=True,
            ),
            Target(
                "code",
                gettext_lazy("Registration code"),
                ("统一社会信用代码", "统一信用代码", "社会信用代码", "信用代码", "机构代码", "Code"),
            ),
            Target("former", gettext_lazy("Former names"), ("曾用名", "原名称", "原企业名称", "曾用名称")),
            Target("short", gettext_lazy("Short names"), ("简称", "企业简称", "品牌")),
            Target("name_en", gettext_lazy("English name"), ("英文名称", "英文名")),
            Target("name_hant", gettext_lazy("Traditional script"), ("繁体名称",)),
            Target("kind", gettext_lazy("Kind"), ("类别", "机构类别", "机构类型")),
            Target(
                "industry",
                gettext_lazy("Industry"),
                ("行业", "行业代码", "所属行业", "行业门类", "国民经济行业", "行业名称", "行业类别"),
            ),
            Target(
                "address",
                gettext_lazy("Address"),
                ("住所", "注册地址", "企业地址", "通信地址", "经营地址", "地址", "经营场所"),
            ),
            Target("place", gettext_lazy("Place"), ("地点", "园区", "所在园区")),
            CIRCLE,
            Target("note", gettext_lazy("Note"), ("备注",)),
            Target("slug", gettext_lazy("Identifier"), ("标识", "编号", "id")),
        ]

    def readers(self) -> Mapping[str, cells.Reader]:
        """How each is read."""
        return {
            "name": cells.short,
            "code": self.lookups.code,
            "former": cells.several,
            "short": cells.several,
            "name_en": cells.short,
            "name_hant": cells.short,
            "kind": self.lookups.kind,
            "industry": self.lookups.industry,
            "address": cells.short,
            "place": self.lookups.place,
            "circle": self.lookups.circle,
            "note": str.strip,
            "slug": identifier,
        }

    def plan(self, readings: Sequence[Reading]) -> list[Plan]:
        """Each row by itself, after those before it."""
        found = [self._find(reading) for reading in readings]
        wanted = {pk for pk, _likes, _fault in found if pk is not None and pk > 0}
        there = Organisation.objects.select_related("industry", "place", "circle").in_bulk(wanted)
        names: dict[int, dict[str, str]] = {}
        for pk, name, use in OrganisationName.objects.filter(organisation__in=wanted).values_list(
            "organisation_id", "name", "kind"
        ):
            names.setdefault(pk, {})[name] = use
        self.facts.prepare(wanted)
        plans = []
        for reading, (pk, likes, fault) in zip(readings, found, strict=True):
            if fault is None and pk is None:
                pk, likes, fault = self._find(reading)  # a row of this chunk may have made it, or one like it
            if fault is not None or reading.faults:
                plans.append(Plan.faulty(reading, *([fault] if fault is not None else [])))
            elif pk is None:
                plans.append(self._create(reading, likes))
            else:
                record = (
                    there[pk] if pk in there else self.made[pk] if pk < 0 else Organisation.objects.get(pk=pk)
                )
                plans.append(self._change(reading, record, names.setdefault(pk, {}), likes))
        return plans

    def _find(self, reading: Reading) -> tuple[int | None, list[Likeness], Any]:
        """The key of the organisation that a row means, others like it, and why nobody can tell."""
        values = reading.values
        if reading.faults:
            return None, [], None
        if pk := self.slugs.get(values.get("slug", "")):
            return self._real(pk), [], None
        code = values.get("code")
        spelt = [values.get("name_en"), values.get("name_hant"), *values.get("former", ())]
        likes = self.roll.find(code, [values["name"], *(name for name in spelt if name)])
        sure = [
            like
            for like in likes
            if like.how in (How.CODE, How.NAME) or (like.how is How.FORMER and like.score >= SURE)
        ]
        others = [like for like in likes if like not in sure]
        if not sure:
            return None, others, self._asked(values, others)
        best = sure[0]
        if best.how is not How.CODE and sum(like.score == best.score for like in sure) > 1:
            fault = wrong(
                _("Several organisations are called “%(name)s”") % {"name": values["name"]},
                _("Give the registration code or the identifier"),
            )
            return None, [], fault
        return self._real(best.pk), [*sure[1:], *others], None

    def _asked(self, values: Mapping[str, Any], likes: Sequence[Likeness]) -> Fault | None:
        """The fault of a row whose name is somebody's other name, too short to be sure, and that gives nothing else."""
        if values.get("code") or values.get("slug"):
            return None
        name = search_key(values["name"])
        for like in likes:
            if like.how is How.FORMER and search_key(like.name) == name:
                pk = self._real(like.pk)
                bearer = self.made[pk] if pk in self.made else Organisation.objects.get(pk=pk)
                return wrong(
                    _("“%(name)s” is another name of “%(organisation)s”")
                    % {"name": values["name"], "organisation": bearer.name},
                    _(
                        "If it is meant, write its whole name or identifier (%(slug)s); "
                        "if another is, give that one's registration code"
                    )
                    % {"slug": bearer.slug},
                    value=values["name"],
                )
        return None

    def slug_of(self, mark: int) -> str:
        """Also of one that this file made, or would make."""
        return self.made[mark].slug if mark in self.made else super().slug_of(mark)

    def _real(self, pk: int) -> int:
        """The key in the database of what was made by an earlier row and is written by now."""
        made = self.made.get(pk)
        return made.pk if made is not None and made.pk is not None else pk

    def _create(self, reading: Reading, likes: list[Likeness]) -> Plan:
        values, mark = reading.values, -reading.number
        slug = values.get("slug") or values.get("code") or ""
        if not slug or slug in self.slugs:
            slug = f"import-{self.run.pk}-{reading.number}"
        made = Organisation(
            slug=slug,
            name=values["name"],
            code=values.get("code"),
            kind=values.get("kind", Organisation.Kind.COMPANY),
            source=self.run.source,
            status=Verification.UNVERIFIED,
            **{name: values[name] for name in FIELDS if name in values and name != "kind"},
        )
        names = {made.name: Use.CURRENT}
        for text, use in ((made.name_hant, Use.SCRIPT), (made.name_en, Use.ENGLISH)):
            names.setdefault(text, use)
        for target, use in LISTS:
            for text in values.get(target, ()):
                names.setdefault(text, use)
        names.pop("", None)
        self.made[mark] = made
        self.slugs[slug] = mark
        self.roll.add(mark, made.code, list(names))
        plan = Plan(reading.number, Outcome.CREATED, made, likes=likes, more={"names": names})
        plan.facts = self.facts.plan(made, reading.facts)
        return plan

    def _change(
        self, reading: Reading, record: Organisation, names: dict[str, str], likes: list[Likeness]
    ) -> Plan:
        values = reading.values
        plan = Plan(reading.number, Outcome.SAME, record, likes=likes)
        code = values.get("code")
        # One that another was merged into bears two codes; the roll knows both.
        borne = bool(code and code != record.code and self.roll.find(code, ()))
        if code and record.code and record.code != code and not borne:
            return Plan.faulty(
                reading,
                wrong(
                    _("“%(name)s” has the code %(code)s here") % {"name": record, "code": record.code},
                    _("See whether it is the same organisation"),
                    value=code,
                ),
            )
        given = {name: values[name] for name in FIELDS if name in values}
        if code and not borne:
            given["code"] = code
        by_identity = bool(code and code == record.code) or values.get("slug") == record.slug
        if (
            by_identity
            and search_key(values["name"]) != search_key(record.name)
            and values["name"] not in names
        ):
            given["name"] = values["name"]
        for name, value in given.items():
            before = getattr(record, name)
            if before != value:
                plan.sets[name] = value
                label = str(record._meta.get_field(name).verbose_name)
                plan.changes.append((label, str(before or ""), str(value)))
        there = {*names, values["name"]}
        new = {text: use for target, use in LISTS for text in values.get(target, ()) if text not in there}
        if new:
            plan.changes.append((_("Other names"), "", "；".join(new)))
        plan.more["names"] = new
        plan.facts = self.facts.plan(record, reading.facts)
        plan.changes += [fact.change() for fact in plan.facts]
        if plan.changes:
            plan.outcome = Outcome.CHANGED
        names.update(new)
        if record.pk is None:  # made by a row of this file that is not written: that row shall say it
            plan.apply()
        return plan

    def write(self, plans: Sequence[Plan], why: Callable[[int], str]) -> None:
        """Made ones together, changed ones one by one, with a line of the trail for each."""
        made = [plan for plan in plans if plan.outcome is Outcome.CREATED]
        Organisation.objects.bulk_create([plan.record for plan in made])
        rows = [
            OrganisationName(organisation=plan.record, name=text, kind=use, key=search_key(text))
            for plan in made
            for text, use in plan.more["names"].items()
        ]
        changed = [plan for plan in plans if plan.outcome is Outcome.CHANGED]
        said = [self._save(plan, rows, why(plan.number)) for plan in changed]
        OrganisationName.objects.bulk_create(rows, ignore_conflicts=True)
        audit.many(
            [
                audit.Told(plan.record, after=audit.snapshot(plan.record), why=why(plan.number))
                for plan in made
            ],
            by=self.run.by,
            verb="registry.create_organisation",
        )
        audit.many(
            [each for each in said if each is not None], by=self.run.by, verb="registry.change_organisation"
        )
        self.facts.write([fact for plan in plans for fact in plan.facts])

    def _save(self, plan: Plan, rows: list[OrganisationName], why: str) -> audit.Told | None:
        """Change one that was there; gives its line of the trail, None where only facts are new."""
        record, sets = plan.record, plan.sets
        before = audit.snapshot(record)
        if "name" in sets:
            take_name(record, sets["name"], timezone.localdate())
        for name, use in (("name_hant", Use.SCRIPT), ("name_en", Use.ENGLISH)):
            if name in sets:
                plan.more["names"].setdefault(sets[name], use)
        for text, use in plan.more["names"].items():
            rows.append(OrganisationName(organisation=record, name=text, kind=use, key=search_key(text)))
        if sets:
            set_own(record, **sets)
        was, now = audit.differing(before, audit.snapshot(record))
        if plan.more["names"]:
            now["names"] = sorted(plan.more["names"])
        return audit.Told(record, was, now, why) if now else None
