"""The figures of West Lake taken together: every check's verdict, and the page of every figure."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from sanchuang.core.roles import Role
from sanchuang.engines.figures import Obstacle
from sanchuang.registry.queries.figures import FigureBook

MISSING, UNDATED, OPERATOR = Obstacle.MISSING, Obstacle.UNDATED, Obstacle.OPERATOR


@pytest.mark.parametrize(
    ("check", "verdict", "open_for"),
    [
        ("institutes-sum", "consistent", []),
        ("needs-and-collaborations", "different_things", []),
        ("mean-contract-bound", "follows", []),
        ("fair-intents-no-income", "different_things", []),
        ("landed-amount-grade", "undecided", [MISSING]),
        ("culture-rest-fell", "follows", []),
        ("new-three-inside", "consistent", []),
        ("subsidy-implies-spending", "follows", []),
        ("subsidy-recipients", "undecided", [MISSING]),
        ("talent-density-population", "undecided", [MISSING, MISSING]),
        ("implied-gdp-range", "follows", []),
        ("rd-on-implied-gdp", "undecided", [MISSING, UNDATED]),
        ("rd-intensity-reports", "undecided", [UNDATED]),
        ("projects-reports", "undecided", [OPERATOR]),
        ("ding-award-reports", "consistent", []),
        ("conversion-rank-reports", "consistent", []),
    ],
)
def test_every_check_answers_from_the_numbers(
    westlake: Any, check: str, verdict: str, open_for: list
) -> None:
    book = FigureBook()
    assert len(book.checks) == 16
    [asked] = [asked for asked in book.checks if asked.check.slug == check]
    assert (asked.verdict, [item.obstacle for item in asked.unsettled]) == (verdict, open_for)


@pytest.mark.parametrize(
    "slug", ["culture-rest-growth", "projects-landed", "golden-belt-length", "rd-intensity"]
)
def test_a_figure_opens(westlake: Any, make_user: Any, client: Client, slug: str) -> None:
    client.force_login(make_user(Role.OFFICER))
    page = client.get(f"/figures/{slug}/").content.decode()
    figure = FigureBook().figures[slug]
    assert figure.name in page
    assert figure.source in page


def test_the_home_page_leads_to_key_figures_and_checks(tiny: Any, make_user: Any, client: Client) -> None:
    client.force_login(make_user(Role.OFFICER))
    page = client.get("/").content.decode()
    assert 'href="/figures/ring-members/"' in page
    assert 'id="check-ring-grew"' in page


def test_a_figure_that_is_not_there_is_not_found(tiny: Any, make_user: Any, client: Client) -> None:
    client.force_login(make_user(Role.OFFICER))
    assert client.get("/figures/nowhere/").status_code == 404
