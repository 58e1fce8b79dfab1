"""Mails about accounts."""

from __future__ import annotations

import logging
import smtplib

from django.core.mail import send_mail
from django.utils.translation import gettext as _

from sanchuang.core.accounts import reach
from sanchuang.core.models import Invitation
from sanchuang.core.roles import Role

_log = logging.getLogger(__name__)


def send_invitation(invitation: Invitation, link: str) -> bool:
    """Send the link to whom it is for; whether the mail was taken by the mail server."""
    place = reach.name_of("organisation", invitation.organisation) or reach.name_of(
        "circle", invitation.circle
    )
    said = {
        "name": invitation.name or invitation.email,
        "inviter": invitation.made_by,
        "role": " · ".join(part for part in (str(Role(invitation.role).label), place) if part),
        "day": invitation.valid_to.isoformat(),
        "link": link,
    }
    text = _(
        "%(name)s,\n\n%(inviter)s invites you to the innovation district's site as: %(role)s.\n\n"
        "Open this link and choose a sign-in name and a password:\n%(link)s\n\n"
        "It can be used once, until %(day)s. If you do not expect this mail, ignore it."
    )
    try:
        return bool(send_mail(_("Invitation to Sanchuang"), text % said, None, [invitation.email]))
    except (OSError, smtplib.SMTPException):
        _log.exception("invitation #%s was not mailed", invitation.pk)
        return False
