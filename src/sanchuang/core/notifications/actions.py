"""Everything that changes preferences and the outbox.

What was sent is not audited: the outbox keeps it.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from sanchuang.core import audit
from sanchuang.core.inbox.kinds import is_here
from sanchuang.core.inbox.queries import waiting_for
from sanchuang.core.language import listed
from sanchuang.core.models import InboxItem, Notice, NotificationPreference, User
from sanchuang.core.notifications import kinds, queries, times
from sanchuang.core.notifications.permissions import SET
from sanchuang.core.permissions import authorise
from sanchuang.values import Malformed

State, Pace = Notice.State, NotificationPreference.Pace
LONGEST_ERROR = 300


@transaction.atomic
def set_pace(pace: str, *, by: User) -> NotificationPreference:
    """Choose how often `by` hears by e-mail. Raises `Refused`, and `Malformed` for a pace that is none of `Pace`."""
    authorise(by, SET)
    if pace not in Pace.values:
        raise Malformed(
            _("It is not said how often"), _("Choose one of: %(ways)s") % {"ways": listed(Pace.labels)}
        )
    preference, _made = NotificationPreference.objects.select_for_update().get_or_create(user=by)
    with audit.change(preference, by=by, verb=SET):
        preference.pace = pace
        preference.save(update_fields=["pace"])
    return preference


@transaction.atomic
def notify(
    *, by: User, user: User, kind: str, data: Mapping[str, Any] | None = None, link: str = ""
) -> Notice | None:
    """Tell `user` something by e-mail; None when they have no address, want no mail, or are `by` themselves.

    Called from an action that has asked its own permission, inside its transaction: nothing is sent of what is
    not committed. `data` (JSON) is what the kind's teller makes words from, `link` an address on this site. Raises
    `ValueError`, as these are faults of the room, for a kind nobody registered and a link that leads elsewhere.
    """
    if not kinds.known(kind):
        raise ValueError(
            f"notice kind {kind!r} is not registered; a room registers it in its AppConfig.ready"
        )
    if link and not is_here(link):
        raise ValueError(f"{link!r} is no address of this site")
    if user.pk == by.pk or not queries.reachable(User.objects.filter(pk=user.pk, is_active=True)).exists():
        return None
    notice = Notice.objects.create(user=user, kind=kind, data=dict(data or {}), link=link)
    _arrange([user.pk])
    return notice


def announce(item: InboxItem, *, by: User) -> None:
    """Tell those for whom `item` waits. The inbox calls it where the item is put; who put it knows already."""
    readers = list(queries.readers(item).exclude(pk=by.pk))
    notices = [Notice(user=reader, item=item) for reader in readers]
    Notice.objects.bulk_create(notices, ignore_conflicts=True)  # who has not been told yet is not told twice
    _arrange([reader.pk for reader in readers])


def _arrange(users: list[int]) -> None:
    """Give each of `users` the preference by which they are sent to, and send to those who want it at once."""
    if not users:
        return
    preferences = [NotificationPreference(user_id=user) for user in users]
    NotificationPreference.objects.bulk_create(preferences, ignore_conflicts=True)
    hasty = NotificationPreference.objects.filter(user__in=users, pace=Pace.AT_ONCE)
    if now := sorted(hasty.values_list("user_id", flat=True)):
        from sanchuang.core.notifications.sending import at_once  # which calls the actions of this module

        transaction.on_commit(partial(at_once, now))


@dataclass(frozen=True)
class Claim:
    """Notices of one user that this process, and no other, is about to send; and how many are not needed any more."""

    notices: tuple[Notice, ...] = ()
    dropped: int = 0


@transaction.atomic
def claim(user: User, now: dt.datetime, zone: zoneinfo.ZoneInfo) -> Claim:
    """Take what is to be sent to `user` now, for the time of a lease; drop what they need not hear any more.

    The row of the user's preference is locked meanwhile: whoever comes at the same time finds it locked, or
    afterwards nothing to take. No lock is held while a mail server is waited for.
    """
    preference = NotificationPreference.objects.select_for_update(skip_locked=True).filter(user=user).first()
    if preference is None:
        return Claim()
    due = queries.to_send(now).filter(user=user)
    if not user.is_active or not user.email or preference.pace == Pace.NONE:
        return Claim(dropped=_drop(due.values_list("pk", flat=True), now))
    latest = times.reaches_to(preference.pace, now, zone)
    if latest is None:
        return Claim()
    notices = list(due.filter(made_at__lt=latest).select_related("item"))
    still = set(
        waiting_for(user)
        .filter(pk__in=[notice.item_id for notice in notices if notice.item_id])
        .values_list("pk", flat=True)
    )
    live = [notice for notice in notices if notice.item_id is None or notice.item_id in still]
    gone = {notice.pk for notice in notices} - {notice.pk for notice in live}
    dropped = _drop(gone, now)
    _rows(live).update(not_before=now + times.LEASE, tries=F("tries") + 1)
    return Claim(tuple(live), dropped)


def _drop(notices: Iterable[int], now: dt.datetime) -> int:
    return Notice.objects.filter(pk__in=list(notices)).update(state=State.DROPPED, done_at=now)


def _rows(notices: Iterable[Notice]) -> Any:
    return Notice.objects.filter(pk__in=[notice.pk for notice in notices], state=State.WAITING)


@transaction.atomic
def sent(notices: Iterable[Notice], now: dt.datetime) -> None:
    """The mail is with the mail server."""
    _rows(notices).update(state=State.SENT, done_at=now, error="")


@transaction.atomic
def failed(notices: Iterable[Notice], now: dt.datetime, error: str, *, for_good: bool = False) -> int:
    """It could not be sent: rest and try again, or give up, at once or after many tries. Returns how many are given up."""
    given_up = 0
    said = error[:LONGEST_ERROR]
    for notice in _rows(notices):
        if for_good or notice.tries >= times.MOST_TRIES:
            notice.state, notice.done_at = State.FAILED, now
            given_up += 1
        else:
            notice.not_before = now + times.wait_after(notice.tries)
        notice.error = said
        notice.save(update_fields=["state", "done_at", "not_before", "error"])
    return given_up


@transaction.atomic
def try_again(now: dt.datetime | None = None) -> int:
    """Let what was given up, or rests after a failure, be sent at the next pass. Returns how many."""
    now = now or timezone.now()
    again = 0
    for notice in Notice.objects.filter(state=State.FAILED).select_related("user"):
        same = Notice.objects.filter(user=notice.user, item=notice.item_id, state=State.WAITING)
        if notice.item_id and same.exists():
            continue  # it waits a second time already
        notice.state, notice.done_at, notice.tries, notice.not_before = State.WAITING, None, 0, now
        notice.save(update_fields=["state", "done_at", "tries", "not_before"])
        again += 1
    resting = Notice.objects.filter(state=State.WAITING, not_before__gt=now).exclude(error="")
    return again + resting.update(not_before=now)
