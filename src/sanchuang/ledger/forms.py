"""Forms of the ledger."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sanchuang.core.forms import DayField, WhyField, styled
from sanchuang.ledger.models import Account
from sanchuang.registry.models import Organisation
from sanchuang.values import Malformed, Period, Yuan


def new_key() -> str:
    """An idempotency key: a form that is sent twice is done once."""
    return f"form-{secrets.token_hex(16)}"


def read_amount(text: str) -> Yuan:
    """The amount, with its unit or as a number of yuan. Raises `Malformed`."""
    try:
        return Yuan.of(text)
    except Malformed as plain:
        try:
            return Yuan.parse(text)
        except Malformed as error:
            raise (plain if text[-1:].isdecimal() else error) from None


class YuanField(forms.CharField):
    """An amount: 1,234.50, 20万, ¥500 or 12元5角."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", gettext_lazy("Amount"))
        kwargs.setdefault("help_text", gettext_lazy("Such as 1,234.50, or with its unit."))
        widget = forms.TextInput({"inputmode": "text", "autocomplete": "off"})
        super().__init__(max_length=60, widget=widget, **kwargs)

    def clean(self, value: Any) -> Yuan | None:
        """The amount; None for an empty field that may be empty."""
        text = super().clean(value).strip()
        if not text:
            return None
        try:
            return read_amount(text)
        except Malformed as error:
            raise forms.ValidationError(f"{error.message} {error.remedy}".strip()) from error


class AccountField(forms.CharField):
    """An account by its code; the browser offers the codes there are."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput({"list": "accounts", "autocomplete": "off"})
        super().__init__(max_length=80, widget=widget, **kwargs)

    def clean(self, value: Any) -> Account | None:
        """The account with this code."""
        code = super().clean(value).strip().lower()
        if not code:
            return None
        found = Account.objects.select_related("owner").filter(code=code).first()
        if found is None:
            raise forms.ValidationError(_("There is no account with this code. See the list of accounts."))
        return found


class _Keyed(forms.Form):
    key = forms.CharField(widget=forms.HiddenInput, max_length=80)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        styled(self)


class MoveForm(_Keyed):
    """A transfer or a reservation by hand, with its reason."""

    TRANSFER, RESERVE = "transfer", "reserve"

    act = forms.ChoiceField(
        label=gettext_lazy("What to do"),
        choices=(
            (TRANSFER, gettext_lazy("Transfer: the money moves now")),
            (RESERVE, gettext_lazy("Reserve: it is kept back, and posted or released later")),
        ),
    )
    debit = AccountField(label=gettext_lazy("From account"))
    credit = AccountField(label=gettext_lazy("To account"))
    amount = YuanField()
    day = DayField(
        label=gettext_lazy("Day"), required=False, help_text=gettext_lazy("When it counts; today if empty.")
    )
    expires = DayField(
        label=gettext_lazy("Reserved until"),
        required=False,
        help_text=gettext_lazy("The last day of a reservation; what is left then is released."),
    )
    title = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=200,
        help_text=gettext_lazy("In a few words; it stands on the statements of both accounts."),
    )
    text = forms.CharField(
        label=gettext_lazy("More about it"),
        widget=forms.Textarea({"rows": 3}),
        max_length=4000,
        required=False,
        help_text=gettext_lazy("The decision, the document's number. Papers can be attached afterwards."),
    )

    def clean_expires(self) -> dt.datetime | None:
        """The end of the last day."""
        day = self.cleaned_data["expires"]
        if day is None:
            return None
        if day >= dt.date(9999, 1, 1):
            raise forms.ValidationError(_("Give a day before the year 9999, or none."))
        end = dt.datetime.combine(day + dt.timedelta(days=1), dt.time.min)
        return timezone.make_aware(end)


class SettleForm(_Keyed):
    """What becomes of a reservation, or that a transfer is undone."""

    amount = YuanField(required=False, help_text=gettext_lazy("All that is left, if empty."))
    keep = forms.BooleanField(label=gettext_lazy("Keep the rest reserved"), required=False)
    why = WhyField(help_text=gettext_lazy("It stands on the statements of both accounts."))


class UndoForm(_Keyed):
    """Why a transfer is undone, or a reservation given up."""

    why = WhyField(help_text=gettext_lazy("It stands on the statements of both accounts."))


class OpenForm(forms.Form):
    """A new account."""

    series = forms.SlugField(
        label=gettext_lazy("Code"),
        max_length=60,
        help_text=gettext_lazy(
            "Letters, digits and hyphens; the same through the years. It cannot be changed."
        ),
    )
    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    name_en = forms.CharField(label=gettext_lazy("English name"), max_length=200, required=False)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=Account.Kind.choices)
    owner = forms.CharField(
        label=gettext_lazy("Owner"),
        max_length=80,
        required=False,
        help_text=gettext_lazy("Name or code of the organisation; none for the district itself."),
    )
    period = forms.CharField(
        label=gettext_lazy("Period"),
        max_length=24,
        required=False,
        help_text=gettext_lazy("Such as 2026; empty for an account of all years."),
    )
    overdraft = forms.BooleanField(
        label=gettext_lazy("May be overdrawn"),
        required=False,
        help_text=gettext_lazy("Only for what stands for the world outside, such as the treasury."),
    )
    note = forms.CharField(
        label=gettext_lazy("Note"), widget=forms.Textarea({"rows": 2}), max_length=2000, required=False
    )
    why = WhyField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        styled(self)

    def clean_series(self) -> str:
        """In small letters, as in addresses."""
        return str(self.cleaned_data["series"]).lower()

    def clean_owner(self) -> Organisation | None:
        """The one organisation of that name or code."""
        text = self.cleaned_data["owner"].strip()
        if not text:
            return None
        found = Organisation.objects.filter(slug=text) | Organisation.objects.filter(code=text)
        if not found:
            found = Organisation.objects.filter(name=text)
        if len(found) != 1:
            raise forms.ValidationError(
                _("There is not exactly one organisation of that name. Give its code.")
            )
        return found[0]

    def clean_period(self) -> Period | None:
        """The period, such as a year."""
        text = self.cleaned_data["period"].strip()
        try:
            return Period.parse(text) if text else None
        except Malformed as error:
            raise forms.ValidationError(f"{error.message} {error.remedy}".strip()) from error


class CloseForm(forms.Form):
    """Closing the books up to a day."""

    last_day = DayField(label=gettext_lazy("Close until"))
    why = WhyField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        styled(self)
