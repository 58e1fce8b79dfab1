"""The intervals that the benchmarks print beside figures of quality."""

from __future__ import annotations

import gzip
import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
# A judge as small as can be: hands the places of each kind of query to `measures`.
JUDGE = """
import json
def measures(places): return len(places)
def run(path):
    with open(path) as file: rows = [line.split() for line in file]
    return ({q: [r[2] for r in rows if r[0] == q] for q in {r[0] for r in rows}},
            {q: {r[2]: float(r[4]) for r in rows if r[0] == q} for q in {r[0] for r in rows}})
def retrieval(path, queries, pool): return {"title": measures([1, 1, 3, 11]), "absent": measures([1, 1])}
"""


@pytest.fixture(scope="module")
def intervals() -> ModuleType:
    spec = importlib.util.spec_from_file_location("intervals", ROOT / "benchmarks" / "intervals.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["intervals"] = module
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT / "benchmarks")  # beside it lies what it measures with
        spec.loader.exec_module(module)
    return module


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    (tmp_path / "bench/match").mkdir(parents=True)
    (tmp_path / "bench/match/score.py").write_text(JUDGE)
    (tmp_path / "data/match").mkdir(parents=True)
    return tmp_path


def packed(path: Path, rows: list[dict[str, str]]) -> None:
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)


def test_an_interval_holds_the_mean_and_narrows_with_more_queries(intervals: ModuleType) -> None:
    few, many = (np.random.default_rng(1).random(size) for size in (50, 5000))
    low, high = intervals.interval(few)
    assert low < few.mean() < high
    assert high - low == pytest.approx(4 * few.std() / np.sqrt(50), rel=0.15)
    narrow = intervals.interval(many)
    assert narrow[1] - narrow[0] < (high - low) / 5
    assert intervals.interval(few) == (low, high)


def test_equal_parts_leave_no_doubt(intervals: ModuleType) -> None:
    assert intervals.interval([1.0] * 9) == (1.0, 1.0)


def test_places_become_measures_by_kind(intervals: ModuleType, shared: Path) -> None:
    found = intervals.retrieval(shared, shared / "run")
    assert found["absent"] == dict.fromkeys(("R@1", "R@10", "R@100", "nDCG@10"), (1.0, 1.0))
    low, high = found["title"]["R@1"]
    assert low < 0.5 < high
    assert found["title"]["R@100"] == (1.0, 1.0)


def test_discipline_counts_ten_and_leaves_the_own_text_out(intervals: ModuleType, shared: Path) -> None:
    data = shared / "data/match"
    packed(
        data / "csl_pool.jsonl.gz",
        [{"id": name, "discipline": "x" if name < "f" else "y"} for name in "abcdefghij"],
    )
    packed(data / "csl_discipline_dev.jsonl.gz", [{"qid": "q", "discipline": "x", "exclude": "a"}])
    (shared / "run").write_text("".join(f"q Q0 {name} 1 0.5 t\n" for name in "abcdefghij"))
    assert intervals.discipline(shared, shared / "run") == (0.4, 0.4)
