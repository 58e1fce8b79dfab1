"""What changes how somebody signs in, beyond what django-allauth's own forms do."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from axes.models import AccessAttempt
from django.db import transaction
from django.utils.translation import gettext as _

from sanchuang.core import audit
from sanchuang.core.errors import Unfit
from sanchuang.core.models import User
from sanchuang.core.permissions import authorise


@transaction.atomic
def set_password(user: User, password: str, *, by: User, verb: str = "core.change_password") -> None:
    """Give `user` a password that was validated; all their other sessions end with it.

    `verb` is `core.reset_password` when a link sent by mail led here.
    """
    authorise(by, "core.manage_sign_in", user)
    user.set_password(password)
    user.save(update_fields=["password"])
    audit.note(by=by, verb=verb, record=user)


@transaction.atomic
def unlock(name: str, *, by: User) -> int:
    """Forget the wrong tries counted against the account `name`, from whatever address; returns their number.

    Raises `Unfit` when none are counted.
    """
    authorise(by, "core.help_sign_in")
    user = User.objects.filter(username__iexact=name).first()
    attempts = AccessAttempt.objects.filter(username=(user.username if user else name).lower())
    wrong = sum(attempts.values_list("failures_since_start", flat=True))
    if not wrong:
        raise Unfit(
            _("No wrong try is counted against “%(name)s”.") % {"name": name},
            _("Compare the name with the list of users; a lock also ends by itself."),
        )
    attempts.delete()
    audit.note(by=by, verb="core.unlock", record=user, before={"failures": wrong})
    return int(wrong)


@transaction.atomic
def drop_two_step(user: User, *, by: User, why: str) -> None:
    """Take two-step sign-in off the account of somebody who lost both the device and the recovery codes.

    `why` says how it was made sure that it is them. Raises `Unfit` when the account has no second step.
    """
    authorise(by, "core.help_sign_in", user)
    second = Authenticator.objects.filter(user_id=user.pk)
    if not second.exists():
        raise Unfit(
            _("“%(name)s” signs in without a second step.") % {"name": user},
            _("Nothing needs to be taken off."),
        )
    second.delete()
    audit.note(by=by, verb="core.drop_two_step", record=user, why=why)
