"""The user guide: its contents and its chapters. Open to strangers too, for its first chapter tells how to sign in."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from sanchuang.core.errors import Unfit
from sanchuang.web.guide import chapters


@login_not_required
def guide(request: HttpRequest) -> HttpResponse:
    """All chapters with their parts."""
    return render(request, "web/guide.html", {"chapters": list(chapters().values())})


@login_not_required
def guide_chapter(request: HttpRequest, chapter: str) -> HttpResponse:
    """One chapter, with the way to the one before and the one after."""
    every = list(chapters().values())
    place = next((number for number, found in enumerate(every) if found.name == chapter), None)
    if place is None:
        raise Unfit(_("The guide has no such chapter."), _("Open the guide's contents and choose one."))
    context = {
        "chapter": every[place],
        "chapters": every,
        "before": every[place - 1] if place else None,
        "after": every[place + 1] if place + 1 < len(every) else None,
    }
    return render(request, "web/guide_chapter.html", context)
