"""Who may sign in."""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings
from django.contrib.auth.models import AnonymousUser

from sanchuang.core.models import User


class AccountBackend(AuthenticationBackend):  # type: ignore[misc]  # allauth is not typed
    """Accounts by name or e-mail and password; a pack's sign-ins are refused wherever this is no demonstration.

    It is asked at every sign-in, whatever way it comes, and for every session, so it holds under any server and ends
    sessions that began in a demonstration.
    """

    def user_can_authenticate(self, user: User | AnonymousUser | None) -> bool:
        """Whether the account is active and not one that only demonstrates."""
        if isinstance(user, User) and user.pack and not settings.DEMO:
            return False
        return bool(super().user_can_authenticate(user))

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        """None: who may do what says django-rules alone, and Django's tables of permissions are never asked."""
        return set()
