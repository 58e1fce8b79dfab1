"""The form with which a reader says that a figure or a record is wrong."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from sanchuang.core import reports
from sanchuang.core.forms import styled
from sanchuang.core.models import InboxItem
from sanchuang.core.permissions import require


class ReportForm(forms.Form):
    """What the reader says; only what is wrong must be said."""

    part = forms.CharField(
        label=gettext_lazy("Which entry is meant"),
        help_text=gettext_lazy("Such as the address, the code or a name."),
        max_length=reports.SHORT,
        required=False,
    )
    wrong = forms.CharField(
        label=gettext_lazy("What is wrong"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=reports.LONG,
        error_messages={"required": gettext_lazy("Say in a sentence or two what is wrong.")},
    )
    right = forms.CharField(
        label=gettext_lazy("What would be right"),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=reports.LONG,
        required=False,
    )
    seen = forms.CharField(
        label=gettext_lazy("Where one can see it"),
        help_text=gettext_lazy("A document, a page, an address. It makes the answer faster."),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=reports.LONG,
        required=False,
    )

    def __init__(self, *args: Any, has_value: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if has_value:
            del self.fields["part"]  # there is one value to speak of
        styled(self)


def asked(request: HttpRequest) -> tuple[str, str]:
    """Kind and identifier of the record in the address (`?figure=gdp`, `?record=place:port`); empty without one."""
    if figure := request.GET.get("figure", "").replace("\0", ""):
        return "figure", figure
    kind, _colon, slug = request.GET.get("record", "").replace("\0", "").partition(":")
    return kind, slug


def thank(request: HttpRequest, item: InboxItem, new: bool) -> HttpResponse:
    """To the report's own page, where its answer will stand."""
    if new:
        messages.success(
            request, _("Thank you. Your report has the number %(number)s.") % {"number": item.pk}
        )
    else:
        messages.info(request, _("You have reported this before; the answer is still open."))
    return redirect("desk-item", item.pk)


@require_http_methods(["GET", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """Say what is wrong. Without a record in the address: how to report. What was typed is kept with its faults."""
    require(request.user, "core.report")
    kind, slug = asked(request)
    if not kind and not slug:
        return render(request, "web/report.html", {"subject": None})
    about = reports.subject(kind, slug, request.user)
    posted = request.POST if request.method == "POST" else None
    form = ReportForm(posted, has_value=bool(about.value))
    if form.is_bound and form.is_valid():
        return thank(request, *reports.report(by=request.user, kind=kind, slug=slug, **form.cleaned_data))
    context = {
        "subject": about,
        "form": form,
        "waiting_report": reports.open_report(request.user, kind, slug),
    }
    return render(request, "web/report.html", context)
