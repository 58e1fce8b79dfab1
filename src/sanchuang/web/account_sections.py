"""The account page's parts that lead to pages of their own: delegations, notifications, programs, one's data."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from sanchuang.core.accounts import delegations
from sanchuang.core.models import NotificationPreference, Webhook
from sanchuang.core.notifications.queries import pace_of
from sanchuang.core.personal import state_of
from sanchuang.core.sign_in.sections import Section, register
from sanchuang.core.tokens.actions import held


def _delegations(request: HttpRequest) -> dict[str, Any]:
    today = timezone.localdate()
    known = delegations.of(request.user)
    return {
        "given": known.filter(giver=request.user, ended_at=None, date_to__gte=today).count(),
        "usable": len(delegations.usable_by(request.user)),
    }


def _notifications(request: HttpRequest) -> dict[str, Any]:
    return {"pace": dict(NotificationPreference.Pace.choices)[pace_of(request.user)]}


def _data(request: HttpRequest) -> dict[str, Any]:
    return {"agreed": [purpose.label for purpose, consent in state_of(request.user) if consent]}


def _programs(request: HttpRequest) -> dict[str, Any]:
    return {
        "tokens": held(request.user, timezone.now()).count(),
        "webhooks": Webhook.objects.filter(user=request.user, ended_at=None).count(),
    }


def register_all() -> None:
    """Add the parts to the account page."""
    for order, (key, data) in enumerate(
        (
            ("delegations", _delegations),
            ("notifications", _notifications),
            ("programs", _programs),
            ("data", _data),
        ),
        start=10,
    ):
        register(Section(key, order, f"users/section_{key}.html", data))
