"""What core itself knows about a person, and for how long."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.contrib.sessions.models import Session
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sanchuang.core.audit.snapshots import snapshot
from sanchuang.core.models import (
    AuditEntry,
    AuditSealed,
    Delegation,
    InboxItem,
    Invitation,
    User,
)
from sanchuang.core.operator import operator
from sanchuang.core.personal.holders import Holder, Retention, register, retain

Rows = Iterator[dict[str, Any]]


def _account(user: User) -> Rows:
    yield {
        **snapshot(user),
        "last_login": user.last_login.isoformat() if user.last_login else None,
        "pseudonym": user.pseudonym,
    }


def _rows(*querysets: Any) -> Rows:
    for queryset in querysets:
        for record in queryset:
            yield {"id": record.pk, **snapshot(record)}


def _trail(user: User) -> Rows:
    """What the person did: their own rows of the trail, without what those say of other records."""
    for entry in AuditEntry.objects.filter(Q(actor=user.pseudonym) | Q(behalf=user.pseudonym)).iterator():
        yield {
            "number": entry.number,
            "at": entry.at.isoformat(),
            "verb": entry.verb,
            "model": entry.model,
            "record": entry.record,
            "why": entry.why,
        }


def _invitations(user: User) -> Any:
    mailed = Q(email__iexact=user.email) if user.email else Q(pk__in=())
    return Invitation.objects.filter(Q(user=user) | mailed)


def _erase_invitations(user: User) -> None:
    for invitation in _invitations(user):
        AuditSealed.objects.filter(person=invitation.pseudonym).delete()
        Invitation.objects.filter(pk=invitation.pk).update(email="erased@invalid.invalid", name="")


def _erase_sealed(user: User) -> None:
    AuditSealed.objects.filter(person=user.pseudonym).delete()


def _erase_sessions(user: User) -> None:
    for session in Session.objects.filter(expire_date__gte=timezone.now()):
        if session.get_decoded().get("_auth_user_id") == str(user.pk):
            session.delete()


def _old_sessions(before: dt.date) -> int:
    return Session.objects.filter(expire_date__date__lt=before).delete()[0]


def _old_invitations(before: dt.date) -> int:
    """Names and addresses of those who never came."""
    old = Invitation.objects.filter(valid_to__lt=before).exclude(state=Invitation.State.ACCEPTED)
    old = old.exclude(email="erased@invalid.invalid")
    pseudonyms = list(old.values_list("pseudonym", flat=True))
    AuditSealed.objects.filter(person__in=pseudonyms).delete()
    return old.update(email="erased@invalid.invalid", name="")


def _closed_accounts(before: dt.date) -> int:
    """Persons whose account was closed before that day and never opened since."""
    from sanchuang.core.personal.requests import erase

    count = 0
    for user in User.objects.filter(is_active=False, erased_at=None, pack=""):
        about = AuditEntry.objects.filter(
            model=User._meta.label, record=str(user.pk), verb="core.close_account"
        )
        closed = about.order_by("-number").first()
        if closed is not None and timezone.localdate(closed.at) < before:
            erase(user, by=operator(), why=_("The time for which a closed account is kept is over"))
            count += 1
    return count


def register_all() -> None:
    """Tell the register."""
    register(Holder("account", gettext_lazy("Account"), _account))
    register(Holder("roles", gettext_lazy("Roles held"), lambda user: _rows(user.memberships.all())))
    register(
        Holder(
            "delegations",
            gettext_lazy("Delegations"),
            lambda user: _rows(Delegation.objects.filter(Q(giver=user) | Q(receiver=user))),
        )
    )
    register(
        Holder(
            "consents",
            gettext_lazy("Agreements"),
            lambda user: _rows(user.consents.all()),
            lambda user: user.consents.all().delete() and None,
        )
    )
    register(
        Holder(
            "invitations",
            gettext_lazy("Invitations"),
            lambda user: _rows(_invitations(user)),
            _erase_invitations,
        )
    )
    register(
        Holder(
            "inbox",
            gettext_lazy("Inbox"),
            lambda user: _rows(InboxItem.objects.filter(Q(user=user) | Q(made_by=user))),
        )
    )
    register(Holder("trail", gettext_lazy("Audit trail"), _trail, _erase_sealed))
    register(Holder("sessions", gettext_lazy("Sessions"), lambda _user: (), _erase_sessions))
    retain(
        Retention("sessions", gettext_lazy("Sessions that ended"), "retention.session.days", _old_sessions)
    )
    retain(
        Retention(
            "invitations",
            gettext_lazy("Invitations that nobody accepted"),
            "retention.invitation.days",
            _old_invitations,
        )
    )
    retain(
        Retention(
            "closed_accounts",
            gettext_lazy("Closed accounts"),
            "retention.closed_account.days",
            _closed_accounts,
        )
    )
