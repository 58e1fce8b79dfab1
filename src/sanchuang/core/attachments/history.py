"""When files of a record came and went, told to those who may see them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from django.utils.translation import gettext as _

from sanchuang.core import history
from sanchuang.core.attachments import queries
from sanchuang.core.attachments.kinds import may
from sanchuang.core.language import parted
from sanchuang.core.models import User


def of_files(record: Any, user: User | AnonymousUser) -> Iterable[history.Event]:
    """Uploaded and removed, with whom and why."""
    if not may(user, "view", record):
        return
    for file in queries.ever(record):
        day = timezone.localdate(file.at).isoformat()
        yield history.Event(day, _("File uploaded"), parted(file.name, file.uploaded_by))
        if file.removed_at:
            day = timezone.localdate(file.removed_at).isoformat()
            yield history.Event(day, _("File removed"), parted(file.name, file.removed_by, file.why))


def register() -> None:
    """Add the lines to every record's history."""
    history.register(of_files)
