"""The user in whose name the command line acts."""

from __future__ import annotations

from sanchuang.core.models import User

USERNAME = "operator"


def operator() -> User:
    """The system operator: may do everything, cannot sign in (it has no password)."""
    user, made = User.objects.get_or_create(
        username=USERNAME, defaults={"display_name": "系统操作员", "is_superuser": True}
    )
    if made:
        user.set_unusable_password()
        user.save(update_fields=["password"])
    return user
