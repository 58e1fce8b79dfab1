"""What people agreed to: purposes with their text, each agreement noted with the version it was given to."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sanchuang.core import audit
from sanchuang.core.models import Consent, User
from sanchuang.core.permissions import authorise
from sanchuang.values import Malformed


@dataclass(frozen=True)
class Purpose:
    """Something for which a person's data is used: its text and the version of that text.

    Without agreement to a `required` one there is no account; it cannot be taken back but with the account.
    """

    key: str
    version: str
    label: str | Promise
    text: str | Promise
    required: bool = False


_purposes: dict[str, Purpose] = {}


def register(purpose: Purpose) -> None:
    """Offer a purpose; whoever changes its text gives it a new version, which is then agreed to anew."""
    _purposes[purpose.key] = purpose


def purposes() -> list[Purpose]:
    """All purposes, the required ones first."""
    return sorted(_purposes.values(), key=lambda purpose: (not purpose.required, purpose.key))


def required() -> list[Purpose]:
    """Purposes without which there is no account."""
    return [purpose for purpose in purposes() if purpose.required]


def state_of(user: User) -> list[tuple[Purpose, Consent | None]]:
    """Each purpose with the agreement to its present version that holds, if any."""
    held = {(c.purpose, c.version): c for c in user.consents.filter(withdrawn_at=None)}
    return [(purpose, held.get((purpose.key, purpose.version))) for purpose in purposes()]


@transaction.atomic
def give(*, by: User, purpose: str) -> Consent:
    """Note that `by` agrees to the present text of `purpose`; agreeing again changes nothing.

    Raises `Refused` while acting for somebody else, `Malformed` for an unknown purpose.
    """
    authorise(by, "core.change_own_account", by)
    known = _known(purpose)
    held = by.consents.filter(purpose=known.key, version=known.version, withdrawn_at=None).first()
    if held is not None:
        return held
    made = Consent.objects.create(user=by, purpose=known.key, version=known.version)
    audit.created(made, by=by, verb="core.give_consent")
    return made


@transaction.atomic
def withdraw(*, by: User, purpose: str) -> None:
    """Take the agreement of `by` to `purpose` back, whatever version it was given to.

    Raises `Refused` while acting for somebody else; `Malformed` for an unknown purpose, and for a required one.
    """
    authorise(by, "core.change_own_account", by)
    known = _known(purpose)
    if known.required:
        raise Malformed(
            _("Without “%(purpose)s” there is no account") % {"purpose": known.label},
            _("To take it back, ask for the deletion of your data"),
        )
    for held in by.consents.filter(purpose=known.key, withdrawn_at=None):
        with audit.change(held, by=by, verb="core.withdraw_consent"):
            Consent.objects.filter(pk=held.pk).update(withdrawn_at=timezone.now())


def _known(key: str) -> Purpose:
    if key not in _purposes:
        raise Malformed(_("There is no purpose “%(key)s”") % {"key": key[:40]}, _("Choose one of the page"))
    return _purposes[key]


register(
    Purpose(
        "account",
        "1",
        gettext_lazy("Keeping your account"),
        gettext_lazy(
            "Your name, e-mail address, roles and what you do here are kept so that you can sign in and so that every"
            " decision shows who took it. You can have a copy of your data, and have it deleted; of what you did, a"
            " pseudonym then stays."
        ),
        required=True,
    )
)
register(
    Purpose(
        "mail",
        "1",
        gettext_lazy("Mail about events and offers"),
        gettext_lazy(
            "The district may write to you about events, scenes and offers that fit your organisation."
        ),
    )
)
