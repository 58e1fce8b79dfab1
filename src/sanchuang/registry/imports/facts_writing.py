"""Facts of many organisations at once: what is known already stays, a new value stands beside what was known before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from sanchuang.core import audit
from sanchuang.core.language import page_language
from sanchuang.engines.rules.dictionary import FactValue
from sanchuang.registry.coding import decode, value_text
from sanchuang.registry.definitions import definitions
from sanchuang.registry.imports.rows import FactRead
from sanchuang.registry.models import Fact, Import, Organisation
from sanchuang.values import Evidence

Key = tuple[int, str, str, dt.date | None]


@dataclass(frozen=True, slots=True)
class FactPlan:
    """A value to be recorded by `planner` beside what is `known`, or in its place where that was recorded today."""

    planner: FactPlanner
    organisation: Organisation
    read: FactRead
    source: str
    known: Fact | None = None

    def change(self) -> tuple[str, str, str]:
        """What of the organisation changes: the fact, its value so far, the new one."""
        spec = definitions().dictionary.specs[self.read.name]

        def shown(stored: Any, op: Any) -> str:
            return value_text(FactValue(decode(stored, spec.type), op=op), spec, page_language())

        before = shown(self.known.value, self.known.op) if self.known is not None else ""
        label = f"{spec.label(page_language())} {self.read.period}".strip()
        return label, before, shown(self.read.stored, self.read.op)

    def replaces(self, today: dt.date) -> bool:
        """Whether what is known was recorded here today."""
        return self.known is not None and self.known.known_from == today and not self.known.pack


class FactPlanner:
    """Plans and writes the facts of one import."""

    def __init__(self, run: Import, evidence: Evidence | None = None) -> None:
        self._run = run
        self._evidence: Evidence = evidence or run.evidence
        self._today = timezone.localdate()
        self._known: dict[Key, Fact] = {}
        self._planned: dict[tuple[str, str, str, dt.date | None], FactRead] = {}

    def prepare(self, organisations: Collection[int]) -> None:
        """Read what is known of these, by the grade of evidence of this import; what was planned is written by now."""
        if self._run.state == Import.State.RUNNING:
            self._planned.clear()
        found = Fact.objects.filter(organisation__in=organisations, evidence=self._evidence)
        self._known = {
            (fact.organisation_id, fact.name, fact.period, fact.date_from): fact
            for fact in found.order_by("known_from", "pk")
        }

    def plan(self, organisation: Organisation, facts: Iterable[FactRead], source: str = "") -> list[FactPlan]:
        """The values that are not known so yet; `source` is where they stand, else the source of the file."""
        plans = []
        for read in facts:
            key = (organisation.pk or 0, read.name, read.period, read.date_from)
            known = self._known.get(key) if organisation.pk else None
            if known is not None and (known.value, known.op) == (read.stored, read.op):
                continue
            place = (organisation.slug, *key[1:])
            if self._planned.get(place) == read:
                continue
            self._planned[place] = read
            plans.append(FactPlan(self, organisation, read, source or self._run.source, known))
        return plans

    def write(self, plans: Sequence[FactPlan]) -> None:
        """Record them, with one row of the trail for all."""
        if not plans:
            return
        new, rows = {}, []
        for plan in plans:
            read = plan.read
            given: dict[str, Any] = {"value": read.stored, "op": read.op, "source": plan.source}
            if plan.known is not None and plan.replaces(self._today):
                Fact.objects.filter(pk=plan.known.pk).update(**given)
            else:
                # The last of several rows about the same fact counts, as it does where they are recorded one by one.
                new[plan.organisation.pk, read.name, read.period, read.date_from] = Fact(
                    organisation=plan.organisation,
                    name=read.name,
                    period=read.period,
                    date_from=read.date_from,
                    known_from=self._today,
                    evidence=self._evidence,
                    **given,
                )
            rows.append([plan.organisation.slug, read.name, read.period, read.stored, read.op.value])
        Fact.objects.bulk_create(new.values())
        audit.batch(by=self._run.by, verb="registry.import_facts", rows=rows, record=self._run)
