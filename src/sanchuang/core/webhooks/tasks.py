"""What a worker does for webhooks."""

from __future__ import annotations

from django_tasks import task

from sanchuang.core.webhooks import actions


@task()
def deliver(number: int) -> None:
    """Try the delivery with this number once."""
    actions.attempt(number)
