"""What is written down of signing in and of changes to a sign-in: never a secret, never a whole e-mail address.

Passwords are written by the action that sets them; the rest follows the signals of django-allauth and django-axes,
which they send inside the transaction of the change where they have one.
"""

from __future__ import annotations

from typing import Any

from allauth.account import signals as account
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.models import EmailAddress
from allauth.mfa import signals as second_step
from allauth.mfa.models import Authenticator
from allauth.socialaccount import signals as outside
from allauth.socialaccount.models import SocialAccount, SocialLogin
from axes.signals import user_locked_out
from django.contrib.auth.signals import user_logged_out
from django.db import transaction
from django.dispatch import Signal
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from sanchuang.core import audit
from sanchuang.core.models import User
from sanchuang.core.sign_in.locks import account_named

CODES, TOTP = Authenticator.Type.RECOVERY_CODES, Authenticator.Type.TOTP

audit.name_particulars(
    by=_("way in"),
    failures=_("wrong tries"),
    address=_("network address"),
    left=_("codes left"),
    provider=_("provider"),
)
VERBS = {
    "core.sign_in": _("sign in"),
    "core.sign_out": _("sign out"),
    "core.lock": _("shut the sign-in after too many wrong tries"),
    "core.unlock": _("open a sign-in that was shut"),
    "core.change_password": _("change the password"),
    "core.reset_password": _("set a new password by mail"),
    "core.turn_on_two_step": _("turn on two-step sign-in"),
    "core.turn_off_two_step": _("turn off two-step sign-in"),
    "core.drop_two_step": _("take two-step sign-in off an account"),
    "core.make_recovery_codes": _("make new recovery codes"),
    "core.use_recovery_code": _("use a recovery code"),
    "core.change_email": _("change the e-mail address"),
    "core.connect_account": _("connect an account of another site"),
    "core.disconnect_account": _("disconnect an account of another site"),
}


def masked(email: str) -> str:
    """An e-mail address as the trail shows it: `l…@example.org`."""
    name, _at, domain = email.partition("@")
    return f"{name[:1]}…@{domain}" if domain else ""


def _signed_in(sender: object, *, request: HttpRequest, user: User, **_: object) -> None:
    records = get_authentication_records(request, user)
    steps = [
        record.get("type") or record["method"] for record in records if not record.get("reauthenticated")
    ]
    audit.note(by=user, verb="core.sign_in", record=user, after={"by": steps})


def _signed_out(sender: object, *, user: User | None, **_: object) -> None:
    if user is not None:
        audit.note(by=user, verb="core.sign_out", record=user)


def _locked(
    sender: object, *, request: HttpRequest, username: str | None, ip_address: str | None, **_: object
) -> None:
    # While the door is shut, axes sends this at every further try: only the one that shut it has a number.
    failures = getattr(request, "axes_failures_since_start", None)
    if failures is None:
        return
    # Of an unknown name nothing is kept: people also type their password there.
    user = account_named(username or "")
    audit.note(by=None, verb="core.lock", record=user, after={"failures": failures, "address": ip_address})


def _second_step_added(sender: object, *, user: User, authenticator: Authenticator, **_: object) -> None:
    verb = "core.make_recovery_codes" if authenticator.type == CODES else "core.turn_on_two_step"
    audit.note(by=user, verb=verb, record=user)


def _second_step_removed(sender: object, *, user: User, authenticator: Authenticator, **_: object) -> None:
    if authenticator.type == TOTP:  # the recovery codes go with it
        audit.note(by=user, verb="core.turn_off_two_step", record=user)


def _codes_made(sender: object, *, user: User, **_: object) -> None:
    audit.note(by=user, verb="core.make_recovery_codes", record=user)


def _second_step_used(sender: object, *, user: User, authenticator: Authenticator, **_: object) -> None:
    if authenticator.type == CODES:
        authenticator.refresh_from_db(fields=["data"])  # allauth marks the code on a copy
        left = len(authenticator.wrap().get_unused_codes())
        audit.note(by=user, verb="core.use_recovery_code", record=user, after={"left": left})


def _email_changed(
    sender: object,
    *,
    user: User,
    from_email_address: EmailAddress | None,
    to_email_address: EmailAddress,
    **_: object,
) -> None:
    before = {"email": masked(from_email_address.email)} if from_email_address else {}
    after = {"email": masked(to_email_address.email)}
    audit.note(by=user, verb="core.change_email", record=user, before=before, after=after)


def _connected(sender: object, *, sociallogin: SocialLogin, **_: object) -> None:
    user: User = sociallogin.user
    provider = sociallogin.account.provider
    audit.note(by=user, verb="core.connect_account", record=user, after={"provider": provider})


def _disconnected(sender: object, *, socialaccount: SocialAccount, **_: object) -> None:
    user: User = socialaccount.user
    before = {"provider": socialaccount.provider}
    audit.note(by=user, verb="core.disconnect_account", record=user, before=before)


HANDLERS: tuple[tuple[Signal, Any], ...] = (
    (account.user_logged_in, _signed_in),
    (user_logged_out, _signed_out),
    (user_locked_out, _locked),
    (second_step.authenticator_added, _second_step_added),
    (second_step.authenticator_removed, _second_step_removed),
    (second_step.authenticator_reset, _codes_made),
    (second_step.authenticator_used, _second_step_used),
    (account.email_changed, _email_changed),
    (outside.social_account_added, _connected),
    (outside.social_account_removed, _disconnected),
)


def connect() -> None:
    """Name the verbs and follow the signals; each row is written in a transaction, the change's own where it has one."""
    for verb, words in VERBS.items():
        audit.register(verb, words)
    for signal, handler in HANDLERS:
        signal.connect(
            transaction.atomic(handler), weak=False, dispatch_uid=f"core.sign_in.trail.{handler.__name__}"
        )
