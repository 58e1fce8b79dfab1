"""What is known of how a person signs in, for their own copy, its deletion, and its end by dated law."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.utils.translation import gettext_lazy as _

from sanchuang.core.models import User
from sanchuang.core.personal import Holder, Retention, register, retain

LOGS = (AccessAttempt, AccessFailureLog, AccessLog)


def _export(user: User) -> Iterator[dict[str, Any]]:
    """Addresses, second steps without their secrets, accounts of other sites, tries to sign in."""
    for address in EmailAddress.objects.filter(user=user):
        yield {"email": address.email, "verified": address.verified}
    for step in Authenticator.objects.filter(user=user):
        yield {"second_step": step.type, "since": step.created_at.isoformat()}
    for outside in SocialAccount.objects.filter(user=user):
        yield {"site": outside.provider, "uid": outside.uid, "since": outside.date_joined.isoformat()}
    for model in LOGS:
        for row in model.objects.filter(username__iexact=user.username):
            yield {
                "try": model._meta.model_name,
                "at": row.attempt_time.isoformat(),
                "from": row.ip_address,
                "with": row.user_agent,
            }


def _erase(user: User) -> None:
    names = [user.username, *EmailAddress.objects.filter(user=user).values_list("email", flat=True)]
    for model in LOGS:
        for name in names:
            model.objects.filter(username__iexact=name).delete()
    for owned in (EmailAddress, Authenticator, SocialAccount):
        owned.objects.filter(user=user).delete()


def _old(before: dt.date) -> int:
    return sum(model.objects.filter(attempt_time__date__lt=before).delete()[0] for model in LOGS)


def register_all() -> None:
    """Tell the register."""
    register(Holder("sign_in", _("Signing in"), _export, _erase))
    retain(Retention("sign_in_log", _("Tries to sign in"), "retention.sign_in_log.days", _old))
