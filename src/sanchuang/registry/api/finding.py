"""The organisation that an address of the interface names, and the way on from one that was merged into another."""

from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from sanchuang.core.api.problems import Problem
from sanchuang.registry.models import Organisation

MOVED = 308  # Permanent Redirect: the method and the body stay as they are


def organisation_at(request: HttpRequest, known: QuerySet[Organisation], slug: str) -> Organisation:
    """The organisation of `known` called `slug`, for whoever may see organisations: that is asked before.

    Raises `Http404` for none, and for one that was merged into another the `Problem` "moved" (308): `Location` is the
    address that was asked for at the survivor, query included, and the body names the survivor.
    """
    found = known.filter(slug=slug).first()
    if found is not None:
        return found
    merged = Organisation.every.filter(slug=slug).select_related("merged_into").first()
    if merged is None or merged.merged_into is None:
        raise Http404
    kept, asked = merged.merged_into, request.resolver_match
    assert asked is not None
    there = reverse(asked.view_name, kwargs={**asked.captured_kwargs, "slug": kept.slug})
    query = request.META.get("QUERY_STRING", "")
    raise Problem(
        "moved",
        _("This organisation was merged into “%(name)s”.") % {"name": kept.name},
        _("Ask for the successor, and keep its identifier from now on."),
        headers={"Location": f"{there}?{query}" if query else there},
        successor={"id": kept.slug, "name": kept.name, "url": reverse("api:organisation", args=[kept.slug])},
    )
