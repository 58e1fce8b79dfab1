"""Roles in the page's language."""

from __future__ import annotations

from django.utils.functional import Promise

from sanchuang.core.roles import Role

ROLES: dict[str, str | Promise] = dict(Role.choices)
