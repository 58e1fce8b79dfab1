"""Policies found by title, number or identifier."""

from __future__ import annotations

from collections.abc import Iterator

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q

from sanchuang.core.models import User
from sanchuang.core.search import Hit
from sanchuang.policies.models import PolicyDocument


def find(text: str, user: User | AnonymousUser, limit: int) -> Iterator[Hit]:
    """Policies whose title, number or identifier contains `text`."""
    if not user.has_perm("policies.view_policy"):
        return
    named = Q(title__icontains=text) | Q(title_en__icontains=text) | Q(number__icontains=text) | Q(slug=text)
    for policy in PolicyDocument.objects.filter(named)[:limit]:
        share = len(text) / max(len(policy.title), len(text))
        yield Hit("policy", policy.slug, policy.title, policy.number or policy.summary, share)
