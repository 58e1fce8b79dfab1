"""Who may see accounts, invite people, give and take roles, and lend their own."""

from __future__ import annotations

from typing import Any

import rules.predicates
from django.contrib.auth.models import AnonymousUser
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sanchuang.core import audit, confidential
from sanchuang.core.models import Delegation, Invitation, User
from sanchuang.core.permissions import (
    administrator,
    holds_role,
    organisations_of,
    permit,
    signed_in,
)
from sanchuang.core.roles import Role

_predicate: Any = rules.predicates.predicate  # django-rules is not typed


def _oneself(user: User | AnonymousUser, other: User | None = None) -> bool:
    return user.is_active and isinstance(other, User) and user.pk == other.pk


def _for_own_company(user: User | AnonymousUser, reach: Any = None) -> bool:
    """Whether `reach` (anything with role and organisation) is membership of a company whose member `user` is."""
    return (
        user.is_active
        and reach is not None
        and reach.role == Role.MEMBER
        and reach.organisation in organisations_of(user, Role.MEMBER)
    )


def _takes_part(user: User | AnonymousUser, delegation: Delegation | None = None) -> bool:
    return (
        user.is_active and delegation is not None and user.pk in (delegation.giver_id, delegation.receiver_id)
    )


def _as_oneself(user: User | AnonymousUser, *_record: Any) -> bool:
    return user.is_active and isinstance(user, User) and user.acting_for is None


def _invited_by(user: User | AnonymousUser, invitation: Invitation | None = None) -> bool:
    return user.is_active and invitation is not None and invitation.made_by_id == user.pk


oneself = _predicate(_oneself, name="oneself")
for_own_company = _predicate(_for_own_company, name="for_own_company")
takes_part = _predicate(_takes_part, name="takes_part")
as_oneself = _predicate(_as_oneself, name="as_oneself")
overseer = holds_role(Role.AUDITOR, Role.ADMINISTRATOR)

permit(
    "core.view_users",
    overseer,
    what=_("view accounts and their roles"),
    who=_("auditors and administrators"),
)
permit(
    "core.view_user",
    overseer | oneself,
    what=_("view this account"),
    who=_("the person, auditors and administrators"),
)
permit(
    "core.invite",
    administrator | for_own_company,
    what=_("invite somebody to this role"),
    who=_("administrators; a company's members invite colleagues to their company"),
)
permit(
    "core.view_invitation",
    overseer | _predicate(_invited_by, name="invited_by"),
    what=_("view this invitation"),
    who=_("whoever made it, auditors and administrators"),
)
permit(
    "core.change_roles",
    administrator,
    what=_("give or take roles, close or open accounts"),
    who=_("administrators"),
)
permit(
    "core.delegate",
    signed_in & as_oneself,
    what=_("delegate a role"),
    who=_("everybody their own roles, as long as they act for nobody else"),
)
permit(
    "core.end_delegation",
    takes_part | administrator,
    what=_("end this delegation"),
    who=_("whoever gave it, whoever holds it, and administrators"),
)
permit(
    "core.change_own_account",
    oneself & as_oneself,
    what=_("change this account"),
    who=_("the person themselves, as long as they act for nobody else"),
)

# What of an account only the person, auditors and administrators read.
confidential.register(
    "core.User",
    "core.view_user",
    rows=lambda user: _own_row(user),
    fields=("username", "email", "last_login", "date_joined", "first_name", "last_name"),
    verb="core.read_accounts",
)


confidential.register(
    "core.Invitation",
    "core.view_invitation",
    rows=lambda user: Q() if user.has_perm("core.view_users") else Q(made_by=user.pk or 0),
)


def _own_row(user: User | AnonymousUser) -> Any:
    return Q() if user.has_perm("core.view_user") else Q(pk=user.pk or 0)


audit.leave_out(User, "password", "last_login", "pseudonym")
audit.leave_out(Invitation, "token_digest", "pseudonym")
audit.personal(
    User,
    "username",
    "display_name",
    "first_name",
    "last_name",
    "email",
    about=lambda user: user.pseudonym,
)
audit.personal(Invitation, "email", "name", about=lambda invitation: invitation.pseudonym)

for _verb, _words in (
    ("core.invite", _("invite somebody")),
    ("core.withdraw_invitation", _("withdraw an invitation")),
    ("core.accept_invitation", _("accept an invitation")),
    ("core.create_user", _("create an account")),
    ("core.change_user", _("change an account")),
    ("core.grant_role", _("give a role")),
    ("core.revoke_role", _("take a role away")),
    ("core.close_account", _("close an account")),
    ("core.open_account", _("open an account again")),
    ("core.delegate", _("delegate a role")),
    ("core.end_delegation", _("end a delegation")),
    ("core.act_for", _("begin to act for somebody")),
    ("core.stop_acting", _("stop acting for somebody")),
    ("core.give_consent", _("agree to a purpose")),
    ("core.withdraw_consent", _("take an agreement back")),
    ("core.read_accounts", _("read accounts of others")),
    ("core.read_personal_data", _("read a person's data")),
    ("core.erase_person", _("erase a person's data")),
    ("core.sweep", _("delete personal data whose time is over")),
):
    audit.register(_verb, _words)
