"""Who may see what of the registry."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext_lazy as _

from sanchuang.core.models import User
from sanchuang.core.permissions import holds_role, own_organisation, permit, signed_in
from sanchuang.core.roles import Role
from sanchuang.registry.models import Need

district_staff = holds_role(Role.OFFICER, Role.SCOUT, Role.AUDITOR, Role.ADMINISTRATOR)
own = own_organisation(Role.MEMBER)

permit(
    "registry.view_organisation", signed_in, what=_("view organisations"), who=_("everybody who is signed in")
)
permit(
    "registry.view_facts",
    district_staff | own,
    what=_("view facts of a company"),
    who=_("officers, scouts, auditors, administrators and members of the company"),
)
permit(
    "registry.view_need_terms",
    district_staff | own,
    what=_("view budget and deadline of a need"),
    who=_("officers, scouts, auditors, administrators and members of the company with the need"),
)
permit(
    "registry.advise",
    district_staff | own,
    what=_("view the advice for a company"),
    who=_("officers, scouts, auditors, administrators and members of the company"),
)
permit(
    "registry.change_organisation",
    holds_role(Role.OFFICER, Role.SCOUT, Role.ADMINISTRATOR),
    what=_("register or change an organisation"),
    who=_("officers, scouts and administrators"),
)
permit(
    "registry.record_fact",
    holds_role(Role.OFFICER, Role.ADMINISTRATOR) | own,
    what=_("record facts of a company"),
    who=_("officers, administrators and members of the company"),
)
permit(
    "registry.grade_fact",
    holds_role(Role.OFFICER, Role.ADMINISTRATOR),
    what=_("grade the evidence of a fact"),
    who=_("officers and administrators"),
)


def may_see_terms(user: User | AnonymousUser, need: Need | None = None) -> bool:
    """Whether `user` may see budget and deadline of `need`; without a need, of everybody's (as a list shows them)."""
    return user.has_perm("registry.view_need_terms", need.organisation if need else None)
