"""A company's advice as a page: every section that the rooms registered."""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sanchuang.core import audit, dates, documents
from sanchuang.core.advice import advise
from sanchuang.core.errors import Unfit
from sanchuang.core.permissions import require
from sanchuang.core.templatetags.shown import label
from sanchuang.registry.advice import subject_of
from sanchuang.registry.models import Organisation
from sanchuang.registry.paper import advice_paper
from sanchuang.registry.queries import here
from sanchuang.values import Malformed


def day_asked(text: str | None) -> dt.date:
    """The day in `?on=`, as everywhere else; a fault is told in the reader's language."""
    remedy = _("Write it as year-month-day, for example 2026-01-31.")
    try:
        return dates.day_asked(text)
    except dates.FarDay:
        span = {"first": dates.FIRST.isoformat(), "last": dates.LAST.isoformat()}
        raise Malformed(_("The date must lie between %(first)s and %(last)s.") % span, remedy) from None
    except dates.NoDay:
        raise Malformed(_("“%(text)s” is not a date.") % {"text": (text or "")[:40]}, remedy) from None


def _company(request: HttpRequest, slug: str) -> Organisation:
    """The organisation asked for, for somebody who may see its advice."""
    organisation = here(get_object_or_404(Organisation.every.select_related("industry", "circle"), slug=slug))
    require(request.user, "registry.advise", organisation)
    return organisation


def advice(request: HttpRequest, slug: str) -> HttpResponse:
    """What `slug` can get and why, what fits its needs, and what its file lacks, as of the day asked for."""
    organisation = _company(request, slug)
    asked = request.GET.get("on")
    context = {"organisation": organisation, "asked": asked or timezone.localdate().isoformat()}
    status = 200
    try:
        context["advice"] = advise(subject_of(organisation, day_asked(asked)))
        audit.reading(organisation, by=request.user, what="registry.read_advice")
    except (Malformed, Unfit) as error:
        context["fault"] = error
        status = 400
    return render(request, "web/advice.html", context, status=status)


def advice_pdf(request: HttpRequest, slug: str) -> HttpResponse:
    """The same as a paper, in the reader's language; a fault of the day is shown on the page."""
    organisation, asked = _company(request, slug), request.GET.get("on")
    try:
        on = day_asked(asked)
    except Malformed:
        return advice(request, slug)
    paper = advice_paper(organisation, on, by=request.user, language=get_language() or "")
    title = _("Advice for %(name)s") % {"name": label(organisation)}
    return documents.answer(paper, f"{title} {on.isoformat()}")
