"""What one in ten of the sample's companies also told: the facts that national and city policies ask for.

A questionnaire of this length is filled in by few, so most companies stay unknown to those policies. The answers
draw on a random source of their own, made from the company's code, so that they change nothing else of the sample.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Mapping

SHARE = 0.1  # of the companies
LEFT_OUT = 0.08  # of the questions
STATIC = [
    "resident_enterprise",
    "restricted_trade",
    "owns_core_ip",
    "core_field",
    "hnte_score_given",
    "hnte_score",
    "hnte_ip_advance",
    "hnte_ip_support",
    "hnte_ip_number",
    "hnte_ip_origin",
    "hnte_ip_standard",
    "hnte_conversion",
    "hnte_books",
    "hnte_institution",
    "hnte_incentives",
    "hnte_talent",
    "hnte_growth_assets",
    "hnte_growth_sales",
    "accident_within_year",
    "hnte_certificate",
    "ip1",
    "ip2",
    "misconduct_two_years",
    "national_award_five_years",
    "provincial_rd_institution",
    "led_standard_five_years",
    "audited_books",
    "ic_or_machine_tool",
    "registered_in_city",
    "vat_small_scale_taxpayer",
    "vat_quarter_sales",
]
SHEET = {  # the items of the HNTE score sheet and their most points
    "hnte_ip_advance": 8,
    "hnte_ip_support": 8,
    "hnte_ip_number": 8,
    "hnte_ip_origin": 6,
    "hnte_conversion": 30,
    "hnte_books": 6,
    "hnte_institution": 6,
    "hnte_incentives": 4,
    "hnte_talent": 4,
    "hnte_growth_assets": 10,
    "hnte_growth_sales": 10,
}
ITEMS_LEFT_OUT = 0.02  # of the items: whoever fills in a sheet leaves little of it empty
YEARLY = [
    "rd_domestic",
    "ht_revenue",
    "total_income",
    "costs",
    "rd_contracted_domestic",
    "rd_contracted_abroad",
    "rd_amortisation",
    "taxable_income",
    "employees_quarter_mean",
    "assets_quarter_mean",
    "compute_domestic",
    "compute_model_service",
]


def _exact(text: str) -> int:
    """A whole number of the sample; what is known only roughly is taken at its number."""
    return int(text.lstrip("≈") or "0")


def _yes(answer: bool) -> str:
    return "是" if answer else "否"


def answers(
    code: str, industry: str, registered: dt.date, whole: Mapping[int, Mapping[str, str]]
) -> tuple[dict[str, str], dict[int, dict[str, str]]]:
    """A company's static answers and those by year, both empty for nine in ten.

    `whole` holds its ordinary yearly facts before any was left out.
    """
    rng = random.Random(f"questionnaire {code}")
    if rng.random() >= SHARE or not whole:
        return {}, {}
    last = max(whole)
    research = _exact(whole[last]["rd_expense"]) > 0
    certificate = research and (dt.date(2025, 11, 30) - registered).days > 730 and rng.random() < 0.25
    revenue = _exact(whole[last]["revenue"])
    small_scale = revenue < 5_000_000 and rng.random() < 0.7
    static = {
        "resident_enterprise": _yes(rng.random() < 0.98),
        "restricted_trade": _yes(rng.random() < 0.01),
        "owns_core_ip": _yes(research and rng.random() < 0.75),
        "core_field": _yes(research and rng.random() < 0.8),
        "hnte_score": str(rng.randint(66, 90) if certificate else rng.randint(40, 84)),
        "accident_within_year": _yes(rng.random() < 0.02),
        "hnte_certificate": _yes(certificate),
        "ip1": str(rng.choice([0, 0, 1, 1, 2, 4]) if research else 0),
        "ip2": str(rng.choice([0, 1, 2, 3, 5, 8, 14])),
        "misconduct_two_years": _yes(rng.random() < 0.02),
        "national_award_five_years": _yes(rng.random() < 0.01),
        "provincial_rd_institution": _yes(research and rng.random() < 0.06),
        "led_standard_five_years": _yes(research and rng.random() < 0.05),
        "audited_books": _yes(rng.random() < 0.9),
        "ic_or_machine_tool": _yes(industry == "39" and rng.random() < 0.15),
        "registered_in_city": _yes(rng.random() < 0.97),
        "vat_small_scale_taxpayer": _yes(small_scale),
        "vat_quarter_sales": str(round(revenue / 4 * rng.uniform(0.7, 1.3))),
    }
    yearly = {year: _of_year(rng, values) for year, values in sorted(whole.items())}
    told = {name: value for name, value in static.items() if rng.random() >= LEFT_OUT}
    sheet = _score_sheet(code, int(static["hnte_score"]), reviewed=certificate)
    if sheet.get("hnte_score_given") != _yes(True):
        told.pop("hnte_score", None)  # nobody but the experts gives a total
    return (
        told | sheet,
        {
            year: {name: value for name, value in values.items() if rng.random() >= LEFT_OUT}
            for year, values in yearly.items()
        },
    )


def _score_sheet(code: str, total: int, *, reviewed: bool) -> dict[str, str]:
    """The score item by item, `total` in all; experts' totals are given to whom was reviewed and some others."""
    rng = random.Random(f"score sheet {code}")
    given = reviewed or rng.random() < 0.3
    points = {name: most * total // 100 for name, most in SHEET.items()}
    while sum(points.values()) < total:
        name = rng.choice([name for name, most in SHEET.items() if points[name] < most])
        points[name] += 1
    items = {"hnte_score_given": given} | points | {"hnte_ip_standard": 0}
    return {
        name: _yes(value) if isinstance(value, bool) else str(value)
        for name, value in items.items()
        if rng.random() >= ITEMS_LEFT_OUT
    }


def _of_year(rng: random.Random, values: Mapping[str, str]) -> dict[str, str]:
    """The answers for one year."""
    revenue, expense = _exact(values["revenue"]), _exact(values["rd_expense"])
    staff, assets = _exact(values["employees"]), _exact(values["assets"])
    bill = _exact(values.get("compute_spend", "0"))
    income = round(revenue * rng.uniform(1.0, 1.03))
    costs = round(max(revenue, staff * 90_000) * rng.uniform(0.75, 1.15))
    commissioned = round(expense * rng.choice([0, 0, 0, 0.1, 0.2]))
    abroad = round(expense * rng.choice([0, 0, 0, 0, 0, 0, 0.05]))
    domestic = round(bill * rng.choice([0, 0.2, 0.5, 0.8, 1]))
    return {
        "rd_domestic": str(expense - abroad),
        "ht_revenue": str(round(revenue * rng.uniform(0.3, 1.0))),
        "total_income": str(income),
        "costs": str(costs),
        "rd_contracted_domestic": str(commissioned),
        "rd_contracted_abroad": str(abroad),
        "rd_amortisation": str(round(expense * rng.choice([0, 0, 0, 0.15]))),
        "taxable_income": str(income - costs),
        "employees_quarter_mean": f"{staff + rng.choice([-0.5, -0.25, 0, 0.25, 0.5]):g}",
        "assets_quarter_mean": str(round(assets * rng.uniform(0.92, 1.04))),
        "compute_domestic": str(domestic),
        "compute_model_service": str(round((bill - domestic) * rng.choice([0, 0, 0.3]))),
    }
