"""Who may remove a file; who may see and add one is asked of its record's room."""

from __future__ import annotations

from typing import Any

import rules.predicates
from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext_lazy as _

from sanchuang.core.attachments.kinds import may, record_of
from sanchuang.core.models import Attachment, User
from sanchuang.core.permissions import administrator, permit


def _uploaded(user: User | AnonymousUser, attachment: Attachment | None = None) -> bool:
    """Whoever uploaded a file takes it back as long as they may add one."""
    if not isinstance(attachment, Attachment) or attachment.uploaded_by_id != user.pk:
        return False
    record = record_of(attachment)
    return record is not None and may(user, "add", record)


def _in_charge(user: User | AnonymousUser, attachment: Attachment | None = None) -> bool:
    record = record_of(attachment) if isinstance(attachment, Attachment) else None
    return record is not None and may(user, "remove", record)


_predicate: Any = rules.predicates.predicate  # django-rules is not typed
permit(
    "core.remove_attachment",
    _predicate(_uploaded, name="attachment_uploaded")
    | _predicate(_in_charge, name="attachment_in_charge")
    | administrator,
    what=_("remove a file"),
    who=_("whoever uploaded it, whoever is in charge of its record, and administrators"),
)
permit("core.scan_files", administrator, what=_("scan stored files"), who=_("administrators"))
