"""Who is told of what, and what is in the outbox."""

from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet
from django.utils import timezone

from sanchuang.core.inbox.queries import holders
from sanchuang.core.models import InboxItem, Notice, NotificationPreference, User

WAITING, SENT = Notice.State.WAITING, Notice.State.SENT
Pace = NotificationPreference.Pace


def readers(item: InboxItem) -> QuerySet[User]:
    """For whom the item waits, of those who can be told by e-mail: its user, else who holds its role today."""
    if item.user_id is not None:
        people = User.objects.filter(pk=item.user_id, is_active=True)
    else:
        people = holders(item.role, timezone.localdate(), organisation=item.organisation)
    return reachable(people)


def reachable(people: QuerySet[User]) -> QuerySet[User]:
    """Of `people` those with an address who want mail."""
    return people.exclude(email="").exclude(notification_preference__pace=Pace.NONE)


def pace_of(user: User) -> str:
    """How often `user` hears by e-mail."""
    pace = NotificationPreference.objects.filter(user=user).values_list("pace", flat=True).first()
    return pace or Pace.DAILY


def to_send(now: dt.datetime) -> QuerySet[Notice]:
    """Notices that nobody is sending and that do not rest after a failure."""
    return Notice.objects.filter(state=WAITING, not_before__lte=now)


def last_sent(user: User, count: int) -> list[Notice]:
    """The last notices that went out to `user`, the newest first."""
    sent = Notice.objects.filter(user=user, state=SENT).select_related("item")
    return list(sent.order_by("-done_at", "-pk")[:count])
