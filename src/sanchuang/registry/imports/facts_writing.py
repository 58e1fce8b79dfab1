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
    """A value to be recorded by `planner`, in place of `replaces` where the same was recorded today."""

    planner: FactPlanner
    organisation: Organisation
    read: FactRead
    change: tuple[str, str, str]
    source: str
    replaces: Fact | None = None


class FactPlanner:
    """Plans and writes the facts of one import."""

    def __init__(self, run: Import, evidence: Evidence | None = None) -> None:
        self._run = run
        self._evidence: Evidence = evidence or run.evidence
        self._today = timezone.localdate()
        self._known: dict[Key, Fact] = {}

    def prepare(self, organisations: Collection[int]) -> None:
        """Read what is known of these, by the grade of evidence of this import."""
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
            today = (
                known if known is not None and known.known_from == self._today and not known.pack else None
            )
            plans.append(
                FactPlan(self, organisation, read, _change(known, read), source or self._run.source, today)
            )
        return plans

    def write(self, plans: Sequence[FactPlan]) -> None:
        """Record them, with one row of the trail for all."""
        if not plans:
            return
        new, rows = {}, []
        for plan in plans:
            read = plan.read
            given: dict[str, Any] = {"value": read.stored, "op": read.op, "source": plan.source}
            if plan.replaces is not None and plan.replaces.pk:
                Fact.objects.filter(pk=plan.replaces.pk).update(**given)
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


def _change(known: Fact | None, read: FactRead) -> tuple[str, str, str]:
    spec = definitions().dictionary.specs[read.name]
    label = f"{spec.label(page_language())} {read.period}".strip()

    def shown(stored: Any, op: Any) -> str:
        return value_text(FactValue(decode(stored, spec.type), op=op), spec, page_language())

    before = shown(known.value, known.op) if known is not None else ""
    return label, before, shown(read.stored, read.op)
