"""Making and ending webhooks, telling a receiver once more, and what becomes of each delivery."""

from __future__ import annotations

import datetime as dt
import json
import secrets
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from sanchuang.core import audit
from sanchuang.core.models import AuditEntry, AuditHead, Delivery, User, Webhook, WebhookCursor
from sanchuang.core.permissions import authorise
from sanchuang.core.sign_in.secrets import seal, unseal
from sanchuang.core.webhooks import kinds
from sanchuang.core.webhooks.permissions import may_hear
from sanchuang.core.webhooks.places import place_of
from sanchuang.core.webhooks.sending import Outcome, send
from sanchuang.values import Malformed

State = Delivery.State
MOST_WEBHOOKS = 20  # of one person
AT_ONCE = 200  # audit rows that are read together
MARK = "scw_"
# How long a delivery rests after each try in vain: eight tries within a day.
WAITS = [dt.timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 2 * 60, 6 * 60, 12 * 60)]
RESTS = dt.timedelta(seconds=30)  # a receiver that does not answer, so that it holds up nobody else
HELD = dt.timedelta(minutes=2)  # far longer than a try takes


@transaction.atomic
def make_webhook(*, by: User, url: str, verbs: Iterable[str], organisation: str = "") -> tuple[Webhook, str]:
    """Have `url` told of `verbs` from now on, and the secret of its signatures, which nobody can read again.

    Raises `Refused`; `Malformed` for what is no address, no or unknown events, and too many webhooks.
    """
    authorise(by, "core.make_webhook")
    wanted = sorted(set(verbs))
    place_of(url)
    if not wanted or not set(wanted) <= set(kinds.verbs()):
        raise Malformed(_("No event is chosen, or one that there is not"), _("Choose events of the list"))
    if Webhook.objects.filter(user=by, ended_at=None).count() >= MOST_WEBHOOKS:
        raise Malformed(
            _("There are %(most)s webhooks already") % {"most": MOST_WEBHOOKS},
            _("End one that is not needed"),
        )
    secret = MARK + secrets.token_urlsafe(32)
    made = Webhook.objects.create(
        user=by,
        url=url,
        verbs=wanted,
        organisation=organisation,
        secret=seal(secret),
        after=_end(),
    )
    audit.created(made, by=by, verb="core.make_webhook")
    return made, secret


@transaction.atomic
def end_webhook(webhook: Webhook, *, by: User) -> None:
    """Tell it nothing more; what waits is dropped. Raises `Refused`; `Malformed` when it was ended already."""
    current = Webhook.objects.select_for_update().select_related("user").get(pk=webhook.pk)
    authorise(by, "core.manage_webhook", current)
    if current.ended_at is not None:
        raise Malformed(_("This webhook was ended already"), _("Nothing is left to do"))
    now = timezone.now()
    with audit.change(current, by=by, verb="core.end_webhook"):
        Webhook.objects.filter(pk=current.pk).update(ended_at=now)
    current.deliveries.filter(state=State.WAITING).update(state=State.DROPPED, done_at=now, next_at=None)


@transaction.atomic
def replay(delivery: Delivery, *, by: User) -> None:
    """Tell the receiver once more, at once. Raises `Refused`; `Malformed` while it waits, and for an ended webhook."""
    found = Delivery.objects.select_for_update().select_related("webhook__user").get(pk=delivery.pk)
    authorise(by, "core.manage_webhook", found.webhook)
    if found.webhook.ended_at is not None or found.state == State.WAITING:
        raise Malformed(
            _("This is to be delivered already, or its webhook was ended"), _("Look at the webhook's state")
        )
    found.state, found.done_at, found.tries, found.error = State.WAITING, None, 0, ""
    found.next_at = timezone.now()
    found.save(update_fields=["state", "done_at", "tries", "error", "next_at"])
    Webhook.objects.filter(pk=found.webhook_id).update(rests_until=None)
    audit.note(by=by, verb="core.replay_delivery", record=found, after={"entry": found.entry})
    _enqueue(found.pk)


def _end() -> int:
    return AuditHead.objects.filter(pk=1).values_list("number", flat=True).first() or 0


def _enqueue(number: int, after: dt.datetime | None = None) -> None:
    from sanchuang.core.webhooks.tasks import deliver

    (deliver.using(run_after=after) if after else deliver).enqueue(number)


def behind() -> bool:
    """Whether there are rows of the trail that nobody looked at for webhooks; reads three rows and writes nothing."""
    live = Webhook.objects.filter(ended_at=None)
    first = live.order_by("after").values_list("after", flat=True).first()
    if first is None:
        return False
    read = WebhookCursor.objects.filter(pk=1).values_list("number", flat=True).first() or 0
    return _end() > max(read, first)


@transaction.atomic
def fan_out() -> int:
    """Make the deliveries for the next rows of the trail; gives how many rows were read.

    The place in the trail, the deliveries and their tasks are one transaction: nothing is forgotten and nothing made twice.
    """
    cursor, _made = WebhookCursor.objects.select_for_update().get_or_create(pk=1)
    hooks = list(Webhook.objects.filter(ended_at=None).select_related("user"))
    if not hooks:
        return 0
    start = max(cursor.number, min(hook.after for hook in hooks))
    entries = list(AuditEntry.objects.filter(number__gt=start).order_by("number")[:AT_ONCE])
    if not entries:
        return 0
    wanted = {verb for hook in hooks for verb in hook.verbs}
    records = _records([entry for entry in entries if entry.verb in wanted])
    now = timezone.now()
    made = [
        Delivery(webhook=hook, entry=entry.number, next_at=now)
        for entry in entries
        for hook in hooks
        if entry.verb in hook.verbs and entry.number > hook.after and _concerns(hook, entry, records)
    ]
    for delivery in Delivery.objects.bulk_create(made):
        _enqueue(delivery.pk)
    cursor.number = entries[-1].number
    cursor.save(update_fields=["number"])
    return len(entries)


Records = dict[tuple[str, str], Any]


def _records(entries: list[AuditEntry]) -> Records:
    keys: dict[str, set[str]] = {}
    for entry in entries:
        keys.setdefault(entry.model, set()).add(entry.record)
    found: Records = {}
    for model, wanted in keys.items():
        kind = kinds.kind_of(model)
        if kind is not None:
            found |= {(model, key): record for key, record in kind.records(wanted).items()}
    return found


def _concerns(hook: Webhook, entry: AuditEntry, records: Records) -> bool:
    kind, record = kinds.kind_of(entry.model), records.get((entry.model, entry.record))
    if kind is None or record is None or not may_hear(hook.user, kind, record):
        return False
    return not hook.organisation or hook.organisation in set(kind.organisations(record))


def attempt(number: int) -> None:
    """One try of a delivery; a try in vain leaves the next one behind. What is done or dropped already is left alone."""
    now = timezone.now()
    delivery = Delivery.objects.select_related("webhook__user").filter(pk=number).first()
    if delivery is None or delivery.state != State.WAITING:
        return
    hook = delivery.webhook
    if hook.rests_until is not None and hook.rests_until > now:
        _put_off(delivery, hook.rests_until)
        return
    entry = AuditEntry.objects.filter(number=delivery.entry).first()
    secret = unseal(hook.secret)
    records = _records([entry]) if entry is not None else {}
    if entry is None or hook.ended_at is not None or not _concerns(hook, entry, records):
        _settle(delivery, State.DROPPED, error="")
        return
    if secret is None:
        _settle(delivery, State.FAILED, error="the secret was sealed with a key that the site has no more")
        return
    Delivery.objects.filter(pk=number).update(tries=delivery.tries + 1, next_at=now + HELD)
    delivery.tries += 1
    headers = {"X-Sanchuang-Event": entry.verb, "X-Sanchuang-Delivery": str(delivery.pk)}
    _note(delivery, send(hook.url, event(entry, records), secret, headers))


def event(entry: AuditEntry, records: Records) -> bytes:
    """What is told of an act: that it was done, to which record, when and where to read it; nothing of what was changed."""
    kind, record = kinds.kind_of(entry.model), records.get((entry.model, entry.record))
    address = kind.address(record) if kind is not None and record is not None else ""
    said = {
        "id": f"evt_{entry.digest[:32]}",
        "number": entry.number,
        "verb": entry.verb,
        "at": entry.at.isoformat(),
        "record": {
            "kind": entry.model,
            "key": entry.record,
            "url": f"{settings.SITE_URL}{address}" if address else None,
        },
    }
    return json.dumps(said, ensure_ascii=False).encode()


def _note(delivery: Delivery, outcome: Outcome) -> None:
    if outcome.good:
        _settle(delivery, State.DONE, status=outcome.status, error="")
        return
    if delivery.tries > len(WAITS):
        _settle(delivery, State.FAILED, status=outcome.status, error=outcome.error)
        return
    after = timezone.now() + WAITS[delivery.tries - 1]
    with transaction.atomic():
        Delivery.objects.filter(pk=delivery.pk).update(
            status=outcome.status, error=outcome.error, next_at=after
        )
        if outcome.silent:
            Webhook.objects.filter(pk=delivery.webhook_id).update(rests_until=timezone.now() + RESTS)
        _enqueue(delivery.pk, after)


def _settle(delivery: Delivery, state: str, **more: Any) -> None:
    with transaction.atomic():
        Delivery.objects.filter(pk=delivery.pk).update(
            state=state, done_at=timezone.now(), next_at=None, **more
        )
        if state == State.DONE and delivery.webhook.rests_until is not None:
            Webhook.objects.filter(pk=delivery.webhook_id).update(rests_until=None)


@transaction.atomic
def _put_off(delivery: Delivery, until: dt.datetime) -> None:
    Delivery.objects.filter(pk=delivery.pk).update(next_at=until)
    _enqueue(delivery.pk, until)


@transaction.atomic
def take_up(now: dt.datetime) -> int:
    """Queue again what should have been tried long ago and has no task any more; gives how many."""
    lost = Delivery.objects.filter(Q(next_at__lt=now - HELD) | Q(next_at=None), state=State.WAITING)
    numbers = list(lost.values_list("pk", flat=True)[:AT_ONCE])
    Delivery.objects.filter(pk__in=numbers).update(next_at=now)
    for number in numbers:
        _enqueue(number)
    return len(numbers)


@transaction.atomic
def sweep(now: dt.datetime) -> int:
    """Delete deliveries that were settled a month ago; gives their number."""
    old = Delivery.objects.filter(done_at__lt=now - dt.timedelta(days=30))
    return old.delete()[0]
