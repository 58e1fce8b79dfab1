"""Who may change how somebody signs in."""

from __future__ import annotations

from typing import Any

import rules.predicates
from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext_lazy as _

from sanchuang.core.models import User
from sanchuang.core.permissions import administrator, permit, signed_in

_predicate: Any = rules.predicates.predicate  # django-rules is not typed


def _own(user: User | AnonymousUser, account: User | None = None) -> bool:
    # A pack's sign-in is shared by all who look at the demonstration: whoever changed it would lock out the others.
    if not isinstance(user, User) or not user.is_active or user.pack:
        return False
    return account is None or account.pk == user.pk


own_sign_in = _predicate(_own, name="own_sign_in")

permit(
    "core.manage_sign_in",
    own_sign_in,
    what=_("change how this account signs in"),
    who=_("whoever has an account of their own; the demonstration's sign-ins are shared"),
)
permit(
    "core.help_sign_in",
    administrator,
    what=_("help somebody to sign in again"),
    who=_("administrators"),
)
permit("core.view_account", signed_in, what=_("view your account"), who=_("everybody who is signed in"))
