"""A population simulated: the oracle of the benchmark agrees, budgets and totals are exact, large figures too."""

import datetime as dt
import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import polars as pl
import pytest
from compiled_rules import ROOT, read
from near_limits import companies

from sanchuang.engines.markup import Problems
from sanchuang.engines.rules import FactDictionary, FactSpec, FactType, Per, read_policies
from sanchuang.engines.rules.compiled import outputs
from sanchuang.engines.rules.compiled.columns import Unreadable
from sanchuang.engines.rules.compiled.engines import ENGINES, NATIVE, dask
from sanchuang.engines.rules.compiled.outputs import evaluate
from sanchuang.engines.rules.compiled.plan import FILE, Plan, everything, read_plan
from sanchuang.engines.rules.compiled.simulate import simulate

BENCH = Path(os.environ.get("SANCHUANG_SHARED", ROOT / ".." / "shared")) / "bench" / "policy"
FOLDER = ROOT / "benchmarks/policy/bench6"
ON = dt.date(2025, 1, 1)
SEEDS = [3, 5, 20240601]


@pytest.fixture(scope="module")
def plan():
    return read_plan((FOLDER / FILE).read_text(encoding="utf-8"), FILE, read("bench6"))


@pytest.fixture(scope="module")
def population(tmp_path_factory):
    """`population(seed)`: the file of 10,000 companies, made once for all engines."""
    return cache(lambda seed: made(tmp_path_factory.mktemp("population"), seed))


def made(folder, seed, rows=10_000):
    path = folder / f"p{seed}.parquet"
    program = BENCH / "population.py"
    code = (
        f"import sys; sys.path.insert(0, {str(BENCH)!r}); import population as p, polars as pl; "
        f"pl.DataFrame(p.population({rows}, {seed})).write_parquet({str(path)!r})"
    )
    assert program.is_file()
    subprocess.run([sys.executable, "-c", code], check=True)
    return path


@pytest.mark.skipif(not BENCH.is_dir(), reason="../shared is absent")
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("engine", ["native", "polars", "duckdb", "sqlite", "python"])
def test_the_oracle_says_equal(tmp_path, plan, population, seed, engine):
    path = population(seed)
    found = simulate(read("bench6"), pl.read_parquet(path), ON, ENGINES[engine], plan)
    found.companies.write_parquet(tmp_path / "r.parquet")
    said = subprocess.run(
        [sys.executable, str(BENCH / "oracle.py"), str(path), str(tmp_path / "r.parquet")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert said.returncode == 0, said.stdout + said.stderr
    assert said.stdout.strip().endswith("equal")
    digests = json.loads(said.stdout.splitlines()[0])
    assert found.totals["companies"].sum() == 10_000
    for name in ("hnte", "techsme", "tax_saving"):
        assert found.totals[name].sum() == digests[name]


def test_a_figure_beyond_64_bits_is_computed_apart_and_exactly(plan):
    policies = read("bench6")
    row = dict.fromkeys((spec for spec in policies.dictionary.specs), 0) | {
        "employees": 10,
        "audited": 1,
        "core_ip": 1,
    }
    ordinary = row | {"taxable": 3_000_001, "rd": 5, "revenue": 1}
    huge = row | {"taxable": 9 * 10**16, "rd": 0, "revenue": 1}
    frame = pl.DataFrame([ordinary, huge])
    found = simulate(policies, frame, ON, NATIVE, plan)
    assert found.apart == 1
    assert found.companies["tax_saving"].to_list() == [750_000 - 149_999, 0]
    assert (
        found.companies["size"].to_list()
        == simulate(policies, frame, ON, ENGINES["sqlite"], plan).companies["size"].to_list()
    )


def test_a_group_whose_value_is_unknown_is_a_group_of_its_own(plan):
    policies = read("bench6")
    row = dict.fromkeys((spec for spec in policies.dictionary.specs), 0)
    frame = pl.DataFrame([row, row | {"revenue": None}, row])
    found = simulate(policies, frame, ON, NATIVE, plan)
    assert dict(zip(found.totals["size.result"], found.totals["companies"], strict=True)) == {0: 2, None: 1}


@pytest.mark.parametrize("engine", ENGINES)
def test_unsigned_columns_are_read_as_what_they_hold(plan, engine):
    """Half of the values of such a column would be below zero in one of the same width with a sign."""
    row = dict.fromkeys((spec for spec in read("bench6").dictionary.specs), 0)
    frame = pl.DataFrame([row | {"industry": 15, "employees": n, "revenue": 1} for n in (9, 10, 200, 255)])
    signed = simulate(read("bench6"), frame, ON, ENGINES["python"], plan)
    narrow = frame.with_columns(
        employees=pl.col("employees").cast(pl.UInt8), revenue=pl.lit(2**63 + 1, pl.UInt64)
    )
    found = simulate(
        read("bench6"), narrow.with_columns(revenue=pl.lit(1, pl.UInt64)), ON, ENGINES[engine], plan
    )
    assert found.companies["size"].to_list() == signed.companies["size"].to_list() == [0, 1, 2, 2]
    wide = simulate(read("bench6"), narrow, ON, ENGINES[engine], plan)
    assert wide.apart == 4
    assert wide.companies["size"].to_list() == [0, 1, 2, 2]


@pytest.mark.parametrize(
    ("fact", "cell"),
    [
        ("employees", "1.5"),
        ("audited", "也许"),
        ("industry", "渔业"),
        ("rd", "五"),
        ("rd", "1/0"),
        ("rd", "0.001"),
    ],
)
def test_a_cell_that_is_no_fact_is_refused_also_where_the_company_is_computed_apart(plan, fact, cell):
    row = dict.fromkeys(read("bench6").dictionary.specs, "0") | {"industry": "other", "taxable": "9" * 25}
    frame = pl.DataFrame([row | {fact: cell}])
    with pytest.raises(Unreadable) as error:
        simulate(read("bench6"), frame, ON, NATIVE, plan)
    assert str(error.value).startswith(f"列“{fact}”第 1 行：“{cell}”")


def test_numbers_as_text_count_the_population_s_unit():
    policies = read("bench6")
    row = dict.fromkeys(policies.dictionary.specs, "0") | {
        "in_district": "1", "tt_registered": "1", "n_proj": "1", "tt_contract": "3", "industry": "other",
    }  # fmt: skip
    for unit, paid in ((100, ["1", "1.49", "1.50", "2元"]), (1, ["1", "1.49元", "2", "2元"])):
        frame = pl.DataFrame([row | {"tt_paid": each} for each in paid])
        if unit == 1:
            frame = frame.with_columns(tt_contract=pl.Series(["3", "3元", "3", "300"]))
        found = simulate(policies, frame, ON, NATIVE, everything(policies), unit=unit)
        assert found.companies["transfer.eligible"].to_list() == [False, False, True, True]
    with pytest.raises(Unreadable, match=r"第 1 行：“1\.5”"):
        simulate(policies, pl.DataFrame([row | {"tt_paid": "1.5"}]), ON, NATIVE, everything(policies), unit=1)


ECHO = """# Echo

```yaml
policy: echo
status: assumption
result: same
definitions:
  same: {value: place}
  far: {value: place == 'far'}
```
"""


@pytest.mark.parametrize("engine", ENGINES)
def test_a_word_that_no_rule_mentions_is_no_result_and_never_an_empty_cell(engine):
    dictionary = FactDictionary.of([FactSpec("place", FactType.TEXT, Per.STATIC, {})])
    policies = read_policies([(ECHO, "echo.md")], dictionary)
    plan = everything(policies)
    found = simulate(policies, pl.DataFrame({"place": ["far", None]}), ON, ENGINES[engine], plan)
    assert found.companies["echo.result"].to_list() == ["far", None]
    with pytest.raises(Unreadable, match=r"echo\.result.*第 2 行"):
        simulate(policies, pl.DataFrame({"place": ["far", "near"]}), ON, ENGINES[engine], plan)


HUGE = """# Huge

```yaml
policy: huge
status: assumption
conditions:
- {id: sales, when: revenue > 0元}
amount: {value: 'floor_yuan(revenue * 99999999999999999999999999)'}
```
"""


@pytest.mark.parametrize("engine", ENGINES)
def test_figures_of_the_rules_that_no_engine_holds_are_computed_exactly_or_refused(engine):
    dictionary = read("bench6").dictionary
    policies = read_policies([(HUGE, "huge.md")], dictionary)
    nothing = simulate(
        policies, pl.DataFrame({"revenue": [0, None]}), ON, ENGINES[engine], everything(policies)
    )
    assert nothing.apart == 2
    assert nothing.companies["huge.amount"].to_list() == [0, None]
    with pytest.raises(Unreadable, match=r"huge\.amount.*第 2 行.*太大"):
        simulate(policies, pl.DataFrame({"revenue": [0, 7]}), ON, ENGINES[engine], everything(policies))


@pytest.mark.parametrize("engine", ENGINES)
def test_nobody_is_computed_for_a_population_of_nobody(plan, engine):
    frame = pl.DataFrame(
        {"revenue": [], "employees": []}, schema={"revenue": pl.String, "employees": pl.Int64}
    )
    found = simulate(read("bench6"), frame, ON, ENGINES[engine], plan)
    assert (found.companies.height, found.totals.height, found.apart) == (0, 0, 0)


def test_a_column_wider_than_64_bits_is_read():
    policies = read("bench6")
    row = dict.fromkeys((spec for spec in policies.dictionary.specs), 0)
    frame = pl.DataFrame([row, row]).with_columns(tt_contract=pl.Series([1, 10**25], dtype=pl.Int128))
    found = simulate(policies, frame, ON, NATIVE, everything(policies))
    assert found.apart == 1
    assert found.companies["transfer.amount"].to_list() == [0, 0]


def test_a_list_in_a_cell_is_no_figure(plan):
    frame = pl.DataFrame({"revenue": [[1, 2]]})
    with pytest.raises(Unreadable, match="不是精确的数"):
        simulate(read("bench6"), frame, ON, NATIVE, plan)


def test_without_a_plan_everything_is_given():
    policies = read("bench6")
    row = dict.fromkeys((spec for spec in policies.dictionary.specs), 0)
    found = simulate(policies, pl.DataFrame([row]), ON, NATIVE, everything(policies))
    assert {"size.result", "transfer.eligible", "transfer.amount", "district_voucher.paid"} <= set(
        found.companies.columns
    )
    assert found.totals is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("unit: 角", "不认识的单位“角”"),
        ("colums: {}", "不认识的键“colums”"),
        ("columns: {a: sise.result}", "是否指 size"),
        ("columns: {a: size.sice}", "是否指 size"),
        ("totals: {n: count}", "没有说按什么分组"),
        ("- a", "这里要一组“键: 值”"),
        ("columns: [a]", "“columns”要一组"),
        ("by: size.result\ntotals: {n: [tax.result, nothing.amount]}", ":2:"),
    ],
)
def test_a_plan_with_a_slip_is_refused_with_its_place(text, said):
    with pytest.raises(Problems) as error:
        read_plan(text, FILE, read("bench6"))
    assert said in str(error.value)
    assert str(error.value).startswith(f"{FILE}:")


DISPUTED = """# 有争议的政策

```yaml
policy: disputed
status: assumption
conditions:
- {id: small, when: 从业人员 不足 100人}
- {id: clean, when: 非 列入经营异常或失信}
exceptions:
- {id: ai, to: small, when: 人工智能相关企业}
- {id: listed, to: small, when: 列入经营异常或失信, holds: false}
- {id: other, to: clean, when: 人工智能相关企业}
amount: {value: 1万元}
```
"""


@pytest.mark.parametrize("engine", ENGINES)
def test_contradicting_exceptions_are_counted_by_policy_and_leave_the_answer_unknown(engine):
    pack = read("westlake")
    policies = read_policies([(DISPUTED, "disputed.md")], pack.dictionary)
    frame = pl.DataFrame(
        {
            "ai_related": [True, True, True, None, None, False],
            "abnormal": [True, True, False, True, False, True],
            "employees": [1, 1, 1, 1, 1, 1],
        }
    )
    found = simulate(policies, frame, ON, ENGINES[engine], everything(policies), unit=1)
    assert found.companies["disputed.conflict"].to_list() == [True, True, False, None, False, False]
    assert found.companies["disputed.eligible"].to_list() == [None, None, True, None, True, False]
    assert found.conflicts == {"disputed": 2}
    own = Plan({"可以": "disputed.eligible"})  # a column of its own is not needed for the count
    assert simulate(policies, frame, ON, ENGINES[engine], own, unit=1).conflicts == {"disputed": 2}


def test_a_company_computed_apart_counts_as_well():
    pack = read("westlake")
    text = DISPUTED.replace("1万元", "floor_yuan(营业收入 * 1%)")
    policies = read_policies([(text, "disputed.md")], pack.dictionary)
    huge = "9" * 25
    frame = pl.DataFrame({"ai_related": [1, 1, 0], "abnormal": [1, 0, 1], "revenue": [huge, "5", huge]})
    found = simulate(policies, frame, ON, NATIVE, Plan({"金额": "disputed.amount"}), unit=1)
    assert (found.apart, found.conflicts) == (2, {"disputed": 1})
    assert found.companies["金额"].to_list() == [None, 0, 0]


def test_policies_without_opposite_exceptions_have_no_such_column():
    policies = read("westlake")
    assert not [name for name in everything(policies).columns if name.endswith(".conflict")]


@pytest.mark.parametrize("engine", ["native", "polars", "duckdb", "sqlite", "python"])
def test_a_lazy_frame_is_read_in_pieces_and_gives_the_same(engine):
    """Facts are missing in the last piece alone, and one company has a figure that is computed apart."""
    policies, on = read("westlake"), dt.date(2026, 3, 1)
    frame = companies(policies, on, 150, seed=5)
    frame = pl.concat([frame.drop_nulls(), frame]).with_columns(
        pl.when(pl.int_range(pl.len()) == 100)
        .then(pl.lit("9" * 25))
        .otherwise(pl.col("revenue@2025").cast(pl.String))
        .alias("revenue@2025")
    )
    made, whole, apart = evaluate(policies, frame, on, ENGINES[engine], unit=1)
    again, pieces, also_apart = evaluate(policies, frame.lazy(), on, ENGINES[engine], unit=1, piece=37)
    assert [o.name for o in made.outputs] == [o.name for o in again.outputs]
    assert apart == also_apart == 1
    for name, one in whole.items():
        assert _plain(one) == _plain(pieces[name]), name


@pytest.mark.parametrize("engine", [*(name for name in ENGINES if name != "python"), "dask"])
def test_the_shipped_pack_is_simulated_alike_by_every_engine(engine):
    """With all its columns, words too: the pack's policies have more words than a byte counts."""
    policies, on = read("westlake"), dt.date(2026, 3, 1)
    frame = companies(policies, on, 40, seed=11)
    expected = simulate(policies, frame, on, ENGINES["python"], everything(policies), unit=1).companies
    interpreter = dask("") if engine == "dask" else ENGINES[engine]
    found = simulate(policies, frame, on, interpreter, everything(policies), unit=1).companies
    assert found.columns == expected.columns
    for name in expected.columns:
        assert found[name].to_list() == expected[name].to_list(), name
    assert any(kind == pl.String for kind in found.dtypes)


def test_companies_of_whom_no_fact_is_known_are_unknown_in_pieces_too(plan):
    frame = pl.DataFrame({"id": ["a", "b", "c"]})
    whole = simulate(read("bench6"), frame, ON, NATIVE, plan).companies
    assert whole.height == 3
    assert simulate(read("bench6"), frame.lazy(), ON, NATIVE, plan).companies.equals(whole)


def test_a_cell_of_a_later_piece_is_named_by_its_row(monkeypatch, plan):
    monkeypatch.setattr(outputs, "PIECE", 10)
    row = dict.fromkeys(read("bench6").dictionary.specs, "0") | {"industry": "other"}
    rows = [row | {"rd": "五"} if at == 24 else row for at in range(30)]
    with pytest.raises(Unreadable, match="列“rd”第 25 行"):
        simulate(read("bench6"), pl.DataFrame(rows).lazy(), ON, NATIVE, plan)


def _plain(computed):
    known = [True] * len(computed.top) if computed.known is None else computed.known.tolist()
    bottoms = [1] * len(computed.top) if computed.bottom is None else computed.bottom.tolist()
    return [
        (top, bottom) if there else None
        for top, bottom, there in zip(computed.top.tolist(), bottoms, known, strict=True)
    ]
