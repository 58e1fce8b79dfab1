"""`sanchuang policy simulate`: what policies give a whole population, by any of the engines."""

from __future__ import annotations

import datetime as dt
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sanchuang.cli.options import Format, FormatOption, OnOption, day, print_json
from sanchuang.cli.rules_folder import read_folder
from sanchuang.cli.simulate_text import tell, told
from sanchuang.cli.tables import require_table, write_table
from sanchuang.values import Malformed

if TYPE_CHECKING:
    import polars as pl

    from sanchuang.engines.rules import PolicySet
    from sanchuang.engines.rules.compiled.plan import Plan


class Engine(StrEnum):
    """Which interpreter computes; all of them give the same to the fen."""

    NATIVE = "native"
    NUMBA = "numba"  # another name of the native loop
    POLARS = "polars"
    DUCKDB = "duckdb"
    PYTHON = "python"
    SQLITE = "sqlite"
    POSTGRES = "postgres"
    DASK = "dask"


EXAMPLES = """例：

  sanchuang policy simulate --out 结果.csv

  sanchuang policy simulate --population companies.parquet --out result.parquet

  sanchuang policy simulate --rules 规则目录 --population 企业.csv --out 结果.csv --engine duckdb --on 2026-03-01"""


def register(app: typer.Typer) -> None:
    """Add the command to `sanchuang policy`."""

    @app.command("simulate", epilog=EXAMPLES)
    def simulate(
        out: Annotated[Path, typer.Option(help="结果文件，.parquet 或 .csv。")],
        population: Annotated[
            Path | None,
            typer.Option(
                help="企业的表，.parquet 或 .csv：每列一项事实，名称同事实字典，某一年的写“营业收入@2025”；"
                "不写就是本区登记的全部企业。"
            ),
        ] = None,
        rules: Annotated[
            Path | None,
            typer.Option(help="规则目录（facts.yaml 和政策文件）或区包目录；不写就用已载入的区包。"),
        ] = None,
        engine: Annotated[Engine, typer.Option(help="用哪一种解释器；结果都一样。")] = Engine.NATIVE,
        on: OnOption = "",
        format: FormatOption = Format.TEXT,
    ) -> None:
        """模拟：一批企业各能得到多少支持、预算怎样分、合计多少。"""
        from polars.exceptions import ComputeError

        from sanchuang.engines.rules import NoPolicyInForce
        from sanchuang.engines.rules.compiled.columns import Unreadable
        from sanchuang.engines.rules.compiled.plan import UNITS
        from sanchuang.engines.rules.compiled.simulate import simulate as run

        date = day(on)
        require_table(out, [population])
        policies, plan = _rules(rules)
        frame, unit = _population(population, date)
        if population is not None:
            _require_facts(population, frame, policies)
        began = time.perf_counter()
        try:
            with _engine(engine) as interpreter:
                result = run(policies, frame, date, interpreter, plan, unit=unit)
        except Unreadable as error:
            raise Malformed(f"{population}：{error}") from error
        except ComputeError as error:  # a page of the file that is not what it should be
            raise _unread(population, error) from error
        except NoPolicyInForce as error:
            raise Malformed(str(error)) from error
        except OSError as error:
            if engine is not Engine.DASK:
                raise
            scheduler = os.environ.get("SANCHUANG_DASK", "")
            message = f"连不上 Dask 集群 {scheduler}：{error}"
            raise Malformed(message, "检查 SANCHUANG_DASK 和调度进程") from error
        took = time.perf_counter() - began
        write_table(result.companies, out)
        said = {
            "companies": result.companies.height,
            "engine": engine.value,
            "on": date,
            "seconds": round(took, 3),
            "apart": result.apart,
            "conflicts": dict(result.conflicts),
            "out": str(out),
            "totals": [] if result.totals is None else result.totals.to_dicts(),
            "unit": next(name for name, fen in UNITS.items() if fen == plan.unit),
            "policies": told(result.costs, policies, plan.unit),
        }
        if format is Format.JSON:
            print_json(said)
        else:
            tell(said)


def _rules(folder: Path | None) -> tuple[PolicySet, Plan]:
    from sanchuang.engines.rules.compiled.plan import FILE, everything, read_plan

    if folder is None:
        from sanchuang.policies.queries import policy_set

        policies = policy_set()
        return policies, everything(policies)
    policies = read_folder(folder, examples=False)
    written = (folder if folder.is_dir() else folder.parent) / FILE
    if not written.is_file():
        return policies, everything(policies)
    return policies, read_plan(written.read_text(encoding="utf-8"), written.as_posix(), policies)


def _population(path: Path | None, on: dt.date) -> tuple[pl.DataFrame | pl.LazyFrame, int | None]:
    """The companies, and the unit of their money where the plan does not say it."""
    if path is not None:
        return _frame(path), None
    from sanchuang.core import audit
    from sanchuang.core.operator import operator
    from sanchuang.policies.population import district

    found = district(on)
    command = "sanchuang policy simulate"
    audit.reading_list(by=operator(), what="registry.read_advice", count=found.height, where=command)
    return found, 1


def _frame(path: Path) -> pl.DataFrame | pl.LazyFrame:
    """The table of companies; Parquet is left on the disk, to be read in pieces."""
    import polars as pl

    if not path.is_file():
        raise Malformed(f"没有文件 {path}", "给出 .parquet 或 .csv 文件")
    try:
        if path.suffix == ".parquet":
            found = pl.scan_parquet(path)
            found.collect_schema()
            return found
        if path.suffix == ".csv":
            return pl.read_csv(path, infer_schema=False, null_values=[""])
    except (pl.exceptions.PolarsError, OSError, UnicodeDecodeError) as error:
        raise _unread(path, error) from error
    raise Malformed(f"不会读“{path.suffix}”文件", "给出 .parquet 或 .csv 文件")


def _require_facts(path: Path, frame: pl.DataFrame | pl.LazyFrame, policies: PolicySet) -> None:
    """Raise `Malformed` when no column is a fact: of such a file nothing could be told but that all is unknown."""
    find = policies.dictionary.find
    if any(find(name.partition("@")[0]) for name in frame.lazy().collect_schema()):
        return
    asked = list(dict.fromkeys(spec.label() for policy in policies.policies for spec in policy.facts()))
    most = 12
    named = "、".join(asked[:most]) + (f"……共 {len(asked)} 项，见 facts.yaml" if len(asked) > most else "")
    raise Malformed(
        f"{path}：没有一列认得出", f"列名写事实的名称，某一年的写“名称@2025”；政策用到的有：{named}"
    )


def _unread(path: Path | None, error: Exception) -> Malformed:
    return Malformed(f"{path} 读不了：{error}", "另存为 UTF-8 的 CSV 或 Parquet")


@contextmanager
def _engine(name: Engine) -> Iterator[Any]:
    from sanchuang.engines.rules.compiled import engines

    if name is Engine.DASK:
        yield engines.dask(os.environ.get("SANCHUANG_DASK", ""))
    elif name is not Engine.POSTGRES:
        yield engines.ENGINES[name.value]
    else:
        import psycopg
        from django.db import connection

        if connection.vendor != "postgresql":
            message = f"postgres 引擎要用 PostgreSQL，现在的数据库是 {connection.vendor}"
            raise Malformed(message, "设置 DATABASE_URL，或换一个 --engine")
        parameters = connection.get_connection_params()
        for ours in ("cursor_factory", "context"):
            parameters.pop(ours, None)
        with psycopg.connect(**parameters) as own:  # its own connection: its table is gone with it
            yield engines.postgres(own)
