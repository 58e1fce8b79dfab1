"""Figures about the running site, as Prometheus reads them: counted in all processes, told by whichever is asked."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator

from django.db import DatabaseError, InterfaceError, connection
from django.db.models import Count, Sum
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from sanchuang.core.models import AuditHead, InboxItem, Notice
from sanchuang.ledger.models import Account
from sanchuang.operations.backup.saving import last_backup
from sanchuang.operations.processes import FOLDER

BUCKETS = (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30)

_own = CollectorRegistry()
REQUESTS = Counter("sanchuang_requests", "Requests answered.", ["route", "method", "status"], registry=_own)
SECONDS = Histogram(
    "sanchuang_request_seconds", "Time until the answer began.", ["route"], buckets=BUCKETS, registry=_own
)
DATABASE_ERRORS = Counter(
    "sanchuang_database_errors", "Errors of the database that ended a request.", ["kind"], registry=_own
)


class Site(Collector):
    """What the database and the notes under VAR say, read when asked."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The figures; without a database only that there is none."""
        try:
            found = list(_counted())
        except (DatabaseError, InterfaceError):
            connection.close()
            found = []
        yield GaugeMetricFamily("sanchuang_database_up", "Whether the database answers.", value=bool(found))
        yield from found
        if said := last_backup():
            age = dt.datetime.now(dt.UTC) - dt.datetime.fromisoformat(said["at"])
            yield GaugeMetricFamily(
                "sanchuang_last_backup_age_seconds",
                "Seconds since the newest backup; absent before the first.",
                value=age.total_seconds(),
            )


def _counted() -> Iterator[GaugeMetricFamily]:
    waiting = InboxItem.objects.filter(state=InboxItem.State.OPEN).count()
    yield GaugeMetricFamily("sanchuang_inbox_open", "Items that wait in inboxes.", value=waiting)
    notices = GaugeMetricFamily(
        "sanchuang_notices", "Mails that wait, and that were given up.", labels=["state"]
    )
    backlog = (Notice.State.WAITING, Notice.State.FAILED)
    rows = Notice.objects.filter(state__in=backlog).order_by().values_list("state").annotate(Count("pk"))
    counts = dict(rows)
    for state in backlog:
        notices.add_metric([state.value], counts.get(state.value, 0))
    yield notices
    head = AuditHead.objects.order_by("pk").values_list("number", flat=True).first()
    yield GaugeMetricFamily("sanchuang_audit_rows", "Rows of the audit trail.", value=head or 0)
    # Each transfer is one entry of two accounts.
    entries = Account.objects.aggregate(Sum("seq"))["seq__sum"] or 0
    yield GaugeMetricFamily("sanchuang_ledger_transfers", "Transfers of the ledger.", value=entries // 2)


def exposition() -> bytes:
    """All figures in Prometheus's text form."""
    registry = CollectorRegistry()
    if FOLDER in os.environ:
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        registry.register(_own)
    registry.register(Site())
    return generate_latest(registry)
