"""What waits for whom, soonest due first."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count, Q, QuerySet

from sanchuang.core.inbox.kinds import by_another
from sanchuang.core.models import InboxItem, Membership, User
from sanchuang.core.permissions import memberships_of
from sanchuang.core.roles import Role

OPEN, DONE = InboxItem.State.OPEN, InboxItem.State.DONE


@dataclass(frozen=True)
class Waiting:
    """How many things wait for somebody, and how many of them past their day."""

    total: int = 0
    overdue: int = 0


def _of_roles(user: User) -> Q:
    """Items of the roles that `user` holds today."""
    held = Q(pk__in=())
    for membership in memberships_of(user):
        held |= Q(role=membership.role, organisation__in={"", membership.organisation})
    return held


def _mine(user: User) -> Q:
    others = ~Q(made_by=user, kind__in=by_another())
    return Q(user=user) | (Q(user__isnull=True) & _of_roles(user) & others)


def _items() -> QuerySet[InboxItem]:
    return InboxItem.objects.select_related("made_by", "user", "settled_by")


def waiting_for(user: User) -> QuerySet[InboxItem]:
    """What waits for `user`: their own and, of their roles, what nobody has taken; soonest due first."""
    return _items().filter(_mine(user), state=OPEN)


def with_colleagues(user: User) -> QuerySet[InboxItem]:
    """Open items of the user's roles that somebody else has taken."""
    return _items().filter(_of_roles(user), state=OPEN, user__isnull=False).exclude(user=user)


def done_by_or_for(user: User) -> QuerySet[InboxItem]:
    """Settled items that waited for `user` or their roles, or that they settled; the last first."""
    mine = _mine(user) | _of_roles(user) | Q(settled_by=user)
    return _items().filter(mine, state=DONE).order_by("-settled_at", "-pk")


def put_by(user: User) -> QuerySet[InboxItem]:
    """What `user` put for others, such as a report of a wrong figure, and what became of it; the last first."""
    return _items().filter(made_by=user).exclude(user=user, role="").order_by("-pk")


def waiting_count(user: User, today: dt.date) -> Waiting:
    """How many things wait for `user`, in one query; an item is overdue from the day after its due day."""
    counted = InboxItem.objects.filter(_mine(user), state=OPEN).aggregate(
        total=Count("pk"), overdue=Count("pk", filter=Q(due__lt=today))
    )
    return Waiting(counted["total"], counted["overdue"])


def holders(role: str, on: dt.date, organisation: str = "") -> QuerySet[User]:
    """Who can sign in and holds `role` on that day, in `organisation` if one is named."""
    held = Membership.objects.filter(
        Q(date_from__isnull=True) | Q(date_from__lte=on),
        Q(date_to__isnull=True) | Q(date_to__gte=on),
        role=role,
    )
    if organisation:
        held = held.filter(organisation=organisation)
    people = User.objects.filter(is_active=True, pk__in=held.values("user"))
    return people if settings.DEMO else people.filter(pack="")  # a pack's sign-ins only demonstrate


def somebody_holds(role: Role, on: dt.date) -> bool:
    """Whether anybody who can sign in holds `role` on that day."""
    return holders(role, on).exists()
