"""Asking for an act, and the second person's answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from sanchuang.core import audit, inbox
from sanchuang.core.approvals.acts import Act, act_of, record_of
from sanchuang.core.approvals.inbox_kind import KIND
from sanchuang.core.errors import Conflict
from sanchuang.core.models import Approval, Delegation, User
from sanchuang.core.permissions import authorise, forget_roles
from sanchuang.core.roles import Role
from sanchuang.values import Malformed

DAYS = 14  # how long somebody has to confirm
State = Approval.State


@transaction.atomic
def ask(
    *,
    by: User,
    act: str,
    record: Model | None = None,
    given: Mapping[str, Any] | None = None,
    why: str,
    roles: Collection[Role] = (Role.ADMINISTRATOR,),
) -> Approval:
    """Ask for `act` on `record`, done with `given` (JSON). It waits on the desks of holders of `roles`, but not of the asker.

    Called by the room's action, which has asked its own permission. What is asked again while it waits is the same
    request. Raises `Malformed` without a reason, `ValueError` for an act that nobody registered.
    """
    if not why.strip():
        raise Malformed(_("This act needs its reason"), _("Say why, for whoever confirms it"))
    asked = Approval(
        act=act,
        given=dict(given or {}),
        model=record._meta.label if record is not None else "",
        record=str(record.pk) if record is not None else "",
        version=audit.version_of(record) if record is not None else "",
        why=why.strip(),
        asked_by=by,
        asked_for=by.acting_for.giver.pseudonym if by.acting_for else "",
        valid_to=timezone.localdate() + dt.timedelta(days=DAYS),
    )
    if act_of(asked) is None:
        raise ValueError(f"act {act!r} is not registered for approval")
    same = Approval.objects.filter(
        act=act, given=asked.given, model=asked.model, record=asked.record, state=State.OPEN, asked_by=by
    )
    if waiting := same.filter(valid_to__gte=timezone.localdate()).first():
        return waiting
    asked.save()
    audit.created(asked, by=by, verb="core.ask_approval", why=why)
    for role in roles:
        inbox.put(
            by=by,
            key=f"{KIND}:{asked.pk}:{role}",
            kind=KIND,
            data={"act": act, "number": asked.pk, "name": by.pseudonym},
            link=reverse("approval", args=[asked.pk]),
            role=role,
            due=asked.valid_to,
        )
    return asked


@transaction.atomic
def confirm(approval: Approval, *, by: User) -> Any:
    """Confirm the act as its second person; it is done at once. Gives what the act gives.

    Raises `Refused` for whoever asked, for whom they asked, and for whoever may not confirm; `Malformed` when it is
    decided or too old; `Conflict` when the record is not as it was when somebody asked, or the asker may not do it any
    more. Then nothing is done.
    """
    current, act = _open(approval, by)
    record = record_of(current)
    if current.model and record is None:
        raise Malformed(_("The record is not there any more"), _("Refuse the request"))
    if record is not None and audit.version_of(record) != current.version:
        raise Conflict(
            _("The record was changed after this was asked for"),
            _("Refuse the request and let it be asked for again"),
        )
    outcome = act.perform(current, by=_asker(current, act, record), record=record)
    _decide(current, State.DONE, by, "", "core.confirm_approval")
    return outcome


@transaction.atomic
def refuse(approval: Approval, *, by: User, answer: str) -> None:
    """Refuse the act as its second person, with the reason. Raises as `confirm` does, and `Malformed` without a reason."""
    current, _act = _open(approval, by)
    if not answer.strip():
        raise Malformed(_("A refusal needs its reason"), _("Write it for whoever asked"))
    _decide(current, State.REFUSED, by, answer.strip(), "core.refuse_approval")


@transaction.atomic
def withdraw(approval: Approval, *, by: User) -> None:
    """Take the request back. Raises `Refused` for anybody but the asker; `Malformed` when it is decided."""
    current = Approval.objects.select_for_update().get(pk=approval.pk)
    authorise(by, "core.withdraw_approval", current)
    _must_be_open(current)
    _decide(current, State.WITHDRAWN, by, "", "core.withdraw_approval")


def _open(approval: Approval, by: User) -> tuple[Approval, Act]:
    current = Approval.objects.select_for_update().get(pk=approval.pk)
    authorise(by, "core.decide_approval", current)
    _must_be_open(current)
    act = act_of(current)
    if act is None:
        raise Malformed(_("Nothing here can do this act any more"), _("Let it be withdrawn"))
    authorise(by, act.confirm, record_of(current))
    if current.valid_to < timezone.localdate():
        raise Malformed(
            _("This was to be confirmed by %(day)s") % {"day": current.valid_to.isoformat()},
            _("Let it be asked for again"),
        )
    return current, act


def _asker(approval: Approval, act: Act, record: Model | None) -> User:
    """Whoever asked, acting for whom they asked for, if they still may: a right can be taken away or end meanwhile."""
    asker = User.objects.get(pk=approval.asked_by_id)
    lent = Delegation.objects.filter(receiver=asker, giver__pseudonym=approval.asked_for).select_related(
        "giver"
    )
    for acting_for in lent if approval.asked_for else [None]:
        forget_roles(asker)
        asker.acting_for = acting_for
        if asker.has_perm(act.right, record):
            return asker
    raise Conflict(
        _("Whoever asked for this may not do it any more"),
        _("Refuse the request; somebody who may can ask for it again"),
    )


def _must_be_open(approval: Approval) -> None:
    if approval.state != State.OPEN:
        raise Malformed(
            _("This is decided already: %(state)s") % {"state": approval.get_state_display()},
            _("Reload the page"),
        )


def _decide(approval: Approval, state: str, by: User, answer: str, verb: str) -> None:
    with audit.change(approval, by=by, verb=verb, why=answer):
        approval.state, approval.decided_by, approval.decided_at = state, by, timezone.now()
        approval.answer = answer
        approval.save(update_fields=["state", "decided_by", "decided_at", "answer"])
    inbox.withdraw(f"{KIND}:{approval.pk}:", by=by, outcome=state, note=answer)
