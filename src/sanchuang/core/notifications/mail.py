"""From notices to a mail: titles and links, in the reader's language. What is confidential stays on the site."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sanchuang.core import district
from sanchuang.core.models import Notice, User
from sanchuang.core.notifications import kinds
from sanchuang.core.reports import address
from sanchuang.core.script import HANT
from sanchuang.core.script.names import converter

MOST = 50  # things that a digest lists; more are counted, and stand on the desk
LONGEST = 120  # characters of a title
_SALT = "sanchuang.core.notifications"
_BREAKS = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+")


@dataclass(frozen=True)
class Entry:
    """A thing in a mail: its title in one line, and where it can be seen."""

    title: str
    url: str


def one_line(text: str) -> str:
    """`text` without breaks, control characters and signs that turn the direction of writing, and not too long."""
    line = _BREAKS.sub(" ", text).strip()
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"


def preference_link(user: User) -> str:
    """The address of the page on which `user` chooses how often; it names them by a signature, and needs a sign-in."""
    page = address("notifications")
    query = urlencode({"for": signing.Signer(salt=_SALT).sign(str(user.pk))})
    return f"{settings.SITE_URL}{page}?{query}" if page else f"{settings.SITE_URL}/"


def meant(token: str) -> int | None:
    """The primary key of the user whom a link's `for` names; None for one that we did not sign."""
    try:
        return int(signing.Signer(salt=_SALT).unsign(token))
    except (signing.BadSignature, ValueError):
        return None


def _entry(notice: Notice) -> Entry:
    link = notice.link
    if notice.item is not None:
        link = address("desk-item", str(notice.item.pk)) or notice.item.link
    return Entry(one_line(kinds.title(notice)), f"{settings.SITE_URL}{link or '/'}")


def message(user: User, notices: Sequence[Notice], connection: Any = None) -> EmailMultiAlternatives:
    """The mail that tells `user` of `notices`, in their language: as text and as simple HTML.

    Its identifier follows from the notices, so that a mail program shows once what was sent twice because a
    process died between sending and noting it.
    """
    code = user.language if user.language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
    with translation.override(code):
        listed = [_entry(notice) for notice in notices[:MOST]]
        count = len(notices)
        about = (
            listed[0].title
            if count == 1
            else ngettext("%(n)s thing is new for you", "%(n)s things are new for you", count) % {"n": count}
        )
        context = {
            "LANGUAGE_CODE": code,
            "name": one_line(str(user)),
            "entries": listed,
            "more": count - len(listed),
            "desk": f"{settings.SITE_URL}{address('desk') or '/'}",
            "district": district.name(),
            "preferences": preference_link(user),
            "subject": about,
        }
        subject = f"{_('Sanchuang')} · {about}"
        text: str = render_to_string("core/notifications/mail.txt", context)
        html: str = render_to_string("core/notifications/mail.html", context)
        if code == HANT:
            convert = converter()
            subject, text, html = convert.convert(subject), convert.convert(text), convert.page(html)
    names = ",".join(str(notice.pk) for notice in notices)
    digest = hashlib.sha256(f"{settings.SECRET_KEY}{names}".encode()).hexdigest()[:32]
    mail = EmailMultiAlternatives(
        one_line(subject),
        text,
        to=[user.email],
        connection=connection,
        headers={
            "Message-ID": f"<{digest}@{urlsplit(settings.SITE_URL).hostname or 'localhost'}>",
            "Auto-Submitted": "auto-generated",
            "List-Unsubscribe": f"<{context['preferences']}>",
        },
    )
    mail.attach_alternative(html, "text/html")
    return mail
