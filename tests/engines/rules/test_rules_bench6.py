"""The benchmark rule set, written in our language, answers as the independent oracle does."""

import datetime as dt
import os
import sys
from pathlib import Path

import pytest

from sanchuang.engines.rules import FactTable, read_rules
from sanchuang.engines.rules.evaluate import Case
from sanchuang.values import Truth, Yuan

ROOT = Path(__file__).parents[3]
RULES = ROOT / "benchmarks" / "policy" / "bench6"
BENCH = Path(os.environ.get("SANCHUANG_SHARED", ROOT / ".." / "shared")) / "bench" / "policy"

COUNTS = ["ip1", "ip2", "age_days", "hnte_score", "n_proj"]
PEOPLE = ["employees", "rd_staff"]
BOOLS = [
    "core_ip",
    "core_field",
    "clean",
    "abnormal",
    "prohibited",
    "audited",
    "ic_or_mt",
    "in_district",
    "related_supplier",
    "tt_registered",
]
MONEY = [
    "revenue",
    "revenue_1",
    "revenue_2",
    "assets",
    "rd",
    "rd_1",
    "rd_2",
    "rd_amort",
    "ht_revenue",
    "total_revenue",
    "taxable",
    "costs",
    "compute_bill",
    "tt_contract",
    "tt_paid",
]


@pytest.fixture(scope="module")
def bench():
    """The shared generator of companies and the oracle."""
    if not BENCH.is_dir():
        pytest.skip("../shared is absent")
    pytest.importorskip("numpy", reason="numpy is absent")
    sys.path.insert(0, str(BENCH))
    try:
        import oracle
        import population
    finally:
        sys.path.remove(str(BENCH))
    return population, oracle


@pytest.fixture(scope="module")
def policies():
    return read_rules(RULES)


def test_the_dictionary_has_the_columns_of_the_population(bench, policies):
    population, _ = bench
    assert set(policies.dictionary.specs) == set(population.COLS)
    assert policies.dictionary.specs["industry"].choices == tuple(population.INDUSTRIES)


def companies(population, seed, count=200):
    """Companies of the generator, in Python's own integers and booleans."""
    columns = population.chunk(0, count, seed)
    rows = [
        dict(zip(columns, row, strict=True))
        for row in zip(*(c.tolist() for c in columns.values()), strict=True)
    ]
    for i, row in enumerate(rows):  # few companies have a bill or a project: give every other one both
        if i % 2:
            row |= {
                "in_district": True,
                "abnormal": False,
                "compute_bill": 1 + row["employees"] * 77_777,
                "n_proj": i % 7,
                "tt_registered": True,
                "tt_contract": 1_000_001,
                "tt_paid": 500_000 + i % 3,
            }
        if i % 5 == 1:  # most companies have no R&D: let every fifth pass the gates of P3 and P6
            row |= {
                "core_ip": True, "core_field": True, "clean": True, "prohibited": False, "age_days": 365 + i % 2,
                "rd_staff": row["employees"], "rd": row["revenue"] // 10, "hnte_score": 70 + i % 3,
                "ht_revenue": row["total_revenue"], "ip1": i % 2,
            }  # fmt: skip
    return rows


def facts_of(row, population):
    return FactTable(
        {
            "industry": population.INDUSTRIES[row["industry"]],
            **{name: row[name] for name in (*COUNTS, *PEOPLE)},
            **{name: bool(row[name]) for name in BOOLS},
            **{name: Yuan.of(row[name]) for name in MONEY},
        }
    )


def answers(policies, row, population):
    """What the rules say, in the oracle's names and units (whole yuan). Two outputs are no policy's result."""
    facts = facts_of(row, population)
    found = {e.policy.id: e for e in policies.explain(facts, dt.date(2025, 1, 1))}
    case, day = Case(facts), policies.day(dt.date(2025, 1, 1))

    def defined(policy, name):
        return day.tracer.named(policies.by_id[policy], name)(case).value

    transfer = found["transfer"]
    raw = {
        "size": found["size"].result,
        "hnte": found["hnte"].result,
        "techsme": found["techsme"].result,
        "score": defined("techsme", "score"),
        "tax_saving": found["tax"].result,
        "compute_amt": defined("compute", "compute_amt"),
        "compute_src": found["compute"].result,
        "transfer_amt": {Truth.YES: transfer.amount, Truth.NO: 0}[transfer.eligible],
    }
    assert not any(e.lacks for e in found.values())
    for name, value in raw.items():
        if isinstance(value, Yuan):
            assert value.fen % 100 == 0
            raw[name] = value.fen // 100
    return raw


@pytest.mark.parametrize("seed", [1, 20240601])
def test_equal_to_the_oracle(bench, policies, seed):
    population, oracle = bench
    seen = {}
    for row in companies(population, seed):
        expected = oracle.one(row)
        assert answers(policies, row, population) == expected, row
        for name, value in expected.items():
            seen.setdefault(name, set()).add(value)
    assert seen["size"] == {0, 1, 2, 3}
    assert seen["hnte"] == seen["techsme"] == {True, False}
    assert seen["compute_src"] >= {0, 1}
    assert seen["transfer_amt"] == {0, 2_000_000, 4_000_000, 6_000_000}
    assert min(map(len, (seen["tax_saving"], seen["compute_amt"], seen["score"]))) > 10
