"""What core keeps about an organisation goes over to another: roles, what waits for its people, files, clocks.

Called by the action that merges organisations, inside its transaction, which has asked the permission and writes the
rows of the audit trail. Core knows an organisation by its identifier, and its record by its key.
"""

from __future__ import annotations

import datetime as dt

from django.db.models import Model, QuerySet
from django.utils import timezone

from sanchuang.core import clocks
from sanchuang.core.attachments.kinds import label_of
from sanchuang.core.models import (
    Attachment,
    Clock,
    Delegation,
    InboxItem,
    Invitation,
    Membership,
    User,
    Webhook,
)

REACHES = (Delegation, Invitation, InboxItem, Clock, Webhook)


def roles(old: str, new: str) -> list[list[str]]:
    """Bind the roles in `old` to `new`; of two that somebody has in both one stays. Gives who has which now.

    Nobody gets a day on which they held neither: where both hold today the span covers both, else the one that holds
    today stays, and where none does, the one that ends later.
    """
    today, told = timezone.localdate(), []
    for held in Membership.objects.filter(organisation=old).select_related("user").order_by("pk"):
        told.append([held.user.pseudonym, held.role, old, new])
        same = Membership.objects.filter(
            user=held.user, role=held.role, organisation=new, circle=held.circle
        ).first()
        if same is not None:
            held.date_from, held.date_to = _one_of(held, same, today)
            same.delete()
        held.organisation = new
        held.save()
    return told


def _one_of(one: Membership, other: Membership, today: dt.date) -> tuple[dt.date | None, dt.date | None]:
    if one.holds(today) and other.holds(today):
        first = None if None in (one.date_from, other.date_from) else min(one.date_from, other.date_from)  # type: ignore[type-var]
        last = None if None in (one.date_to, other.date_to) else max(one.date_to, other.date_to)  # type: ignore[type-var]
        return first, last
    kept = max(one, other, key=lambda held: (held.holds(today), held.date_to or dt.date.max))
    return kept.date_from, kept.date_to


def count_reaches(slug: str) -> int:
    """How many roles, delegations, invitations, inbox items, clocks and webhooks name the organisation."""
    return sum(model.objects.filter(organisation=slug).count() for model in (Membership, *REACHES))


def reaches(old: str, new: str) -> int:
    """Let delegations, invitations, inbox items, clocks and webhooks that name `old` name `new`."""
    return sum(model.objects.filter(organisation=old).update(organisation=new) for model in REACHES)


def files_of(record: Model) -> int:
    """How many files are on `record`."""
    return Attachment.objects.filter(
        model=label_of(type(record)), record=str(record.pk), removed_at=None
    ).count()


def files(old: Model, new: Model, *, by: User, why: str) -> int:
    """Put the files of `old` on `new`; one that is there already counts as removed."""
    label = label_of(type(new))
    there = Attachment.objects.filter(model=label, record=str(new.pk), removed_at=None).values("blob")
    moving = Attachment.objects.filter(model=label_of(type(old)), record=str(old.pk))
    twice = list(moving.filter(removed_at=None, blob__in=there).values_list("pk", flat=True))
    Attachment.objects.filter(pk__in=twice).update(removed_at=timezone.now(), removed_by=by, why=why[:500])
    return moving.update(model=label, record=str(new.pk)) - len(twice)


def clocks_of(record: Model) -> int:
    """How many clocks run on `record`."""
    return _clocks(record).exclude(state=Clock.State.STOPPED).count()


def clocks_on(old: Model, new: Model, *, by: User) -> int:
    """Let the clocks of `old` run on `new`; where one of its kind runs there, that of `old` is stopped."""
    running = _clocks(new).exclude(state=Clock.State.STOPPED).values("kind")
    for twice in (
        _clocks(old)
        .exclude(state=Clock.State.STOPPED)
        .filter(kind__in=list(running.values_list("kind", flat=True)))
    ):
        clocks.stop(twice, by=by)
    return _clocks(old).update(record=str(new.pk))


def _clocks(record: Model) -> QuerySet[Clock]:
    return Clock.objects.filter(model=record._meta.label, record=str(record.pk))
