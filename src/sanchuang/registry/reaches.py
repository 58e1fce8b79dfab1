"""What roles can be bound to: the registry's organisations and circles."""

from __future__ import annotations

from collections.abc import Iterator

from sanchuang.core.accounts import reach
from sanchuang.core.templatetags.shown import label
from sanchuang.registry.models import Organisation, Place


def _organisation(slug: str) -> str | None:
    found = Organisation.objects.filter(slug=slug).first()
    return label(found) if found else None


def _circle(slug: str) -> str | None:
    found = Place.objects.filter(slug=slug, kind=Place.Kind.CIRCLE).first()
    return label(found) if found else None


def _circles() -> Iterator[tuple[str, str]]:
    for place in Place.objects.filter(kind=Place.Kind.CIRCLE).order_by("slug"):
        yield place.slug, label(place)


def register_all() -> None:
    """Tell core. Of organisations, of which there may be thousands, no form offers a list."""
    reach.register("organisation", reach.Places(_organisation, lambda: ()))
    reach.register("circle", reach.Places(_circle, _circles))
