"""How many queries each page takes on the whole sample district: pinned, so that a loop over rows shows at once.

A page that needs one query more, or fewer, changes its line in query_counts.json in the same commit.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import site_pages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sanchuang.core.roles import Role

COUNTS: dict[str, int] = json.loads((Path(__file__).parent / "query_counts.json").read_text())
MOST_BYTES = 600_000  # of HTML as sent; styles and scripts come on top and are measured in the browser


@pytest.fixture
def addresses(westlake: None) -> dict[str, str]:
    """The pages of query_counts.json; a new page joins `site_pages`."""
    return site_pages.addresses()


def test_each_page_takes_the_queries_it_is_known_for(
    addresses: dict[str, str], sign_in: Callable[..., Client]
) -> None:
    officer, administrator, kept = sign_in(Role.OFFICER), sign_in(Role.ADMINISTRATOR), site_pages.kept()
    taken, sent = {}, {}
    for name, address in {**addresses, **kept}.items():
        client = administrator if name in kept else officer
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
