"""Pages of the policies room."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from sanchuang.core.language import page_language
from sanchuang.core.permissions import require
from sanchuang.policies.models import PolicyDocument
from sanchuang.policies.pages import article_pages
from sanchuang.policies.queries import EXAMPLES, catalogue, find_policy


def policies(request: HttpRequest) -> HttpResponse:
    """All policies of the loaded pack."""
    require(request.user, "policies.view_policy")
    listed = catalogue()
    examples = sum(len(group.entries) for group in listed if group.layer == EXAMPLES)
    context = {"groups": listed, "count": sum(len(group.entries) for group in listed), "examples": examples}
    context["real"] = context["count"] - examples
    return render(request, "policies/list.html", context)


def policy(request: HttpRequest, slug: str) -> HttpResponse:
    """One policy: its text, its rules as written and as sentences, article by article."""
    require(request.user, "policies.view_policy")
    found = find_policy(slug)
    lang = page_language()
    context = {
        "policy": found,
        "title": found.title.get(lang) or found.title["zh"],
        "summary": found.summary.get(lang) or found.summary.get("zh", ""),
        "articles": article_pages(found, lang),
        "facts": [(spec.name, spec.label(lang)) for spec in found.facts()],
        "file": PolicyDocument.objects.values_list("file", flat=True).get(slug=slug),
    }
    return render(request, "policies/policy.html", context)
