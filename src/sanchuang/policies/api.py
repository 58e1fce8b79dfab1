"""Policies for programs: their heads, and the text with its rule."""

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Field, Query, Router

from sanchuang.core.api.endpoints import page, reads
from sanchuang.core.api.schemas import PageTold, Paging, Told
from sanchuang.core.api.versions import told
from sanchuang.core.permissions import require
from sanchuang.policies.models import PolicyDocument

router = Router(tags=["policies"])
VIEW = "policies.view_policy"


class PolicyTold(Told):
    """The head of a policy."""

    id: str = Field(examples=["sme_size"])
    title: str = Field(examples=["Sizes of companies"])
    title_en: str = Field("", examples=["SME size"])
    summary: str = Field("", examples=["Sizes of companies by industry"])
    layer: str = Field("", examples=["national"])
    number: str = Field("", examples=["300/2011"])
    date_from: dt.date | None = Field(None, examples=["2011-06-18"])
    date_to: dt.date | None = Field(None, examples=[None])
    status: str = Field(examples=["verified_text"])
    digest: str = Field(examples=["9f86d081"])

    @classmethod
    def of(cls, policy: PolicyDocument) -> "PolicyTold":
        """The policy's head."""
        return cls(**_head(policy))


class PolicyFull(PolicyTold):
    """A policy with its text: articles as people read them, and the rules beside them."""

    text: str = Field(examples=["# Sizes of companies"])


class Policies(PageTold):
    """A page of policies."""

    items: list[PolicyTold]


class PoliciesAsked(Paging):
    """Filters of the list."""

    layer: str = Field("", max_length=40)


def _head(policy: PolicyDocument) -> dict:
    names = ("title", "title_en", "summary", "layer", "number", "date_from", "date_to", "status", "digest")
    return {"id": policy.slug, **{name: getattr(policy, name) for name in names}}


@reads(router, "/policies", Policies, name="policies", query=PoliciesAsked)
def policies(request: HttpRequest, asked: Query[PoliciesAsked]) -> HttpResponse:
    """Policies in the order of the pack."""
    require(request.user, VIEW)
    found = PolicyDocument.objects.order_by("order", "slug")
    if asked.layer:
        found = found.filter(layer=asked.layer)
    return page(request, asked, found, Policies, PolicyTold.of)


@reads(router, "/policies/{slug}", PolicyFull, name="policy", record=True)
def policy(request: HttpRequest, slug: str) -> HttpResponse:
    """One policy with its text."""
    require(request.user, VIEW)
    found = get_object_or_404(PolicyDocument, slug=slug)
    return told(request, PolicyFull(**_head(found), text=found.text), versioned=True)
