"""Roles in the page's language."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from sanchuang.core.roles import Role

ROLES: dict[str, str | Promise] = {
    Role.OFFICER: _("Policy officer"),
    Role.SCOUT: _("Technology scout"),
    Role.MEMBER: _("Company member"),
    Role.RESEARCHER: _("Researcher"),
    Role.FUND_MANAGER: _("Fund manager"),
    Role.PROVIDER: _("Compute provider"),
    Role.ORGANISER: _("Event organiser"),
    Role.EDITOR: _("Pack editor"),
    Role.AUDITOR: _("Auditor"),
    Role.ADMINISTRATOR: _("Administrator"),
    Role.PUBLIC: _("Public"),
}
