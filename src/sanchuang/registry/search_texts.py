"""Results and needs in the search: by title, keyword, identifier and any word of their descriptions."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from django.apps import apps

from sanchuang.core.search import Entry, Name, Title, Use


def entries_of(label: str, pks: Collection[Any] | None) -> Iterator[Entry]:
    """The entries of results or needs (`label`: the model's); what a need may cost and by when is no part of them."""
    model = apps.get_model(label)
    records = model._default_manager.select_related("field", "organisation").order_by("pk")
    for each in records if pks is None else records.filter(pk__in=pks):
        field, bearer = each.field, each.organisation
        yield Entry(
            each.pk,
            each.slug,
            Title(each.title),
            (
                Name(each.title),
                *(Name(word, Use.WORD) for word in each.keywords),
                Name(each.slug, Use.CODE),
            ),
            (each.text, f"{field.name} {bearer.name if bearer else ''}"),
            (
                Title(field.name, field.name_hant, field.name_en),
                Title(bearer.name, bearer.name_hant, bearer.name_en) if bearer else "",
            ),
            each.synthetic,
        )
