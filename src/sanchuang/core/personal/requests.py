"""A person's own requests: a copy of what is known about them, and its deletion."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sanchuang.core import approvals, audit
from sanchuang.core.accounts import delegations
from sanchuang.core.accounts.actions import keep_an_administrator
from sanchuang.core.models import Approval, User
from sanchuang.core.permissions import authorise
from sanchuang.core.personal.holders import holders
from sanchuang.core.roles import Role
from sanchuang.values import Malformed


@transaction.atomic
def export(user: User, *, by: User) -> dict[str, Any]:
    """All that is known about `user`, part by part, as JSON. Raises `Refused`."""
    authorise(by, "core.export_person", user)
    audit.note(by=by, verb="core.read_personal_data", record=user)
    parts = {
        holder.key: {"label": str(holder.label), "rows": [dict(row) for row in holder.export(user)]}
        for holder in holders()
    }
    return {"made_at": timezone.now().isoformat(timespec="seconds"), "parts": parts}


@transaction.atomic
def request_erasure(user: User, *, by: User, why: str) -> Approval:
    """Ask that all that names `user` is deleted; a second person confirms it, for it cannot be undone.

    Raises `Refused`; `Malformed` when it was done already, and for the last administrator.
    """
    authorise(by, "core.request_erasure", user)
    if user.erased_at is not None:
        raise Malformed(_("This person was erased"), _("Nothing is left to delete"))
    if user.memberships.filter(role=Role.ADMINISTRATOR).exists():
        keep_an_administrator(without=user)
    return approvals.ask(
        by=by,
        act="core.erase_person",
        record=user,
        why=why,
        roles=(Role.ADMINISTRATOR, Role.AUDITOR),
    )


@transaction.atomic
def erase(user: User, *, by: User, why: str) -> None:
    """Delete what names `user`, everywhere. Rows that others refer to stay under the pseudonym, and the chain holds.

    Called by the confirmed act, or by the retention of closed accounts. Raises `Malformed` for the last administrator.
    """
    if user.memberships.filter(role=Role.ADMINISTRATOR).exists():
        keep_an_administrator(without=user)
    for holder in holders():
        holder.erase(user)
    user.memberships.all().delete()
    delegations.end_all(user, by=by, why=why)
    delegations.of(user).update(why="–")
    user.set_unusable_password()
    for name in ("display_name", "first_name", "last_name", "email", "pack"):
        setattr(user, name, "")
    user.username = f"erased-{user.pseudonym[:12]}"
    user.is_active = user.is_staff = user.is_superuser = False
    user.erased_at, user.last_login = timezone.now(), None
    user.save()
    audit.note(by=by, verb="core.erase_person", record=user, after={"is_active": False}, why=why)


def _perform(approval: Approval, *, by: User, record: Any) -> None:
    erase(record, by=by, why=approval.why)


def _tell(approval: Approval) -> list[tuple[str, str]]:
    person = User.objects.filter(pk=approval.record).first()
    return [(_("Person"), str(person or ""))]


approvals.register(
    approvals.Act(
        "core.erase_person",
        right="core.request_erasure",
        confirm="core.confirm_erasure",
        perform=_perform,
        tell=_tell,
    )
)
