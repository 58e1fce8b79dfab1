"""Who may have tokens, and what of them stands in the trail."""

from __future__ import annotations

from typing import Any

import rules.predicates
from django.contrib.auth.models import AnonymousUser
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sanchuang.core import audit, confidential
from sanchuang.core.accounts.permissions import as_oneself
from sanchuang.core.models import ApiToken, User
from sanchuang.core.permissions import administrator, holds_role, permit, signed_in
from sanchuang.core.roles import Role

_predicate: Any = rules.predicates.predicate  # django-rules is not typed


def _own(user: User | AnonymousUser, token: ApiToken | None = None) -> bool:
    return user.is_active and token is not None and token.user_id == user.pk


own = _predicate(_own, name="own_token")
overseer = holds_role(Role.AUDITOR, Role.ADMINISTRATOR)

permit(
    "core.make_token",
    signed_in & as_oneself,
    what=_("make a token for a program"),
    who=_("everybody for themselves, as long as they act for nobody else"),
)
permit(
    "core.revoke_token",
    (own & as_oneself) | administrator,
    what=_("revoke this token"),
    who=_("its owner, as long as they act for nobody else, and administrators"),
)
permit(
    "core.view_token",
    own | overseer,
    what=_("view this token"),
    who=_("its owner, auditors and administrators"),
)


def _rows(user: User | AnonymousUser) -> Q:
    return Q() if user.has_perm("core.view_users") else Q(user=user.pk or 0)


confidential.register("core.ApiToken", "core.view_token", rows=_rows)
audit.leave_out(ApiToken, "digest", "used_at")
audit.personal(ApiToken, "name", about=lambda token: token.user.pseudonym)
for _verb, _words in (
    ("core.make_token", _("make a token for a program")),
    ("core.revoke_token", _("revoke a token of a program")),
):
    audit.register(_verb, _words)
