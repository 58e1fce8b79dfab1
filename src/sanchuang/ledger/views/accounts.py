"""An account's page: what it has, and its statement."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from sanchuang.core import audit, confidential, export
from sanchuang.core.errors import Unfit
from sanchuang.core.forms import DayField, styled
from sanchuang.core.history import history
from sanchuang.core.lists import EXPORT
from sanchuang.ledger import queries
from sanchuang.ledger.labels import account_label, summary
from sanchuang.ledger.models import Account

PAGE = 50  # lines of a statement


class SpanForm(forms.Form):
    """From when to when lines were written."""

    since = DayField(label=gettext_lazy("Written from"), required=False)
    until = DayField(label=gettext_lazy("Written until"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        styled(self)


@dataclass(frozen=True)
class Span:
    """The numbers of the lines that are asked for; none where `last` is less than `first`."""

    first: int
    last: int

    @property
    def count(self) -> int:
        """How many they are."""
        return max(0, self.last - self.first + 1)


def _span(account: Account, form: SpanForm) -> Span:
    form.is_valid()
    since, until = form.cleaned_data.get("since"), form.cleaned_data.get("until")
    first = queries.first_on(account, since) if since else 1
    last = account.seq
    if until and until < dt.date.max:
        last = queries.first_on(account, until + dt.timedelta(days=1)) - 1
    return Span(first, last)


def account(request: HttpRequest, code: str) -> HttpResponseBase:
    """One account: head figures and statement, the newest lines first; `?_export=` gives the statement as a file."""
    found = get_object_or_404(Account.objects.select_related("owner__merged_into"), code=code)
    if not confidential.may_see(request.user, found):
        raise Http404
    form = SpanForm(request.GET if {"since", "until"} & request.GET.keys() else None)
    span = _span(found, form) if form.is_bound else Span(1, found.seq)
    wanted = request.GET.get(EXPORT)
    if wanted in export.FORMATS:
        return _exported(request, found, span, wanted)
    page = Paginator(range(span.count), PAGE).get_page(request.GET.get("page"))
    last = span.last - page.start_index() + 1 if span.count else 0
    lines = queries.entries(found, max(span.first, last - PAGE + 1), last) if span.count else []
    audit.reading(found, by=request.user, what="ledger.read_accounts", count=len(lines))
    state: dict[str, str] = {
        name: str(value) for name, value in request.GET.items() if name in form.fields and value
    }
    context: dict[str, Any] = {
        "account": found,
        "form": form,
        "lines": [(line, summary(line.transfer)) for line in reversed(lines)],
        "brackets": any(line.transfer.held and not line.reserved.fen for line in lines),
        "page": page,
        "pages": page.paginator.get_elided_page_range(page.number),
        "state": urlencode(state),
        "filtered": bool(state),
        "exports": [(each, urlencode({**state, EXPORT: each})) for each in export.FORMATS],
        "reservations": queries.open_reservations(found)[:PAGE],
        "budget": queries.Budget(found) if found.kind == Account.Kind.BUDGET else None,
        "history": history(found, request.user),
    }
    return render(request, "ledger/account.html", context)


def _exported(request: HttpRequest, account: Account, span: Span, form: str) -> HttpResponseBase:
    if span.count > export.MOST_ROWS:
        raise Unfit(
            _("The statement has %(count)s lines; a file takes at most %(most)s.")
            % {"count": f"{span.count:,}", "most": f"{export.MOST_ROWS:,}"},
            _("Choose from when to when, and export each part."),
        )
    audit.reading(account, by=request.user, what="ledger.read_accounts", count=span.count)
    heads = [
        _("No."),
        _("Day"),
        _("Transfer"),
        pgettext("statement", "Reason"),
        _("Kind"),
        _("Other account"),
        _("In"),
        _("Out"),
        _("Change of the reservation"),
        _("Balance"),
        _("Currency"),
        _("Written at"),
        _("Chain digest"),
    ]

    def rows() -> Iterator[list[Any]]:
        for line in queries.all_entries(account, span.first, span.last):
            moved = line.change.fen
            yield [
                line.seq,
                line.transfer.day,
                line.transfer.pk,
                summary(line.transfer),
                str(line.transfer.get_kind_display()),
                account_label(line.other),
                line.change if moved > 0 else None,
                -line.change if moved < 0 else None,
                line.reserved if line.reserved.fen else None,
                line.balance,
                account.currency,
                timezone.localtime(line.transfer.at).strftime("%Y-%m-%d %H:%M:%S"),
                line.transfer.digest,
            ]

    about = [
        (_("Account of the ledger"), f"{account.code} {account_label(account)}"),
        (_("Web address"), request.build_absolute_uri()),
        (_("Written"), timezone.localtime().strftime("%Y-%m-%d %H:%M")),
    ]
    if account.synthetic:
        about.append((_("Origin"), _("synthetic")))
    title = _("Statement of %(account)s") % {"account": account_label(account)}
    return export.answer(export.Sheet(title, heads, rows(), about), form)
