"""What is known of whom mails went to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from sanchuang.core.models import Notice, NotificationPreference, User
from sanchuang.core.personal import Holder, register


def _export(user: User) -> Iterator[dict[str, Any]]:
    for preference in NotificationPreference.objects.filter(user=user):
        yield {"pace": preference.pace}
    for notice in Notice.objects.filter(user=user):
        yield {"notice": notice.pk, "made_at": notice.made_at.isoformat(), "state": notice.state}


def _erase(user: User) -> None:
    Notice.objects.filter(user=user).delete()
    NotificationPreference.objects.filter(user=user).delete()


def register_all() -> None:
    """Tell the register."""
    register(Holder("notifications", _("Notifications by e-mail"), _export, _erase))
