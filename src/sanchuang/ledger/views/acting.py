"""How the ledger's forms end: what was done, what waits for a second person, what is refused and why."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from sanchuang.core.errors import Conflict
from sanchuang.core.models import Approval, User
from sanchuang.ledger.errors import KeyReused
from sanchuang.ledger.models import Transfer
from sanchuang.values import Malformed

Fault = Malformed | Conflict | None
Act = Callable[[], Transfer | Approval]


def doer(request: HttpRequest) -> User:
    """Who acts; strangers never come as far as an action."""
    assert isinstance(request.user, User)
    return request.user


def attempt(request: HttpRequest, act: Act) -> tuple[HttpResponse | None, Fault]:
    """Do `act`: where to go then, or what is wrong."""
    try:
        try:
            made = act()
        except KeyReused:
            made = act()  # the same form came twice at once: the other one is written now, and found
    except (Malformed, Conflict) as error:
        return None, error
    if isinstance(made, Approval):
        messages.info(request, _("It is done as soon as a second person has confirmed it."))
        return redirect("approval", made.pk), None
    messages.success(request, _("Done."))
    return redirect(made), None


def status_of(fault: Fault, invalid: bool) -> int:
    """400 for what is wrong, 409 for what somebody else was faster with."""
    return 409 if isinstance(fault, Conflict) else 400 if fault or invalid else 200
