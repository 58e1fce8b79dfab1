"""Who may do what: roles of a user, predicates over them, and the one place that refuses.

A room adds its permissions with `permit("room.verb", predicate, …)` in its `permissions.py`. Views, API, admin and command line all call `require` (or `user.has_perm`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any

import rules.permissions
import rules.predicates
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sanchuang.core.errors import Refused
from sanchuang.core.models import Delegation, Membership, User
from sanchuang.core.roles import Role

# django-rules is not typed.
_predicate: Callable[..., Any] = rules.predicates.predicate
_set_permission: Callable[[str, Any], None] = rules.permissions.set_perm

_remedies: dict[str, tuple[str | Promise, str | Promise]] = {}


def memberships_of(user: User | AnonymousUser) -> list[Membership]:
    """The roles that `user` holds today; read once for each user object.

    Whoever acts for somebody else has the one role that was delegated, and for that time none of their own.
    """
    if not isinstance(user, User) or not user.is_active:
        return []
    held: list[Membership] | None = getattr(user, "_memberships_today", None)
    if held is None:
        today = timezone.localdate()
        acting = user.acting_for
        source = user.memberships.all() if acting is None else _lent(acting, today)
        held = [membership for membership in source if membership.holds(today)]
        user._memberships_today = held  # type: ignore[attr-defined]
    return held


def _lent(delegation: Delegation, today: dt.date) -> list[Membership]:
    """The giver's own memberships that `delegation` covers: nobody lends what they do not hold themselves."""
    giver = delegation.giver
    if not delegation.holds(today) or not giver.is_active or (giver.pack and not settings.DEMO):
        return []
    same = {name: getattr(delegation, name) for name in ("role", "organisation", "circle")}
    return list(giver.memberships.filter(**same))


def roles_of(user: User | AnonymousUser) -> set[Role]:
    """The roles held today, for whatever organisation."""
    return {Role(membership.role) for membership in memberships_of(user)}


def organisations_of(user: User | AnonymousUser, *roles: Role) -> set[str]:
    """Identifiers of the organisations for which `user` holds one of `roles` today."""
    return {m.organisation for m in memberships_of(user) if m.role in roles and m.organisation}


def holds_role(*roles: Role) -> Any:
    """The predicate that a user holds one of `roles` today, for whatever organisation."""
    wanted = set(roles)

    def holds(user: User | AnonymousUser) -> bool:
        return not wanted.isdisjoint(roles_of(user))

    return _predicate(holds, name="holds_role(" + ",".join(sorted(wanted)) + ")")


def own_organisation(*roles: Role) -> Any:
    """The predicate that a user holds one of `roles` for the organisation at hand (an object with `slug`)."""

    def holds(user: User | AnonymousUser, organisation: Any = None) -> bool:
        return organisation is not None and organisation.slug in organisations_of(user, *roles)

    return _predicate(holds, name=f"own_organisation({','.join(roles)})")


def within_circle(*roles: Role) -> Any:
    """The predicate that one of `roles` reaches the organisation at hand (an object with `circle`, which has a `slug`).

    A role without a circle reaches over the district, one with a circle only to that circle's organisations. Where no
    organisation is at hand, everybody's is meant.
    """

    def holds(user: User | AnonymousUser, organisation: Any = None) -> bool:
        reached = {m.circle for m in memberships_of(user) if m.role in roles}
        if not reached or "" in reached:
            return bool(reached)
        circle = getattr(organisation, "circle", None)
        return circle is not None and circle.slug in reached

    return _predicate(holds, name=f"within_circle({','.join(roles)})")


def _signed_in(user: User | AnonymousUser) -> bool:
    return bool(user.is_authenticated and user.is_active)


signed_in = _predicate(_signed_in, name="signed_in")
administrator = holds_role(Role.ADMINISTRATOR)


def permit(permission: str, predicate: Any, *, what: str | Promise, who: str | Promise) -> None:
    """Register `permission`; `what` names the act and `who` those who may, for the refusal's text.

    Both are lazy translations, as permissions are registered before anybody's language is known.
    """
    _set_permission(permission, predicate)
    _remedies[permission] = (what, who)


def require(user: User | AnonymousUser, permission: str, record: Any = None) -> None:
    """Raise `Refused`, with who may, unless `user` may do `permission` on `record`."""
    if not user.has_perm(permission, record):
        what, who = _remedies.get(permission, (permission, ""))
        said = {"what": what, "record": record}
        message = (
            _("You may not %(what)s.") if record is None else _("You may not %(what)s: “%(record)s”.")
        ) % said
        raise Refused(message, _("Who may: %(who)s.") % {"who": who} if who else "")


def authorise(user: User, permission: str, record: Any = None) -> None:
    """`require` for actions: with the account and its roles as the database has them now, not as the page began.

    An action calls it inside its transaction, so that a role taken away meanwhile counts.
    """
    forget_roles(user)
    if user.pk is not None:
        # Read apart: the object may hold changes of its own that are not saved yet.
        now = User.objects.filter(pk=user.pk).values("is_active", "is_superuser").first()
        user.is_active, user.is_superuser = (now["is_active"], now["is_superuser"]) if now else (False, False)
        if user.acting_for is not None:
            user.acting_for = Delegation.objects.select_related("giver").get(pk=user.acting_for.pk)
    require(user, permission, record)


def forget_roles(user: User | AnonymousUser) -> None:
    """Let the next question about `user` read the roles anew."""
    user.__dict__.pop("_memberships_today", None)
    getattr(user, "_prefetched_objects_cache", {}).pop("memberships", None)


def permissions() -> Iterable[tuple[str, str, str]]:
    """Every explained permission with its act and those who may (for the handbook)."""
    return [(name, str(what), str(who)) for name, (what, who) in sorted(_remedies.items())]


permit("core.load_pack", administrator, what=gettext_lazy("load a pack"), who=gettext_lazy("administrators"))
permit(
    "core.view_records",
    holds_role(Role.AUDITOR, Role.ADMINISTRATOR),
    what=gettext_lazy("view the records themselves"),
    who=gettext_lazy("auditors and administrators"),
)
