"""Sign-ins for a demonstration, from the pack; never in production."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password

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


def settle_demo_users() -> None:
    """Give the pack's users the demonstration's password of today; in production take theirs away.

    To be called before serving: the password may be given anew, and an installation may become one for real
    use after its pack was loaded. A changed password also ends the sessions opened with the old one.
    """
    users = User.objects.exclude(pack="")
    if not settings.DEMO:
        users.update(password=make_password(None))
        return
    stored = users.order_by("pk").values_list("password", flat=True).first()
    if stored is not None and not check_password(demo_password(), stored):
        users.update(password=make_password(demo_password()))
