"""What is known of a person's programs: their tokens, their webhooks, what was answered to them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from sanchuang.core.models import ApiAnswer, ApiToken, RateCount, User, Webhook
from sanchuang.core.personal import Holder, register


def _export(user: User) -> Iterator[dict[str, Any]]:
    for token in ApiToken.objects.filter(user=user):
        yield {
            "token": token.prefix,
            "name": token.name,
            "scopes": token.scopes,
            "made_at": token.made_at.isoformat(),
            "expires_at": token.expires_at.isoformat(),
            "used_at": token.used_at.isoformat() if token.used_at else None,
            "revoked_at": token.revoked_at.isoformat() if token.revoked_at else None,
        }
    for webhook in Webhook.objects.filter(user=user):
        yield {"webhook": webhook.url, "events": webhook.verbs, "made_at": webhook.made_at.isoformat()}


def _erase(user: User) -> None:
    ApiToken.objects.filter(user=user).delete()
    Webhook.objects.filter(user=user).delete()
    ApiAnswer.objects.filter(user=user).delete()
    RateCount.objects.filter(key=f"user:{user.pk}").delete()


def register_all() -> None:
    """Tell the register."""
    register(Holder("programs", _("Tokens and webhooks"), _export, _erase))
