"""Who may see what of the registry."""

from sanchuang.core.permissions import holds_role, own_organisation, permit, signed_in
from sanchuang.core.roles import Role

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
