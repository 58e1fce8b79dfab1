"""Learning takes a while, and is done outside of requests by `sanchuang worker`."""

from __future__ import annotations

from django_tasks import task

from sanchuang.registry.models import MatchTraining


@task()
def work_on(number: int) -> None:
    """Finish training `number`."""
    from sanchuang.registry.matching.actions import finish_learning

    finish_learning(MatchTraining.objects.get(pk=number))


def enqueue(row: MatchTraining) -> None:
    """Have the worker finish `row` as soon as the transaction at hand is done."""
    work_on.enqueue(row.pk)
