"""Research results and technology needs: a title, a text, a field, an organisation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sanchuang.core import audit
from sanchuang.core.search import search_key
from sanchuang.registry.imports import cells
from sanchuang.registry.imports.columns import CIRCLE, Target
from sanchuang.registry.imports.known import KnownOrganisations
from sanchuang.registry.imports.organisations import identifier
from sanchuang.registry.imports.rows import Outcome, Plan, Reading, RecordKind
from sanchuang.registry.models import Import, Need, Result
from sanchuang.values import Malformed, Verification

_TITLE = Target(
    "title", gettext_lazy("Title"), ("名称", "标题", "成果名称", "需求名称", "题目"), required=True
)
_TEXT = Target(
    "text", gettext_lazy("Abstract"), ("简介", "成果简介", "需求描述", "内容", "说明"), required=True
)
_FIELD = Target("field", gettext_lazy("Field"), ("技术领域", "所属领域", "领域"), required=True)
_ORGANISATION = Target(
    "organisation",
    gettext_lazy("Organisation"),
    ("单位", "完成单位", "需求单位", "企业名称", "单位名称", "机构"),
)
_KEYWORDS = Target("keywords", gettext_lazy("Keywords"), ("关键词", "关键字"))
_NOTE = Target("note", gettext_lazy("Note"), ("备注",))
_SLUG = Target("slug", gettext_lazy("Identifier"), ("标识", "编号", "id"))


def _budget(text: str) -> int:
    amount = cells.money(text).fen
    if amount < 0:
        raise Malformed(_("A budget is not below nothing"), _("Write the amount, or leave the cell empty"))
    return amount


class _Texts(RecordKind):
    """What results and needs share."""

    model: ClassVar[Any]
    prefix: ClassVar[str]
    verbs: ClassVar[tuple[str, str]]  # of a new one, of a change
    own: ClassVar[tuple[str, ...]]

    def __init__(self, run: Import) -> None:
        super().__init__(run)
        self.known = KnownOrganisations()
        self.slugs: dict[str, Any] = dict(self.model.objects.values_list("slug", "pk"))
        self.titles: dict[tuple[str, int | None], Any] = {
            (search_key(title), organisation): pk
            for pk, title, organisation in self.model.objects.values_list("pk", "title", "organisation")
        }

    def readers(self) -> Mapping[str, cells.Reader]:
        """How each is read."""
        return {
            "title": cells.short,
            "text": str.strip,
            "field": self.lookups.field,
            "organisation": self.known.find,
            "circle": self.lookups.circle,
            "trl": cells.level,
            "trl_wanted": cells.level,
            "budget": _budget,
            "deadline": cells.day,
            "keywords": cells.several,
            "note": str.strip,
            "slug": identifier,
        }

    def plan(self, readings: Sequence[Reading]) -> list[Plan]:
        """The same identifier, or the same title of the same organisation, is the same record."""
        found = [None if reading.faults else self._find(reading) for reading in readings]
        there = self.model.objects.in_bulk({pk for pk in found if isinstance(pk, int)})
        plans = []
        for reading, known in zip(readings, found, strict=True):
            if reading.faults:
                plans.append(Plan.faulty(reading))
                continue
            known = known if known is not None else self._find(reading)
            record = there.get(known) if isinstance(known, int) else known
            plans.append(self._create(reading) if record is None else self._change(reading, record))
        return plans

    def _find(self, reading: Reading) -> Any:
        """Its key in the database, or what an earlier row of this file made."""
        values = reading.values
        known = self.slugs.get(values.get("slug", ""))
        if known is None:
            known = self.titles.get((search_key(values["title"]), values.get("organisation")))
        return known.pk if known is not None and not isinstance(known, int) and known.pk else known

    def _given(self, reading: Reading) -> dict[str, Any]:
        values = reading.values
        given = {
            name: values[name] for name in ("title", "text", "field", "note", *self.own) if name in values
        }
        if "organisation" in values:
            given["organisation_id"] = values["organisation"]
        if "keywords" in values:
            given["keywords"] = values["keywords"]
        return given

    def _create(self, reading: Reading) -> Plan:
        slug = reading.values.get("slug") or f"{self.prefix}-{self.run.pk}-{reading.number}"
        made = self.model(
            slug=slug, source=self.run.source, status=Verification.UNVERIFIED, **self._given(reading)
        )
        self.slugs[slug] = made
        self.titles[search_key(made.title), made.organisation_id] = made
        return Plan(reading.number, Outcome.CREATED, made)

    def _change(self, reading: Reading, record: Any) -> Plan:
        plan = Plan(reading.number, Outcome.SAME, record)
        for name, value in self._given(reading).items():
            before = getattr(record, name)
            if before != value:
                plan.sets[name] = value
                label = str(record._meta.get_field(name.removesuffix("_id")).verbose_name)
                plan.changes.append((label, str(before or "")[:80], str(value)[:80]))
        if plan.changes:
            plan.outcome = Outcome.CHANGED
            if record.pk is None:
                plan.apply()
        return plan

    def write(self, plans: Sequence[Plan], why: Callable[[int], str]) -> None:
        """New ones together, changed ones one by one; a line of the trail for each."""
        made = [plan for plan in plans if plan.outcome is Outcome.CREATED]
        self.model.objects.bulk_create([plan.record for plan in made])
        new = [
            audit.Told(plan.record, after=audit.snapshot(plan.record), why=why(plan.number)) for plan in made
        ]
        audit.many(new, by=self.run.by, verb=self.verbs[0])
        said = []
        for plan in plans:
            if plan.outcome is not Outcome.CHANGED:
                continue
            before = audit.snapshot(plan.record)
            plan.apply()
            plan.record.save(update_fields=[name.removesuffix("_id") for name in plan.sets])
            was, now = audit.differing(before, audit.snapshot(plan.record))
            if now:
                said.append(audit.Told(plan.record, was, now, why(plan.number)))
        audit.many(said, by=self.run.by, verb=self.verbs[1])


class Results(_Texts):
    """Research results."""

    kind = Import.Kind.RESULTS
    model = Result
    prefix = "result"
    verbs = ("registry.create_result", "registry.change_result")
    own = ("trl", "circle")

    @classmethod
    def targets(cls) -> list[Target]:
        """The fields of a result."""
        level = Target("trl", gettext_lazy("Technology readiness level"), ("技术成熟度", "成熟度", "TRL"))
        return [_TITLE, _TEXT, _FIELD, level, _ORGANISATION, CIRCLE, _KEYWORDS, _NOTE, _SLUG]


class Needs(_Texts):
    """Technology needs."""

    kind = Import.Kind.NEEDS
    model = Need
    prefix = "need"
    verbs = ("registry.create_need", "registry.change_need")
    own = ("trl_wanted", "budget", "deadline")

    @classmethod
    def targets(cls) -> list[Target]:
        """The fields of a need."""
        return [
            _TITLE,
            _TEXT,
            _FIELD,
            Target("trl_wanted", gettext_lazy("Readiness level wanted"), ("期望成熟度", "要求成熟度", "TRL")),
            _ORGANISATION,
            Target("budget", gettext_lazy("Budget"), ("预算", "拟投入", "预算金额")),
            Target("deadline", gettext_lazy("Deadline"), ("截止日期", "截止时间", "期限")),
            _KEYWORDS,
            _NOTE,
            _SLUG,
        ]
