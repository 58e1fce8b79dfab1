"""Sign-ins for a demonstration, from the pack; never in production."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from sanchuang.core.models import User


@dataclass(frozen=True)
class DemoUser:
    """One sign-in to print: user name, whom it stands for, in which roles."""

    username: str
    name: str
    roles: tuple[str, ...]


def demo_password() -> str:
    """`SANCHUANG_DEMO_PASSWORD`, or a random one made once and kept readable only by its owner."""
    if given := os.environ.get("SANCHUANG_DEMO_PASSWORD"):
        return given
    path = Path(settings.VAR) / "demo-password"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(9))
    return path.read_text().strip()


def demo_users() -> list[DemoUser]:
    """The pack's sign-ins that can be used, in the order of the pack; none in production."""
    if not settings.DEMO:
        return []
    users = (
        User.objects.filter(is_active=True).exclude(pack="").prefetch_related("memberships").order_by("pk")
    )
    return [
        DemoUser(user.username, str(user), tuple(m.get_role_display() for m in user.memberships.all()))
        for user in users
    ]
