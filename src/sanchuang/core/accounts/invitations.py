"""Invitations: how people come. A link is sent, whoever opens it makes their account and holds the role at once."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Collection

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sanchuang.core import audit
from sanchuang.core.accounts import reach
from sanchuang.core.accounts.actions import GUARDED, make_user
from sanchuang.core.errors import Unfit
from sanchuang.core.models import Invitation, Membership, User
from sanchuang.core.permissions import authorise
from sanchuang.core.sign_in.secrets import digest_of
from sanchuang.values import Malformed

DAYS = 14  # how long a link can be used, unless said otherwise
MOST_DAYS = 90


@transaction.atomic
def invite(
    *,
    by: User,
    email: str,
    role: str,
    organisation: str = "",
    circle: str = "",
    name: str = "",
    days: int = DAYS,
) -> tuple[Invitation, str]:
    """Keep a role for whoever receives the link; gives the invitation and the secret part of its link, told only now.

    Raises `Refused`; `Malformed` for an address that is none, a role whose giving needs a second person, a reach that
    does not fit the role, or a span of no or too many days.
    """
    try:
        validate_email(email.strip())
    except ValidationError as error:
        raise Malformed(
            _("“%(email)s” is no e-mail address") % {"email": email[:80]}, _("Check how it is written")
        ) from error
    held = reach.check(role, organisation, circle)
    made = Invitation(
        email=email.strip(),
        name=name.strip()[:80],
        role=held,
        organisation=organisation,
        circle=circle,
        made_by=by,
    )
    authorise(by, "core.invite", made)
    if held in GUARDED:
        raise Malformed(
            _("Nobody is invited as “%(role)s”") % {"role": held.label},
            _("Invite the person to another role; then give this one, which a second person confirms"),
        )
    if not 1 <= days <= MOST_DAYS:
        raise Malformed(
            _("A link can be used for 1 to %(most)s days") % {"most": MOST_DAYS}, _("Choose another span")
        )
    token = secrets.token_urlsafe(24)
    made.token_digest = digest_of(token)
    made.valid_to = timezone.localdate() + dt.timedelta(days=days)
    made.save()
    audit.created(made, by=by, verb="core.invite")
    return made, token


@transaction.atomic
def withdraw(invitation: Invitation, *, by: User, why: str = "") -> None:
    """Make the link useless. Raises `Refused`; `Malformed` when it was used or withdrawn already."""
    current = Invitation.objects.select_for_update().get(pk=invitation.pk)
    authorise(by, "core.invite", current)
    if current.state != Invitation.State.OPEN:
        raise Malformed(
            _("This invitation is not open any more"),
            _("It was %(state)s") % {"state": current.get_state_display()},
        )
    with audit.change(current, by=by, verb="core.withdraw_invitation", why=why):
        Invitation.objects.filter(pk=current.pk).update(state=Invitation.State.WITHDRAWN)


def invitation_of(token: str) -> Invitation:
    """The open invitation behind a link. Raises `Unfit`, in the same words whether it is wrong, used or too old."""
    found = Invitation.objects.filter(
        token_digest=digest_of(token), state=Invitation.State.OPEN, valid_to__gte=timezone.localdate()
    ).first()
    if found is None or not found.made_by.is_active:
        raise Unfit(
            _("This invitation cannot be used: the link is incomplete, too old, or was used already."),
            _("Ask whoever invited you for a new one."),
        )
    return found


@transaction.atomic
def accept(
    token: str,
    *,
    username: str,
    password: str,
    display_name: str,
    language: str = User.Language.HANS,
    consents: Collection[str] = (),
) -> User:
    """Make the account of whoever opened the link, with the role that was kept for them.

    `consents` are the purposes that the person agreed to. Raises `Unfit` for a link that cannot be used, `Malformed` for
    a name or password that cannot, or when a required consent is missing; then the link still works.
    """
    from sanchuang.core.personal import give, required

    found = invitation_of(token)
    invitation = Invitation.objects.select_for_update().get(pk=found.pk)
    if invitation.state != Invitation.State.OPEN:
        raise Unfit(_("This invitation was used just now."), _("Sign in with the account that was made."))
    if missing := [str(purpose.label) for purpose in required() if purpose.key not in consents]:
        raise Malformed(
            _("Without agreement to “%(purpose)s” there can be no account") % {"purpose": missing[0]},
            _("Read the text and agree, or leave the page"),
        )
    if not display_name.strip():
        raise Malformed(_("The name shown is missing"), _("Write the name by which colleagues know you"))
    user = make_user(
        by=None,
        username=username,
        display_name=display_name,
        email=invitation.email,
        password=password,
        language=language,
    )
    # Whoever opened the link reads the mail of that address: it is confirmed.
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    membership = Membership.objects.create(
        user=user, role=invitation.role, organisation=invitation.organisation, circle=invitation.circle
    )
    with audit.change(invitation, by=user, verb="core.accept_invitation"):
        Invitation.objects.filter(pk=invitation.pk).update(state=Invitation.State.ACCEPTED, user=user)
    audit.created(membership, by=invitation.made_by, verb="core.grant_role", why=_("by invitation"))
    for purpose in consents:
        give(by=user, purpose=purpose)
    return user
