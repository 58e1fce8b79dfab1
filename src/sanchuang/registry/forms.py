"""Forms of the registry."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sanchuang.core.forms import WhyField, styled
from sanchuang.core.language import page_language
from sanchuang.registry.actions import MOST_NAME
from sanchuang.registry.models import Import, Industry, Organisation
from sanchuang.values import Evidence


class OrganisationForm(forms.Form):
    """What the district keeps about an organisation, the reason of the change, and which state of it the form shows."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=MOST_NAME)
    name_en = forms.CharField(label=gettext_lazy("English name"), max_length=MOST_NAME, required=False)
    industry = forms.CharField(
        label=gettext_lazy("Industry"),
        help_text=gettext_lazy("Its code in the classification, such as I6513."),
        max_length=20,
        required=False,
    )
    address = forms.CharField(label=gettext_lazy("Address"), max_length=200, required=False)
    note = forms.CharField(
        label=gettext_lazy("Note"), widget=forms.Textarea({"rows": 3}), max_length=2000, required=False
    )
    why = WhyField(help_text=gettext_lazy("From what it is known. It stays in the history."))
    seen = forms.CharField(widget=forms.HiddenInput, max_length=16)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        styled(self)

    def clean_industry(self) -> Industry | None:
        """The class with this code."""
        code = self.cleaned_data["industry"].strip()
        if not code:
            return None
        found = Industry.objects.filter(code__iexact=code).first()
        if found is None:
            raise forms.ValidationError(_("The classification has no such code. See the list of industries."))
        return found


class MergeForm(forms.Form):
    """That two organisations are one, why, and that whoever says so knows what it means."""

    why = WhyField(
        help_text=gettext_lazy("From what it is known that the two are one. It stays in both histories.")
    )
    force_codes = forms.BooleanField(
        label=gettext_lazy("Both codes belong to this one organisation"), required=False
    )
    final = forms.BooleanField(
        label=gettext_lazy("I have compared the two, and know that a merger cannot be undone"),
        error_messages={"required": gettext_lazy("Confirm it: a merger cannot be undone.")},
    )
    seen_kept = forms.CharField(widget=forms.HiddenInput, max_length=16)
    seen_merged = forms.CharField(widget=forms.HiddenInput, max_length=16)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        styled(self)


def stored(organisation: Organisation) -> dict[str, str]:
    """What the form shows of `organisation` as it is now."""
    return {
        "name": organisation.name,
        "name_en": organisation.name_en,
        "industry": organisation.industry.code if organisation.industry else "",
        "address": organisation.address,
        "note": organisation.note,
    }


class ImportForm(forms.Form):
    """A file to be taken in: what its rows are, and whose register it is."""

    kind = forms.ChoiceField(label=gettext_lazy("The rows are"), choices=Import.Kind.choices)
    source = forms.CharField(
        label=gettext_lazy("Source"),
        max_length=200,
        help_text=gettext_lazy(
            "Whose register it is, and of when. It stays with every record, and what the columns are is remembered for it."
        ),
        widget=forms.TextInput({"list": "sources", "autocomplete": "off"}),
    )
    sheet = forms.CharField(
        label=gettext_lazy("Sheet"),
        max_length=100,
        required=False,
        help_text=gettext_lazy("Of a workbook; the first with anything in it where nothing is said."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        styled(self)


class ImportOptions(forms.Form):
    """How the rows of a file are taken."""

    evidence = forms.TypedChoiceField(
        label=gettext_lazy("Grade of evidence of its facts"),
        choices=lambda: [(grade.value, grade.label(page_language())) for grade in Evidence],
        coerce=Evidence,
        initial=Evidence.CLAIMED.value,
    )
    all_or_none = forms.BooleanField(
        label=gettext_lazy("Import only if every row is good"),
        required=False,
        help_text=gettext_lazy(
            "Else good rows are imported, and faulty ones can be mended and uploaded again."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        styled(self)
