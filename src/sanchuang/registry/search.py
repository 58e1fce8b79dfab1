"""Organisations in the search across rooms."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser

from sanchuang.core.models import User
from sanchuang.core.search import Hit
from sanchuang.registry.models import Organisation
from sanchuang.registry.names import search_key
from sanchuang.registry.queries import organisations_called


def find(text: str, user: User | AnonymousUser, limit: int) -> list[Hit]:
    """Organisations of whose code or any name `text` is a part; a whole name first, then the shorter ones."""
    if not user.has_perm("registry.view_organisation"):
        return []
    key = search_key(text)
    found = organisations_called(text, Organisation.objects.select_related("circle"))
    hits = []
    for organisation in found.prefetch_related("names").order_by("name")[: limit * 5]:
        names = [name.key for name in organisation.names.all() if key in name.key]
        covered = max((len(key) / len(name) for name in names), default=1.0)
        detail = "·".join(
            part
            for part in (
                organisation.get_kind_display(),
                organisation.code or "",
                organisation.circle.name if organisation.circle else "",
            )
            if part
        )
        hits.append(
            Hit("organisation", organisation.slug, organisation.name, detail, covered, organisation.synthetic)
        )
    return sorted(hits, key=lambda hit: (-hit.score, hit.title))[:limit]
