"""What forms of several pages share: fields, and the look of the site."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class DayField(forms.DateField):
    """A day, with the browser's calendar."""

    widget = forms.DateInput({"type": "date"}, format="%Y-%m-%d")


class WhyField(forms.CharField):
    """A reason."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Reason"))
        kwargs.setdefault("help_text", _("It stays in the history."))
        kwargs.setdefault("max_length", 200)
        super().__init__(**kwargs)


def styled(form: forms.Form) -> None:
    """Give every field the site's look, and tie help and faults to it for screen readers."""
    for name, field in form.fields.items():
        choice = isinstance(field.widget, forms.Select)
        tick = isinstance(field.widget, forms.CheckboxInput)
        if not isinstance(
            field.widget, forms.CheckboxSelectMultiple
        ):  # whose class would be the whole list's
            field.widget.attrs["class"] = (
                "form-select" if choice else "form-check-input" if tick else "form-control"
            )
        described = [f"id_{name}_help"] if field.help_text else []
        if form.is_bound and form.errors.get(name):
            field.widget.attrs["aria-invalid"] = "true"
            described.append(f"id_{name}_error")
        if described:
            field.widget.attrs["aria-describedby"] = " ".join(described)
