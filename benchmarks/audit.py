"""The audit trail: what a row costs an act, and how long it takes to recompute the chain."""

from __future__ import annotations

import time
from collections.abc import Callable

from measure import Section, percentile, repeat

ACTS = 2000
ROWS = 20_000


def trail() -> Section:
    """On the database of the installation, in which the pack is loaded; what is written is undone."""
    from django.db import transaction

    from sanchuang.core import audit
    from sanchuang.core.audit.verifying import verify
    from sanchuang.core.models import AuditEntry
    from sanchuang.core.operator import operator
    from sanchuang.registry.models import Organisation

    audit.register("bench.act", "act in a benchmark")
    by = operator()
    organisation = Organisation.objects.order_by("slug")[0]

    def acts(act: Callable[[int], None]) -> list[float]:
        taken = []
        for number in range(ACTS):
            start = time.perf_counter()
            with transaction.atomic():
                act(number)
            taken.append(1000 * (time.perf_counter() - start))
        return taken

    def bare(number: int) -> None:
        Organisation.objects.filter(pk=organisation.pk).update(address=f"{number}")

    def noted(number: int) -> None:
        with audit.change(organisation, by=by, verb="bench.act", why="measured"):
            bare(number)

    def read(number: int) -> None:
        audit.reading(organisation, by=by, what="bench.act")

    with transaction.atomic():
        plain, changed, reading = acts(bare), acts(noted), acts(read)
        while AuditEntry.objects.count() < ROWS:
            audit.note(by=by, verb="bench.act", record=organisation, after={"address": "x"})
        count = AuditEntry.objects.count()
        whole = repeat(verify)
        transaction.set_rollback(True)
    median = sorted(whole.wall)[len(whole.wall) // 2]
    return Section(
        "The audit trail",
        ["make bench ARGS='--only pack --only audit'"],
        f"{ACTS:,} acts each on SQLite inside one transaction, so that the disk's part is left out: an update of one "
        "column alone, the same with its row of the trail (lock, both snapshots, hash, end of the chain), and the note "
        f"of a reading. Then the chain of {count:,} rows is recomputed, {len(whole.wall)} times.",
        ["", "p50 ms", "p99 ms"],
        [
            ["update without a trail", f"{percentile(plain, 0.5):.2f}", f"{percentile(plain, 0.99):.2f}"],
            ["update with its row", f"{percentile(changed, 0.5):.2f}", f"{percentile(changed, 0.99):.2f}"],
            ["note of a reading", f"{percentile(reading, 0.5):.2f}", f"{percentile(reading, 0.99):.2f}"],
            [f"verify {count:,} rows", f"{1000 * median:,.0f}", ""],
            ["rows verified a second", f"{count / median:,.0f}", ""],
        ],
    )
