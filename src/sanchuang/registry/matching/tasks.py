"""Learning takes a while, and is done outside of requests by `sanchuang worker`."""

from __future__ import annotations

from collections.abc import Sequence

from django_tasks import task

from sanchuang.registry.models import MatchTraining


@task()
def work_on(*numbers: int) -> None:
    """Finish these trainings, one after the other: that of labs and suppliers rests on that of results."""
    from sanchuang.registry.matching.actions import finish_learning

    for number in numbers:
        finish_learning(MatchTraining.objects.get(pk=number))


def enqueue(rows: Sequence[MatchTraining]) -> None:
    """Have the worker finish `rows` as soon as the transaction at hand is done."""
    work_on.enqueue(*(row.pk for row in rows))
