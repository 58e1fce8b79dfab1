"""Two rows that are one organisation: the list of likely ones, and the page on which somebody decides."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from sanchuang.core import audit
from sanchuang.core.errors import Conflict, Unfit
from sanchuang.core.permissions import require
from sanchuang.registry import actions, merging
from sanchuang.registry.duplicates import Roll
from sanchuang.registry.forms import MergeForm
from sanchuang.registry.labels import ORGANISATION_KINDS
from sanchuang.registry.models import Organisation
from sanchuang.registry.queries import AmbiguousOrganisation, find_organisation, here
from sanchuang.registry.tables import DuplicateTable
from sanchuang.values import Malformed

MERGE = "registry.merge_organisations"
PAGE = 50
LONGEST = 200  # characters of what is searched for
RELATED = ("industry", "place", "circle", "merged_into")


@require_safe
def duplicates(request: HttpRequest) -> HttpResponse:
    """Every two organisations that may be one, the likeliest first; compared anew each time."""
    require(request.user, MERGE)
    table = DuplicateTable(Roll.read().pairs())
    table.paginate(page=1, per_page=PAGE)
    table.page = table.paginator.get_page(request.GET.get("page"))
    table.prepare(row.record for row in table.page)
    table.caption = _("Possible duplicates")
    return render(request, "registry/duplicates.html", {"table": table, "count": table.paginator.count})


@require_http_methods(["GET", "POST"])
def merge_organisation(request: HttpRequest, slug: str) -> HttpResponse:
    """The organisation beside another one, `?with=` its identifier, code or name; the form that makes them one."""
    kept = here(get_object_or_404(Organisation.every.select_related(*RELATED), slug=slug))
    require(request.user, MERGE, kept)
    asked = request.GET.get("with", "").replace("\0", "").strip()[:LONGEST]
    context: dict[str, Any] = {"organisation": kept, "asked": asked}
    if not asked:
        return render(request, "registry/merge.html", context)
    try:
        other = find_organisation(asked)
        if other.pk == kept.pk:
            raise Unfit(_("This is the same row of the register"), _("Search for the other one"))
    except AmbiguousOrganisation as error:
        context |= {"fault": error, "candidates": [each for each in error.candidates if each.pk != kept.pk]}
        return render(request, "registry/merge.html", context, status=400)
    except Unfit as error:
        return render(request, "registry/merge.html", context | {"fault": error}, status=400)
    return _beside(request, kept, other, context)


def _beside(
    request: HttpRequest, kept: Organisation, other: Organisation, context: dict[str, Any]
) -> HttpResponse:
    seen = {"seen_kept": audit.version_of(kept), "seen_merged": audit.version_of(other)}
    form = MergeForm(request.POST or None, initial=seen)
    fault: Exception | None = None
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        try:
            actions.merge_organisations(
                by=request.user,
                kept=kept,
                merged=other,
                why=given["why"],
                seen=(given["seen_kept"], given["seen_merged"]),
                force_codes=given["force_codes"],
            )
        except (Malformed, Conflict) as error:
            fault = error
            form.data = form.data.copy() | seen  # the next sending means what the page shows now
        else:
            messages.success(request, _("The two are one organisation now."))
            return redirect("registry:organisation", kept.slug)
    differences = merging.fact_differences(kept, other, timezone.localdate())
    for each in (kept, other):
        if differences:
            audit.reading(each, by=request.user, what="registry.read_facts", count=len(differences))
    context |= {
        "other": other,
        "kinds": [ORGANISATION_KINDS[each.kind] for each in (kept, other)],
        "parts": [(part.label, part.count(kept), part.count(other)) for part in merging.parts()],
        "taken": merging.filled(kept, other),
        "codes_differ": merging.codes_differ(kept, other),
        "differences": differences,
        "form": form,
        "fault": fault,
        "swap": reverse("registry:merge-organisation", args=[other.slug], query={"with": kept.slug}),
    }
    status = 409 if isinstance(fault, Conflict) else 400 if fault or form.errors else 200
    return render(request, "registry/merge.html", context, status=status)
