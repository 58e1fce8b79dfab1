"""The files of a record on its page: `{% load attachments %}{% attachments record user %}`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import template
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import Model
from django.template.defaultfilters import filesizeformat
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from sanchuang.core.attachments import content, queries
from sanchuang.core.attachments.kinds import label_of, may, remember
from sanchuang.core.attachments.names import LONGEST
from sanchuang.core.language import page_script
from sanchuang.core.models import Attachment, Blob, User

register = template.Library()


@dataclass(frozen=True)
class Row:
    """A file as the list shows it."""

    file: Attachment
    kind: str | Promise
    tone: str
    may_remove: bool


# How each state of the virus scan is coloured.
TONES = {Blob.Scan.PENDING: "unverified", Blob.Scan.CLEAN: "verified", Blob.Scan.INFECTED: "infected"}


def rows(record: Model, user: User | AnonymousUser) -> list[Row]:
    """The files of `record`, in one query."""
    found = []
    for file in queries.of(record):
        remember(file, record)
        kind = content.type_of(file.name)
        tone = TONES[Blob.Scan(file.blob.scan)]
        found.append(
            Row(file, kind.label if kind else "", tone, user.has_perm("core.remove_attachment", file))
        )
    return found


@register.inclusion_tag("core/attachments/files.html", takes_context=True)
def attachments(context: dict[str, Any], record: Model, user: User | AnonymousUser) -> dict[str, Any]:
    """The list of the record's files and the form that adds one; nothing for somebody who may not see them."""
    if not may(user, "view", record):
        return {"may_view": False}
    return {
        "may_view": True,
        "rows": rows(record, user),
        "may_add": may(user, "add", record),
        "model": label_of(type(record)),
        "key": str(record.pk),
        "accept": ",".join(content.accepted()),
        "endings": [ending.removeprefix(".") for ending in content.accepted()],
        "most": settings.MAX_UPLOAD,
        "too_large": _("The file is too large: at most %(most)s")
        % {"most": filesizeformat(settings.MAX_UPLOAD)},
        "longest": LONGEST,
        "typed": context.get("typed"),
        "fault": context.get("fault"),
        "csrf_token": context.get("csrf_token"),
    }


@register.filter
def named(record: Model) -> str:
    """The name of whatever record, in the page's language where it has one."""
    label = getattr(record, "label", None)
    return str(label(page_script()) if callable(label) else record)
