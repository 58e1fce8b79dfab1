"""How many queries each page takes on the whole sample district: pinned, so that a loop over rows shows at once.

A page that needs one query more, or fewer, changes its line in query_counts.json in the same commit.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sanchuang.core.roles import Role
from sanchuang.policies.models import PolicyDocument
from sanchuang.registry.models import Need, Organisation, Result

COUNTS: dict[str, int] = json.loads((Path(__file__).parent / "query_counts.json").read_text())
MOST_BYTES = 600_000  # of HTML as sent; styles and scripts come on top and are measured in the browser


@pytest.fixture
def addresses(westlake: None) -> dict[str, str]:
    """The address of each page named in query_counts.json: for records the fullest of its kind."""
    company = Organisation.objects.raw(
        "SELECT o.id FROM registry_organisation o JOIN registry_fact f ON f.organisation_id = o.id"
        " WHERE o.kind = 'company' GROUP BY o.id ORDER BY count(*) DESC, o.slug LIMIT 1"
    )[0].slug
    return {
        "home": "/",
        "search": "/search/?q=智能",
        "organisations": "/organisations/",
        "organisations, filtered and sorted": "/organisations/?q=智能&kind=company&industry=I&sort=-circle&page=2",
        "organisation": f"/organisations/{company}/",
        "advice": f"/organisations/{company}/advice/",
        "results": "/results/",
        "result": f"/results/{Result.objects.order_by('slug')[0].slug}/",
        "needs": "/needs/",
        "need": f"/needs/{Need.objects.order_by('slug')[0].slug}/",
        "places": "/places/",
        "policies": "/policies/",
        "policy": f"/policies/{PolicyDocument.objects.order_by('slug')[0].slug}/",
    }


def test_each_page_takes_the_queries_it_is_known_for(
    addresses: dict[str, str], sign_in: Callable[..., Client]
) -> None:
    client = sign_in(Role.OFFICER)
    taken, sent = {}, {}
    for name, address in addresses.items():
        client.get(address)  # what is read once for a process is read here
        with CaptureQueriesContext(connection) as captured:
            response = client.get(address, headers={"Accept-Encoding": "gzip"})
        assert response.status_code == 200, name
        taken[name], sent[name] = len(captured), len(response.content)
    assert taken == {name: count for name, count in COUNTS.items() if name != "sign-in"}
    assert max(sent.values()) < MOST_BYTES


def test_the_front_door_asks_little(westlake: Any, settings: Any) -> None:
    """Strangers cost the users of the demonstration and the district's name."""
    settings.DEMO = True
    with CaptureQueriesContext(connection) as captured:
        Client().get("/sign-in/")
    assert len(captured) == COUNTS["sign-in"]
