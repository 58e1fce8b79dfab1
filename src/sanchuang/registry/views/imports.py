"""Files in and out: a file is received, its columns are checked, a dry run shows what would change, then it is imported."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from sanchuang.core import export
from sanchuang.core.attachments.scanner import NoScan
from sanchuang.core.attachments.uploads import received, takes_file
from sanchuang.core.errors import Conflict
from sanchuang.core.language import listed
from sanchuang.core.permissions import require
from sanchuang.registry import exporting
from sanchuang.registry.forms import ImportForm, ImportOptions
from sanchuang.registry.imports import actions
from sanchuang.registry.imports.columns import FACT, MONEY_UNITS, Column
from sanchuang.registry.imports.files import Row
from sanchuang.registry.imports.rows import Outcome
from sanchuang.registry.imports.running import rows_of
from sanchuang.registry.imports.tops import top_of
from sanchuang.registry.models import Import, ImportRemark
from sanchuang.registry.queries.find import survivors
from sanchuang.values import Malformed

VIEW, ACT = "registry.view_imports", "registry.import_records"
PAGE = 50  # remarks of one page
SAMPLES = 3  # cells shown of each column
SILENT = 60  # seconds without a sign of life after which a worker is taken for gone
UNDER_WAY = (Import.State.CHECKING, Import.State.RUNNING)
Fault = Malformed | Conflict | NoScan | None
_FIELD = re.compile(r"(to|unit|year)-(\d{1,3})")


@takes_file
@require_http_methods(["GET", "POST"])
def imports(request: HttpRequest) -> HttpResponse:
    """All imports, and the form that takes in a file."""
    require(request.user, VIEW)
    may = request.user.has_perm(ACT)
    form = ImportForm(request.POST if request.method == "POST" else None)
    fault: Fault = None
    if request.method == "POST":
        require(request.user, ACT)
        if form.is_valid():
            try:
                run = actions.receive(received(request), by=request.user, **form.cleaned_data)
            except (Malformed, NoScan) as error:
                fault = error
            else:
                return redirect(run)
    runs = Paginator(Import.objects.select_related("by"), PAGE).get_page(request.GET.get("page"))
    context = {
        "runs": [(run, _counted(run)) for run in runs],
        "page": runs,
        "form": form if may else None,
        "fault": fault,
        "kinds": Import.Kind.choices,
        "sources": Import.objects.order_by().values_list("source", flat=True).distinct()[:100],
    }
    return render(request, "registry/imports.html", context, status=_status(fault, form))


@require_http_methods(["GET", "POST"])
def import_page(request: HttpRequest, number: int) -> HttpResponse:
    """One import at whatever step it is."""
    require(request.user, VIEW)
    run = get_object_or_404(Import.objects.select_related("by", "blob"), pk=number)
    fault: Fault = None
    options = ImportOptions(initial={"evidence": run.evidence.value, "all_or_none": run.all_or_none})
    if request.method == "POST":
        require(request.user, ACT)
        options = ImportOptions(request.POST)
        try:
            _do(request, run, options)
        except (Malformed, Conflict) as error:
            fault = error
            run.columns = [column.as_json() for column in actions.columns_from(run, _given(request.POST))]
        else:
            return redirect(run)
    context = {
        "run": run,
        "may": request.user.has_perm(ACT),
        "may_merge": request.user.has_perm("registry.merge_organisations"),
        "fault": fault,
        "options": options,
        **_progress(run),
        **_columns(run),
        **_remarks(request, run),
    }
    return render(request, "registry/import.html", context, status=_status(fault, None))


@require_GET
def import_progress(request: HttpRequest, number: int) -> HttpResponse:
    """How far it is; when the step is over the page is told to load itself anew."""
    require(request.user, VIEW)
    run = get_object_or_404(Import.objects.select_related("by"), pk=number)
    response = render(request, "registry/import_progress.html", {"run": run, "may": False, **_progress(run)})
    if run.state not in UNDER_WAY:
        response.headers["HX-Refresh"] = "true"
    return response


@require_GET
def import_faults(request: HttpRequest, number: int) -> HttpResponseBase:
    """The rows that were not taken, as a workbook to be mended: the file's own columns, and what is wrong."""
    require(request.user, ACT)
    run = get_object_or_404(Import.objects.select_related("blob"), pk=number)
    wrong: dict[int, list[str]] = {}
    for remark in run.remarks.filter(kind=ImportRemark.Kind.FAULT):
        said = f"{remark.column}: {remark.message}" if remark.column else remark.message
        wrong.setdefault(remark.row, []).append(f"{said} {remark.remedy}".strip())
    heads = [column["head"] for column in run.columns]
    width = len(heads)
    rows = (
        [*(row.cells[:width] + [""] * (width - len(row.cells))), "；".join(wrong[row.number]), row.number]
        for row in rows_of(run, list(wrong))
    )
    about = [(_("Imported file"), run.name), (_("Written"), timezone.localtime().strftime("%Y-%m-%d %H:%M"))]
    title = _("Faulty rows of %(file)s") % {"file": run.name}
    return export.answer(
        export.Sheet(title, [*heads, _("What is wrong"), _("Row in the file")], rows, about), "xlsx"
    )


@require_GET
def export_records(request: HttpRequest, kind: str) -> HttpResponseBase:
    """All records of a kind, as a file that can be imported again; `?empty=1` its heads alone."""
    require(request.user, VIEW)
    if kind not in exporting.EXPORTS:
        raise Http404(kind)
    form = str(request.GET.get("format", "xlsx"))
    if form not in export.FORMATS:
        raise Http404(form)
    empty = request.GET.get("empty") == "1"
    if not empty:
        exporting.note_reading(kind, request.user, request.path)
    return export.answer(exporting.sheet(kind, request.user, empty=empty), form)


def _do(request: HttpRequest, run: Import, options: ImportOptions) -> None:
    match request.POST.get("act"):
        case "check":
            if options.is_valid():
                actions.set_up(
                    run,
                    by=request.user,
                    columns=actions.columns_from(run, _given(request.POST)),
                    **options.cleaned_data,
                )
        case "heads":
            heads = request.POST.get("heads", "")
            actions.move_heads(
                run, by=request.user, heads=int(heads) if heads.isdecimal() and len(heads) < 7 else 0
            )
        case "start":
            actions.start(run, by=request.user)
            messages.info(request, _("The import has begun; you may leave this page."))
        case "stop":
            actions.stop(run, by=request.user)
        case "go_on":
            actions.go_on(run, by=request.user)
        case _other:
            raise Malformed(_("It is not clear what to do"), _("Use the buttons of the page"))


def _given(posted: Mapping[str, Any]) -> dict[int, dict[str, str]]:
    """What the form says of each column, by its place."""
    given: dict[int, dict[str, str]] = {}
    for name in posted:
        if match := _FIELD.fullmatch(name):
            given.setdefault(int(match[2]), {})[match[1]] = str(posted[name])[:40].replace("\0", "")
    return given


def _counted(run: Import) -> dict[str, int]:
    return {outcome.value: run.counts.get(outcome.value, 0) for outcome in Outcome}


def _progress(run: Import) -> dict[str, Any]:
    silent = (timezone.now() - run.touched_at).total_seconds() > SILENT
    counts = _counted(run)
    return {
        "counts": counts,
        "done": sum(counts.values()),
        "share": min(100, 100 * run.cursor // run.last) if run.last else None,
        "under_way": run.state in UNDER_WAY,
        "silent": run.state in UNDER_WAY and silent,
        "faultless": not counts["faulty"],
        "good": sum(counts.values()) - counts["faulty"],
    }


def _columns(run: Import) -> dict[str, Any]:
    """The columns with samples, for the form and for reading; nothing where the file cannot be read any more."""
    guide = actions.guide_of(run)
    editable = run.state in (Import.State.RECEIVED, Import.State.CHECKED)
    samples: list[list[str]] = [[] for _column in run.columns]
    top: list[Row] = []
    if editable:
        top = top_of(run)
        for row in top:
            if row.number > run.heads:
                for at, cell in enumerate(row.cells[: len(samples)]):
                    if cell and len(samples[at]) < SAMPLES and cell.isprintable():
                        samples[at].append(cell[:30])
    shown = []
    for at, kept in enumerate(run.columns):
        column = Column.of(kept)
        spec = guide.spec(column.to)
        shown.append((at, column, guide.label(column.to), listed(samples[at]), spec))
    return {
        "columns": shown,
        "editable": editable,
        "row_numbers": [row.number for row in top],
        "targets": [(target.key, target.label, target.required) for target in guide.targets],
        "facts": [
            (FACT + spec.name, guide.label(FACT + spec.name)) for spec in guide.dictionary.specs.values()
        ],
        "units": [*MONEY_UNITS, *sorted(guide.units - set(MONEY_UNITS))],
    }


def _remarks(request: HttpRequest, run: Import) -> dict[str, Any]:
    remarks: QuerySet[ImportRemark] = run.remarks.all()
    kinds = ImportRemark.Kind
    faults = Paginator(remarks.filter(kind=kinds.FAULT), PAGE).get_page(request.GET.get("page"))
    likes = remarks.filter(kind=kinds.LIKE)
    shown = list(likes[:PAGE])
    there = survivors(slug for like in shown for slug in (like.organisation, like.other))
    return {
        "faults": faults,
        "changes": remarks.filter(kind=kinds.CHANGE)[:PAGE],
        "likes": [(like, there.get(like.organisation), there.get(like.other)) for like in shown],
        "like_count": likes.count(),
    }


def _status(fault: Fault, form: Any) -> int:
    if isinstance(fault, Conflict):
        return 409
    return 400 if fault is not None or (form is not None and form.is_bound and form.errors) else 200
