"""Everything that changes the inbox: put, take, settle, withdraw, reopen. Every change adds its step to the item's history."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sanchuang.core import audit
from sanchuang.core.inbox.kinds import is_here, kind_of, known
from sanchuang.core.models import InboxItem, InboxStep, User
from sanchuang.core.notifications import actions as notifications
from sanchuang.core.permissions import authorise
from sanchuang.core.roles import Role
from sanchuang.values import Malformed

NOTE = 2000  # characters of an answer
State, Did = InboxItem.State, InboxStep.Did


@transaction.atomic
def put(
    *,
    by: User,
    key: str,
    kind: str,
    data: Mapping[str, Any] | None = None,
    link: str = "",
    user: User | None = None,
    role: Role | None = None,
    organisation: str = "",
    due: dt.date | None = None,
) -> InboxItem:
    """Make something wait for `user`, or for whoever holds `role` (in `organisation`, if one is named).

    Put from an action that has asked its own permission. The same `key` is put once: whoever puts it again is given
    the item that is there, open or done. `data` (JSON) is what the kind's `tell` makes words from, `link` the record's
    address on this site. Raises `ValueError`, as these are faults of the room and not of its user, for a kind nobody
    registered, a link that leads elsewhere, a key that is empty or too long, and unless exactly one of `user` and
    `role` is given; a company's members need their company.
    """
    if known(kind) is None:
        raise ValueError(f"inbox kind {kind!r} is not registered; a room registers it in its AppConfig.ready")
    if (user is None) == (role is None):
        raise ValueError("an inbox item waits for a user or for a role: give one of them")
    if role is Role.MEMBER and not organisation:
        raise ValueError("what waits for a company's members needs their organisation")
    if organisation and role is None:
        raise ValueError("what waits for a user waits in no organisation")
    if link and not is_here(link):
        raise ValueError(f"{link!r} is no address of this site")
    if not key or len(key) > 200:
        raise ValueError("the key of an inbox item has 1 to 200 characters")
    item, made = InboxItem.objects.get_or_create(
        key=key,
        defaults={
            "kind": kind,
            "data": dict(data or {}),
            "link": link,
            "user": user,
            "role": role or "",
            "organisation": organisation,
            "due": due,
            "made_by": by,
        },
    )
    if made:
        item.steps.create(did=Did.PUT, by=by)
        audit.created(item, by=by, verb="core.put_inbox")
        notifications.announce(item, by=by)
    return item


@transaction.atomic
def take(item: InboxItem, *, by: User) -> InboxItem:
    """Take an item of a role upon oneself, also from a colleague. Raises `Refused`; `Malformed` when it is done."""
    item = _locked(item, by)
    _must_be_open(item)
    if item.user_id != by.pk:
        with audit.change(item, by=by, verb="core.take_inbox"):
            item.user = by
            item.save(update_fields=["user"])
            item.steps.create(did=Did.TAKEN, by=by)
    return item


@transaction.atomic
def settle(item: InboxItem, *, by: User, outcome: str, note: str = "") -> InboxItem:
    """End the waiting with one of the kind's outcomes and an answer.

    Raises `Refused`; `Malformed` when it is done already, for an unknown outcome, for one that needs a note, and
    for a note of more than 2000 characters.
    """
    item = _locked(item, by)
    _must_be_open(item)
    kind, note = kind_of(item), _said(note)
    if kind.decided_elsewhere:
        raise Malformed(_("This is decided on the page of its record"), _("Open the record from here"))
    if outcome not in kind.outcomes:
        ways = _("; ").join(str(words) for words in kind.outcomes.values())
        raise Malformed(_("No outcome is chosen"), _("Choose one of: %(ways)s") % {"ways": ways})
    if outcome in kind.explained and not note:
        raise Malformed(
            _("“%(outcome)s” needs its reason") % {"outcome": kind.outcomes[outcome]},
            _("Write it for whoever put the item"),
        )
    _settle(item, by, outcome, note)
    return item


@transaction.atomic
def withdraw(keys: str, *, by: User, outcome: str, note: str = "") -> int:
    """Settle every open item whose key begins with `keys`, as nobody has to act any more; how many there were.

    For a room whose record moved on: its action has asked its own permission, so it may settle what waits for others.
    """
    items = InboxItem.objects.select_for_update().filter(key__startswith=keys, state=State.OPEN)
    for item in (found := list(items.order_by("pk"))):
        _settle(item, by, outcome, note)
    return len(found)


def _settle(item: InboxItem, by: User, outcome: str, note: str) -> None:
    with audit.change(item, by=by, verb="core.settle_inbox", why=note):
        item.state, item.outcome, item.note = State.DONE, outcome, note
        item.settled_by, item.settled_at = by, timezone.now()
        item.save(update_fields=["state", "outcome", "note", "settled_by", "settled_at"])
        item.steps.create(did=Did.SETTLED, by=by, outcome=outcome, note=note)
    if follow := kind_of(item).settled:
        follow(item, by)


@transaction.atomic
def reopen(item: InboxItem, *, by: User, note: str) -> InboxItem:
    """Make a settled item wait again, for the reason in `note`; the former answer stays in its history.

    Raises `Refused`; `Malformed` when it is open or no reason is given.
    """
    item = _locked(item, by)
    if item.state == State.OPEN:
        raise Malformed(_("This is not settled yet"), _("It need not be reopened: settle it"))
    note = _said(note)
    if not note:
        raise Malformed(_("Reopening needs its reason"), _("Write why it is not done"))
    if kind_of(item).decided_elsewhere:
        raise Malformed(_("This is decided on the page of its record"), _("Open the record from here"))
    with audit.change(item, by=by, verb="core.reopen_inbox", why=note):
        item.state, item.outcome, item.note, item.settled_by, item.settled_at = State.OPEN, "", "", None, None
        item.save(update_fields=["state", "outcome", "note", "settled_by", "settled_at"])
        item.steps.create(did=Did.REOPENED, by=by, note=note)
    if follow := kind_of(item).reopened:
        follow(item, by)
    notifications.announce(item, by=by)
    return item


def _locked(item: InboxItem, by: User) -> InboxItem:
    """The item as it is now, held until the end of the transaction, for somebody who may act on it."""
    current = InboxItem.objects.select_for_update().get(pk=item.pk)
    authorise(by, "core.handle_inbox", current)
    return current


def _said(note: str) -> str:
    note = note.strip()
    if len(note) > NOTE:
        raise Malformed(
            _("This is too long: at most %(most)s characters") % {"most": NOTE},
            _("Write the main points; of longer material, say where it can be seen"),
        )
    return note


def _must_be_open(item: InboxItem) -> None:
    if item.state == State.DONE:
        when = timezone.localtime(item.settled_at).strftime("%Y-%m-%d %H:%M")
        raise Malformed(
            _("%(name)s settled this on %(when)s") % {"name": item.settled_by, "when": when},
            _("To change it, reopen it first"),
        )
