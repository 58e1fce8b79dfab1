"""Facts one by one: a row names an organisation, a fact, a year or quarter and a value."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence

from django.utils import timezone
from django.utils.translation import gettext_lazy

from sanchuang.core.errors import Unfit
from sanchuang.core.permissions import authorise
from sanchuang.engines.rules.dictionary import Per
from sanchuang.registry.actions import fact_called
from sanchuang.registry.imports import cells
from sanchuang.registry.imports.columns import MONEY_UNITS, Target
from sanchuang.registry.imports.facts_writing import FactPlanner
from sanchuang.registry.imports.known import KnownOrganisations
from sanchuang.registry.imports.rows import Outcome, Plan, Reading, RecordKind, read_fact, wrong
from sanchuang.registry.models import Import, Organisation
from sanchuang.values import Evidence, Malformed, Period


def _period(text: str) -> Period:
    return Period.parse(text.removesuffix("度"))


class FactRows(RecordKind):
    """The facts of many organisations, a value a row."""

    kind = Import.Kind.FACTS

    def __init__(self, run: Import) -> None:
        super().__init__(run)
        self.known = KnownOrganisations()
        self.planners: dict[Evidence, FactPlanner] = {}

    @classmethod
    def targets(cls) -> list[Target]:
        """The parts of a fact."""
        return [
            Target(
                "organisation",
                gettext_lazy("Organisation"),
                ("统一社会信用代码", "企业名称", "单位名称", "机构名称", "标识"),
                required=True,
            ),
            Target("fact", gettext_lazy("Fact"), ("指标", "事实名称", "指标名称"), required=True),
            Target("value", gettext_lazy("Value"), ("数值", "取值"), required=True),
            Target("unit", gettext_lazy("Unit"), ("计量单位",)),
            Target("period", gettext_lazy("Year"), ("年度", "年份", "期间", "Period")),
            Target("date_from", gettext_lazy("From"), ("起", "生效日期")),
            Target("evidence", gettext_lazy("Grade of evidence"), ("证据等级", "证据")),
            Target("source", gettext_lazy("Source"), ("出处", "数据来源")),
        ]

    def readers(self) -> Mapping[str, cells.Reader]:
        """How each is read."""
        return {
            "organisation": self.known.find,
            "fact": fact_called,
            "value": str.strip,
            "unit": str.strip,
            "period": _period,
            "date_from": cells.day,
            "evidence": Evidence.parse,
            "source": str.strip,
        }

    def plan(self, readings: Sequence[Reading]) -> list[Plan]:
        """A value that is known so already changes nothing."""
        pks = {reading.values["organisation"] for reading in readings if "organisation" in reading.values}
        there = Organisation.objects.in_bulk(pks)
        for evidence in {reading.values.get("evidence", self.run.evidence) for reading in readings}:
            planner = self.planners.setdefault(evidence, FactPlanner(self.run, evidence))
            planner.prepare(pks)
        today = timezone.localdate()
        return [self._plan(reading, there, today) for reading in readings]

    def _plan(self, reading: Reading, there: Mapping[int, Organisation], today: dt.date) -> Plan:
        if reading.faults:
            return Plan.faulty(reading)
        values, spec = reading.values, reading.values["fact"]
        unit = values.get("unit", "")
        try:
            read = read_fact(
                spec,
                values["value"],
                unit if unit in MONEY_UNITS or unit in (spec.unit, "%") else "",
                values.get("period") if spec.per is not Per.STATIC else None,
                today,
                values.get("date_from") if spec.per is Per.STATIC else None,
            )
        except (Malformed, Unfit) as error:
            return Plan.faulty(reading, wrong(error.message, error.remedy, spec.label(), values["value"]))
        record = there[values["organisation"]]
        planner = self.planners[values.get("evidence", self.run.evidence)]
        facts = planner.plan(record, [read], values.get("source", ""))
        changed = any(fact.known is not None for fact in facts)
        outcome = Outcome.CHANGED if changed else Outcome.CREATED if facts else Outcome.SAME
        changes = [fact.change() for fact in facts] if changed else []
        return Plan(reading.number, outcome, record, changes, facts=facts)

    def write(self, plans: Sequence[Plan], why: Callable[[int], str]) -> None:
        """Record what is new; a grade above a claim asks its own permission."""
        for evidence, planner in self.planners.items():
            mine = [fact for plan in plans for fact in plan.facts if fact.planner is planner]
            if mine and evidence is not Evidence.CLAIMED:
                authorise(self.run.by, "registry.grade_fact")
            planner.write(mine)
