"""Policies in the search: by title, number, identifier and the words of their text."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from sanchuang.core.search import Entry, Name, Source, Title, Use, register
from sanchuang.policies.models import PolicyDocument

# What is written for the rules engine, and the head of the file, are no prose.
_RULES = re.compile(r"\A---\n.*?\n---\n|^```.*?^```", re.S | re.M)
_MARKS = re.compile(r"[#>*|`_\-\[\]]+|\s+")


def entries(pks: Collection[Any] | None) -> Iterator[Entry]:
    """The policies that a pack brought."""
    documents = PolicyDocument.objects.order_by("pk")
    for each in documents if pks is None else documents.filter(pk__in=pks):
        yield Entry(
            each.pk,
            each.slug,
            Title(each.title, en=each.title_en),
            (
                Name(each.title),
                *((Name(each.title_en, Use.OTHER),) if each.title_en else ()),
                *((Name(each.number, Use.NUMBER),) if each.number else ()),
                Name(each.slug, Use.CODE),
            ),
            (each.summary, each.summary_en, _MARKS.sub(" ", _RULES.sub(" ", each.text))),
            (each.number or Title(each.summary, en=each.summary_en),),
        )


def register_all() -> None:
    """Offer the policies."""
    register(
        Source(
            "policy",
            _("Policy"),
            "policies.view_policy",
            "policies.PolicyDocument",
            entries,
            address="policies:policy",
            order=40,
        )
    )
