"""Delegations: somebody acts for somebody else, in one role, until a day, and the trail names both."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from sanchuang.core import audit
from sanchuang.core.errors import Refused
from sanchuang.core.models import Delegation, Membership, User
from sanchuang.core.permissions import authorise, memberships_of
from sanchuang.core.roles import Role
from sanchuang.values import Malformed

MOST_DAYS = 366


@transaction.atomic
def delegate(
    membership: Membership,
    *,
    by: User,
    receiver: User,
    date_to: dt.date,
    date_from: dt.date | None = None,
    why: str,
) -> Delegation:
    """Let `receiver` act for `by` in the role of `membership`, until `date_to` included.

    Raises `Refused` while acting for somebody else; `Malformed` for a role of somebody else or not held, a role that is
    not lent, days out of order, past or more than a year, oneself or a closed account, or no reason.
    """
    authorise(by, "core.delegate")
    today = timezone.localdate()
    date_from = date_from or today
    if membership.user_id != by.pk or membership.pk not in {m.pk for m in memberships_of(by)}:
        raise Malformed(_("You do not hold this role today"), _("Choose one of your own roles"))
    if membership.role == Role.ADMINISTRATOR:
        raise Malformed(
            _("The role of administrator is not lent"), _("Make the other person administrator for the time")
        )
    if receiver.pk == by.pk:
        raise Malformed(_("This is yourself"), _("Choose somebody else"))
    if not receiver.is_active:
        raise Malformed(
            _("The account of “%(name)s” is closed") % {"name": receiver}, _("Choose somebody else")
        )
    if not today <= date_from <= date_to or (date_to - date_from).days > MOST_DAYS:
        raise Malformed(
            _("The days must lie ahead, in order, and span at most a year"),
            _("Correct the first or last day"),
        )
    if not why.strip():
        raise Malformed(_("A delegation needs its reason"), _("Say why, such as a journey or an illness"))
    made = Delegation.objects.create(
        giver=by,
        receiver=receiver,
        role=membership.role,
        organisation=membership.organisation,
        circle=membership.circle,
        date_from=date_from,
        date_to=date_to,
        why=why.strip()[:200],
    )
    audit.created(made, by=by, verb="core.delegate", why=why)
    return made


@transaction.atomic
def end(delegation: Delegation, *, by: User, why: str = "") -> None:
    """End it now, before its day. Raises `Refused`; `Malformed` when it is over already."""
    current = Delegation.objects.select_for_update().get(pk=delegation.pk)
    authorise(by, "core.end_delegation", current)
    if current.ended_at is not None or current.date_to < timezone.localdate():
        raise Malformed(_("This delegation is over already"), _("Nothing is left to end"))
    _end(current, by, why)


def end_all(user: User, *, by: User, why: str) -> None:
    """End what `user` gave and received, in the action by which they leave, which has asked its own permission."""
    for delegation in of(user).filter(ended_at=None).order_by("pk"):
        _end(delegation, by, why)


def _end(delegation: Delegation, by: User, why: str) -> None:
    with audit.change(delegation, by=by, verb="core.end_delegation", why=why):
        Delegation.objects.filter(pk=delegation.pk).update(ended_at=timezone.now(), ended_by=by)


def usable_by(user: User) -> list[Delegation]:
    """Delegations that `user` can act under today: in force, and of roles that the giver still holds."""
    today = timezone.localdate()
    found = Delegation.objects.filter(
        receiver=user, ended_at=None, date_from__lte=today, date_to__gte=today
    ).select_related("giver")
    return [delegation for delegation in found if _works(user, delegation)]


def _works(user: User, delegation: Delegation) -> bool:
    lent = User(pk=user.pk, is_active=user.is_active)
    lent.acting_for = delegation
    return bool(memberships_of(lent))


def of(user: User) -> QuerySet[Delegation]:
    """What `user` gave and received, the latest first."""
    return Delegation.objects.filter(Q(giver=user) | Q(receiver=user)).select_related(
        "giver", "receiver", "ended_by"
    )


@transaction.atomic
def begin_acting(user: User, number: Any) -> Delegation:
    """Check that `user` can act under the delegation with this number today, and note that it begins. Raises `Refused`."""
    found = next((d for d in usable_by(user) if str(d.pk) == str(number)), None)
    if found is None:
        raise Refused(
            _("You cannot act under this delegation today."),
            _("It is over, was ended, or its giver does not hold the role any more."),
        )
    audit.note(by=user, verb="core.act_for", record=found)
    return found


def acting(user: User, number: Any) -> Delegation | None:
    """The delegation under which `user` goes on acting; None when it does not hold any more."""
    found = Delegation.objects.select_related("giver").filter(pk=number, receiver_id=user.pk).first()
    return found if found is not None and _works(user, found) else None


@transaction.atomic
def stop_acting(user: User) -> None:
    """Note that `user` acts for nobody any more; the row still names for whom they did."""
    audit.note(by=user, verb="core.stop_acting", record=user.acting_for)
