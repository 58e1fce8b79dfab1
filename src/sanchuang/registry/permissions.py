"""Who may see what of the registry."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser

from sanchuang.core.models import User
from sanchuang.core.permissions import holds_role, own_organisation, permit, signed_in
from sanchuang.core.roles import Role
from sanchuang.registry.models import Need

district_staff = holds_role(Role.OFFICER, Role.SCOUT, Role.AUDITOR, Role.ADMINISTRATOR)
own = own_organisation(Role.MEMBER)

permit("registry.view_organisation", signed_in, what="查看机构", who="登录的用户")
permit(
    "registry.view_facts",
    district_staff | own,
    what="查看企业事实",
    who="政策专员、科技工兵、审计员、管理员，以及该企业的成员",
)
permit(
    "registry.view_need_terms",
    district_staff | own,
    what="查看需求的预算和期限",
    who="政策专员、科技工兵、审计员、管理员，以及提出需求的企业的成员",
)
permit(
    "registry.advise",
    district_staff | own,
    what="查看企业建议",
    who="政策专员、科技工兵、审计员、管理员，以及该企业的成员",
)
permit(
    "registry.change_organisation",
    holds_role(Role.OFFICER, Role.SCOUT, Role.ADMINISTRATOR),
    what="登记或更改机构",
    who="政策专员、科技工兵、管理员",
)
permit(
    "registry.record_fact",
    holds_role(Role.OFFICER, Role.ADMINISTRATOR) | own,
    what="登记企业事实",
    who="政策专员、管理员，以及该企业的成员",
)
permit(
    "registry.grade_fact",
    holds_role(Role.OFFICER, Role.ADMINISTRATOR),
    what="评定事实的证据等级",
    who="政策专员、管理员",
)


def may_see_terms(user: User | AnonymousUser, need: Need | None = None) -> bool:
    """Whether `user` may see budget and deadline of `need`; without a need, of everybody's (as a list shows them)."""
    return user.has_perm("registry.view_need_terms", need.organisation if need else None)
