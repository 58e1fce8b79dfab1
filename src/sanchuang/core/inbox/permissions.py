"""Who may see an inbox item, and who may act on it."""

from __future__ import annotations

from typing import Any

import rules.predicates
from django.contrib.auth.models import AnonymousUser
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sanchuang.core import audit, confidential
from sanchuang.core.models import InboxItem, User
from sanchuang.core.permissions import administrator, holds_role, memberships_of, permit, signed_in
from sanchuang.core.roles import Role


def _addressed(user: User | AnonymousUser, item: InboxItem | None = None) -> bool:
    if item is None or not user.is_active:
        return False
    if not item.role:
        return item.user_id is not None and item.user_id == user.pk
    # Whoever took a role's item and no longer holds the role handles it no more.
    return any(
        membership.role == item.role and item.organisation in ("", membership.organisation)
        for membership in memberships_of(user)
    )


def _waits_for_a_role(user: User | AnonymousUser, item: InboxItem | None = None) -> bool:
    return item is not None and bool(item.role)


def _made(user: User | AnonymousUser, item: InboxItem | None = None) -> bool:
    return item is not None and user.is_active and item.made_by_id == user.pk


_predicate: Any = rules.predicates.predicate  # django-rules is not typed
addressed = _predicate(_addressed, name="inbox_addressed")
made = _predicate(_made, name="inbox_made")
# When everybody who held a role has left, its items must not wait for ever.
stands_in = administrator & _predicate(_waits_for_a_role, name="inbox_waits_for_a_role")

permit(
    "core.handle_inbox",
    addressed | stands_in,
    what=_("handle items of the inbox"),
    who=_("whoever the item waits for; where it waits for a role, administrators too"),
)
permit(
    "core.see_inbox",
    addressed | made | holds_role(Role.AUDITOR, Role.ADMINISTRATOR),
    what=_("view items of the inbox"),
    who=_("whoever the item waits for, whoever made it, auditors and administrators"),
)
for _verb, _words in (
    ("core.put_inbox", _("put something on a desk")),
    ("core.take_inbox", _("take something upon oneself")),
    ("core.settle_inbox", _("settle what waited")),
    ("core.reopen_inbox", _("reopen what was settled")),
):
    audit.register(_verb, _words)


def _rows(user: User | AnonymousUser) -> Q:
    """The items that `user` may see, in the database's terms."""
    if user.is_superuser or holds_role(Role.AUDITOR, Role.ADMINISTRATOR)(user):
        return Q()
    seen = Q(user=user.pk, role="") | Q(made_by=user.pk)
    for membership in memberships_of(user):
        seen |= Q(role=membership.role, organisation__in={"", membership.organisation})
    return seen


confidential.register("core.InboxItem", "core.see_inbox", rows=_rows)

permit("core.report", signed_in, what=_("report an error"), who=_("everybody who is signed in"))
