"""`{% load related %}{% related record user %}` draws what other rooms keep about a record."""

from __future__ import annotations

from typing import Any

from django import template
from django.contrib.auth.models import AnonymousUser
from django.db.models import Model

from sanchuang.core.models import User
from sanchuang.core.related import related as found

register = template.Library()


@register.inclusion_tag("core/related.html")
def related(record: Model, user: User | AnonymousUser) -> dict[str, Any]:
    """A sheet for each room that has something to say; nothing where none has."""
    return {"sections": found(record, user)}
