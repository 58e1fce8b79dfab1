"""How far a figure of quality may be from what other queries of the same kind would give: bootstrap intervals.

The queries are drawn anew, with replacement, 1,000 times; the middle 95 % of the figure is the interval (Efron's
percentile interval). The seed is fixed. Of experts `match_experts` draws the experts.
"""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Callable, Iterable
from pathlib import Path
from types import ModuleType

import numpy as np
from measure import rows

RESAMPLES = 1_000
SEED = 8
Interval = tuple[float, float]
# What one query adds to a measure, by the place of the right document (infinite if it was not found).
MEASURES: dict[str, Callable[[float], float]] = {
    "R@1": lambda place: float(place <= 1),
    "R@10": lambda place: float(place <= 10),
    "R@100": lambda place: float(place <= 100),
    "nDCG@10": lambda place: 1 / math.log2(1 + place) if place <= 10 else 0.0,
}


def interval(parts: Iterable[float]) -> Interval:
    """Give the interval of the mean of `parts`."""
    given = np.array(list(parts))
    drawn = np.random.default_rng(SEED).integers(len(given), size=(RESAMPLES, len(given)))
    low, high = np.quantile(given[drawn].mean(1), (0.025, 0.975))
    return round(float(low), 4), round(float(high), 4)


def judge(shared: Path) -> ModuleType:
    """score.py of the shared data: how it reads runs and tells hard titles is told there alone."""
    spec = importlib.util.spec_from_file_location("score", shared / "bench/match/score.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def retrieval(shared: Path, run: Path) -> dict[str, dict[str, Interval]]:
    """By kind of query and measure; kinds as score.py has them."""
    score, data = judge(shared), shared / "data/match"
    # score.py hands the places of each kind to this function.
    vars(score)["measures"] = lambda ranks: ranks
    places: dict[str, list[float]] = score.retrieval(
        str(run), str(data / "csl_dev.jsonl.gz"), str(data / "csl_pool.jsonl.gz")
    )
    return {
        kind: {name: interval(map(gain, ranks)) for name, gain in MEASURES.items()}
        for kind, ranks in places.items()
    }


def discipline(shared: Path, run: Path) -> Interval:
    """P@10 of the same discipline."""
    data = shared / "data/match"
    ranked, _ = judge(shared).run(str(run))
    disciplines = {row["id"]: row.get("discipline") for row in rows(data / "csl_pool.jsonl.gz")}
    precision = []
    for query in rows(data / "csl_discipline_dev.jsonl.gz"):
        found = [
            name
            for name in ranked.get(query["qid"], [])
            if name != query["exclude"] and disciplines.get(name)
        ]
        precision.append(sum(disciplines[name] == query["discipline"] for name in found[:10]) / 10)
    return interval(precision)
