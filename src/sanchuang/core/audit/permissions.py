"""Who may read the trail."""

from django.utils.translation import gettext_lazy as _

from sanchuang.core.permissions import holds_role, permit
from sanchuang.core.roles import Role

permit(
    "core.view_audit",
    holds_role(Role.AUDITOR, Role.ADMINISTRATOR),
    what=_("search the audit trail"),
    who=_("auditors and administrators"),
)
