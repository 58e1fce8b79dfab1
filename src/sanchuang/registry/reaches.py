"""What roles can be bound to: the registry's organisations and circles."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from sanchuang.core.accounts import reach
from sanchuang.core.templatetags.shown import label
from sanchuang.registry.models import Organisation, Place


def _organisations(slugs: Collection[str]) -> dict[str, str]:
    return {found.slug: label(found) for found in Organisation.objects.filter(slug__in=slugs)}


def _merged(slugs: Collection[str]) -> dict[str, str]:
    merged = Organisation.every.filter(slug__in=slugs).exclude(merged_into=None)
    return dict(merged.values_list("slug", "merged_into__slug"))


def _named(slugs: Collection[str]) -> dict[str, str]:
    circles = Place.objects.filter(slug__in=slugs, kind=Place.Kind.CIRCLE)
    return {found.slug: label(found) for found in circles}


def _circles() -> Iterator[tuple[str, str]]:
    for place in Place.objects.filter(kind=Place.Kind.CIRCLE).order_by("slug"):
        yield place.slug, label(place)


def register_all() -> None:
    """Tell core. Of organisations, of which there may be thousands, no form offers a list."""
    reach.register("organisation", reach.Places(_organisations, lambda: (), _merged))
    reach.register("circle", reach.Places(_named, _circles))
