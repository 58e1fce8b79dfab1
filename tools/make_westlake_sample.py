#!/usr/bin/env python3
"""Make the synthetic companies of the West Lake pack, always the same ones.

Writes sample/companies.csv, sample/facts-static.csv and sample/facts-yearly.csv, the answers of a tenth of them to a
longer questionnaire (sample/questionnaire-static.csv and -yearly.csv), and gives every result and
need that has no organisation yet a synthetic institute or company of its field. Nothing here describes a real
firm: names are put together from rare characters, codes carry the body `XN` (虚拟) in place of a real
organisation code, and 10-20 % of the facts are left out so that rules meet the unknown.

    python tools/make_westlake_sample.py
"""

from __future__ import annotations

import csv
import datetime as dt
import random
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import westlake_questionnaire
import yaml
from westlake_names import FIRST, LAST, LINES, MIDDLE, PATTERNS, Line

PACK = Path(__file__).resolve().parent.parent / "src/sanchuang/packs/westlake"
SAMPLE = PACK / "sample"
T = TypeVar("T")
SEED = 20250527
COMPANIES = 2183  # as many as the published figure ai-firms
YEARS = (2023, 2024, 2025)

CIRCLES = [("circle-zijingang", 34), ("circle-yunqi", 26), ("circle-laoheshan", 14), ("circle-zhijiang", 9)]
CIRCLES += [("circle-xiaoheshan", 9), ("", 8)]
PARKS = {
    "circle-zijingang": ["cloud-valley", "cloud-valley", ""],
    "circle-yunqi": ["yunqi-town", "yunqi-town", "yunqi-space-base", "cloud-computing-park", ""],
    "circle-laoheshan": ["xinchuang-park", "", ""],
}
# Share of firms whose fact nobody knows.
MISSING = {
    "industry": 0.10,
    "registered_in_district": 0.10,
    "registered_on": 0.10,
    "registered_capital": 0.12,
    "abnormal": 0.12,
    "compute_supplier_related": 0.18,
    "compute_via_platform": 0.10,
    "conversion_agreement": 0.15,
    "conversion_trl": 0.15,
    "prior_bluebird_award": 0.12,
    "employees": 0.12,
    "revenue": 0.14,
    "assets": 0.18,
    "rd_expense": 0.18,
    "rd_staff": 0.17,
    "compute_spend": 0.14,
    "compute_claimed_elsewhere": 0.15,
    "university_result_projects": 0.12,
}
STATIC = [
    "registered_in_district",
    "registered_on",
    "registered_capital",
    "abnormal",
    "ai_related",
    "compute_supplier_related",
    "compute_via_platform",
    "conversion_agreement",
    "conversion_trl",
    "prior_bluebird_award",
]
YEARLY = ["employees", "revenue", "assets", "rd_expense", "rd_staff", "compute_spend"]
YEARLY += ["compute_claimed_elsewhere", "university_result_projects"]

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def credit_code(serial: int) -> str:
    """A code with valid check characters (GB 11714 inside GB 32100-2015) and a body no registry gives."""
    body = f"XN{serial:06d}"
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    body += "0123456789X"[-sum(w * int(c, 36) for w, c in zip(weights, body, strict=True)) % 11]
    first = "91330106" + body
    return first + ALPHABET[-sum(pow(3, i, 31) * ALPHABET.index(c) for i, c in enumerate(first)) % 31]


def pick(rng: random.Random, weighted: Sequence[tuple[T, int]]) -> T:
    """One of `weighted` by its weight."""
    return rng.choices([item for item, _ in weighted], [weight for _, weight in weighted])[0]


def syllable(entry: str) -> tuple[str, str, str]:
    """`榉櫸ju` as simplified, traditional, pinyin."""
    letters = entry.lstrip("".join(c for c in entry if not c.isascii()))
    characters = entry[: len(entry) - len(letters)]
    return characters[0], characters[-1], letters


def brands(rng: random.Random) -> Iterable[tuple[str, str, str]]:
    """Brand names (simplified, traditional, pinyin), never one twice and never two that sound alike."""
    seen: set[str] = set()
    while True:
        # Two characters would often be somebody's name; three or four from these pools rarely are.
        pools = (FIRST, MIDDLE, LAST) if rng.random() < 0.85 else (FIRST, MIDDLE, MIDDLE, LAST)
        parts = [syllable(rng.choice(pool)) for pool in pools]
        pinyin = "".join(part[2] for part in parts)
        if pinyin not in seen:
            seen.add(pinyin)
            yield "".join(p[0] for p in parts), "".join(p[1] for p in parts), pinyin.capitalize()


@dataclass
class Company:
    """One invented company before it is written down."""

    row: dict[str, str]
    field: str
    employees: int
    static: dict[str, str]
    yearly: dict[int, dict[str, str]]
    long_static: dict[str, str]
    long_yearly: dict[int, dict[str, str]]


def money(rng: random.Random, amount: float) -> str:
    """An amount in yuan; one in thirty is only known roughly."""
    if rng.random() < 1 / 30 and amount > 100_000:
        return f"≈{round(amount / 10_000) * 10_000:d}"
    return f"{round(amount):d}"


def yes(answer: bool) -> str:
    """A truth as the pack writes it."""
    return "是" if answer else "否"


def make_company(rng: random.Random, brand: tuple[str, str, str], serial: int) -> Company:
    """One company with its facts."""
    line = pick(rng, [(entry, entry.weight) for entry in LINES])
    pattern = pick(rng, PATTERNS)
    traditional = str.maketrans("业资责伙", "業資責夥")
    circle = pick(rng, CIRCLES)
    age = rng.expovariate(1 / 5.5)
    if age > 21:
        age = rng.uniform(8, 21)
    registered = dt.date(2025, 11, 30) - dt.timedelta(days=round(age * 365) + 30)
    code = credit_code(serial)
    row = {
        "code": code,
        "name_hans": pattern.format(brand=brand[0], line=line.hans),
        "name_hant": pattern.translate(traditional).format(brand=brand[1], line=line.hant),
        "name_en": f"{brand[2]} {line.en}",
        "short_names": brand[0],
        "former_names": "",
        "industry": "",
        "place": rng.choice(PARKS.get(circle, [""])),
        "circle": circle,
        "tags": line.tags,
    }
    if rng.random() < 0.04:
        row["former_names"] = (
            f"杭州{brand[0]}{rng.choice(['科技', '网络技术', '电子商务', '文化创意'])}有限公司"
        )
    employees = max(1, min(3000, round(rng.lognormvariate(2.2 + age / 30, 1.25))))
    static, yearly, whole = make_facts(rng, line, registered, employees)
    row["industry"] = static.pop("industry", "")  # the organisation carries it, not its facts
    long = westlake_questionnaire.answers(code, line.industry, registered, whole)
    return Company(row, line.field, employees, static, yearly, *long)


def make_facts(
    rng: random.Random, line: Line, registered: dt.date, employees: int
) -> tuple[dict[str, str], dict[int, dict[str, str]], dict[int, dict[str, str]]]:
    """Static facts, and facts by year from the year of registration on, unknown ones left out; then all by year."""
    converts, spends, researches = rng.random() < 0.09, rng.random() < 0.36, rng.random() < 0.62
    capital = rng.choice([10, 50, 100, 100, 200, 300, 500, 500, 1000, 1000, 2000, 5000]) * 10_000
    static = {
        "industry": line.industry,
        "registered_in_district": yes(rng.random() < 0.93),
        "registered_on": registered.isoformat(),
        "registered_capital": str(capital),
        "abnormal": yes(rng.random() < 0.04),
        "ai_related": "是",
        "compute_supplier_related": yes(spends and rng.random() < 0.07),
        # Support goes through the platform, so most of those who buy compute use it.
        "compute_via_platform": yes(spends and rng.random() < 0.9),
        "conversion_agreement": yes(converts and rng.random() < 0.85),
        "conversion_trl": str(rng.choice([3, 4, 4, 5, 5, 6, 6, 7, 8])) if converts else "",
        "prior_bluebird_award": yes(converts and rng.random() < 0.12),
    }
    productivity = rng.lognormvariate(12.9, 0.75)  # yuan a head; the median is about 400,000
    asset_ratio = rng.lognormvariate(0.1, 0.7)
    research_share, compute_share = rng.uniform(0.03, 0.35), rng.lognormvariate(-3.2, 0.9)
    fresh = rng.random() < 0.07  # no sales yet
    yearly: dict[int, dict[str, str]] = {}
    whole: dict[int, dict[str, str]] = {}
    heads = float(employees)
    for year in reversed(YEARS):
        if registered.year > year:
            break
        productivity *= rng.lognormvariate(-0.04, 0.1)
        part = 0.4 if registered.year == year else 1.0
        people = max(1, round(heads))
        revenue = 0.0 if fresh and year >= registered.year else people * productivity * part
        values = {
            "employees": str(people),
            "revenue": money(rng, revenue),
            "assets": money(rng, people * productivity * asset_ratio + capital * 0.2),
            "rd_expense": money(rng, max(revenue, people * 90_000) * research_share) if researches else "0",
            "rd_staff": str(round(people * min(0.85, research_share * 2.4))) if researches else "0",
        }
        if year >= 2024:
            bill = max(revenue, people * 60_000) * min(compute_share, 0.6) if spends else 0.0
            values["compute_spend"] = money(rng, bill) if bill else "0"
            values["compute_claimed_elsewhere"] = yes(spends and rng.random() < 0.09)
            values["university_result_projects"] = str(rng.choice([1, 1, 1, 2, 3])) if converts else "0"
        whole[year] = values
        yearly[year] = {name: value for name, value in values.items() if rng.random() >= MISSING[name]}
        heads /= rng.lognormvariate(0.08, 0.18)
    known = {name: value for name, value in static.items() if value and rng.random() >= MISSING.get(name, 0)}
    return known, yearly, whole


def write(path: Path, header: list[str], rows: Iterable[dict[str, str]]) -> None:
    """A CSV with Unix line ends; what a row does not have stays empty."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, header, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def write_facts(
    name: str,
    static: list[str],
    yearly: list[str],
    rows: Sequence[tuple[str, dict[str, str], dict[int, dict[str, str]]]],
) -> None:
    """Two files of facts, those that hold throughout and those by year; a row gives code, static and yearly ones."""
    write(
        SAMPLE / f"{name}-static.csv",
        ["code", "period", *static],
        ({"code": code, "period": ""} | facts for code, facts, _ in rows),
    )
    write(
        SAMPLE / f"{name}-yearly.csv",
        ["code", "period", *yearly],
        (
            {"code": code, "period": str(year)} | facts[year]
            for code, _, facts in rows
            for year in sorted(facts)
        ),
    )


def institutes() -> list[tuple[str, list[str]]]:
    """Synthetic institutes with the ids of their fields, which their notes name (方向：…)."""
    manifest = yaml.safe_load((PACK / "pack.yaml").read_text(encoding="utf-8"))
    fields = {field["names"]["hans"]: field["id"] for field in manifest["fields"]}
    entries = yaml.safe_load((SAMPLE / "institutes.yaml").read_text(encoding="utf-8"))
    return [
        (e["id"], [fields[name] for name in e["note"].partition("方向：")[2].split("、")]) for e in entries
    ]


def assign(pattern: str, by_field: dict[str, list[str]]) -> None:
    """Give every record of the files `pattern` that has no organisation the next one of its field."""
    turn = dict.fromkeys(by_field, 0)
    for path in sorted(SAMPLE.glob(pattern)):
        field, lines = "", path.read_text(encoding="utf-8").splitlines()
        for number, text in enumerate(lines):
            if match := re.fullmatch(r"  field: (\w+)", text):
                field = match[1]
                turn[field] += 1
            elif text == "  organisation: null":
                choices = by_field[field]
                lines[number] = f"  organisation: {choices[turn[field] * 7 % len(choices)]}"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    """Make and write everything."""
    rng = random.Random(SEED)
    serials = rng.sample(range(100_000, 1_000_000), COMPANIES)
    makers = zip(brands(rng), serials, strict=False)
    companies = [make_company(rng, brand, serial) for brand, serial in makers]
    write(SAMPLE / "companies.csv", list(companies[0].row), (company.row for company in companies))
    write_facts("facts", STATIC, YEARLY, [(c.row["code"], c.static, c.yearly) for c in companies])
    long = [(c.row["code"], c.long_static, c.long_yearly) for c in companies if c.long_yearly]
    write_facts("questionnaire", westlake_questionnaire.STATIC, westlake_questionnaire.YEARLY, long)
    suppliers: dict[str, list[str]] = {}
    for institute, fields in institutes():
        for field in fields:
            suppliers.setdefault(field, []).append(institute)
    buyers: dict[str, list[str]] = {}
    for company in companies:
        # A firm of three does not tender for a production line, and a shop or software house has none.
        if company.employees >= 20 and company.row["industry"] not in ("", "52", "64", "65", "75"):
            buyers.setdefault(company.field, []).append(company.row["code"])
    assign("results*.yaml", suppliers)
    assign("needs*.yaml", buyers)


if __name__ == "__main__":
    main()
