"""How far a figure of quality may be from what other queries of the same kind would give: bootstrap intervals.

The queries (of experts: the experts, with all of their papers) are drawn anew, with replacement, 1,000 times; the
middle 95 % of the figure is the interval (Efron's percentile interval). The seed is fixed.
"""

from __future__ import annotations

import csv
import gzip
import importlib.util
import itertools
import json
import math
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

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


def interval(parts: Iterable[float], whole: Iterable[float] | None = None) -> Interval:
    """Give the interval of the sum of `parts` over the sum of `whole` (of one each, if None: of the mean)."""
    above = np.array(list(parts))
    below = np.ones(len(above)) if whole is None else np.array(list(whole))
    drawn = np.random.default_rng(SEED).integers(len(above), size=(RESAMPLES, len(above)))
    low, high = np.quantile(above[drawn].sum(1) / below[drawn].sum(1), (0.025, 0.975))
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
    disciplines = {row["id"]: row.get("discipline") for row in _rows(data / "csl_pool.jsonl.gz")}
    precision = []
    for query in _rows(data / "csl_discipline_dev.jsonl.gz"):
        found = [
            name
            for name in ranked.get(query["qid"], [])
            if name != query["exclude"] and disciplines.get(name)
        ]
        precision.append(sum(disciplines[name] == query["discipline"] for name in found[:10]) / 10)
    return interval(precision)


def experts(shared: Path, runs: Iterable[Path]) -> Interval:
    """Loss over all sets of profiles together, experts drawn anew."""
    known: dict[str, dict[str, float]] = defaultdict(dict)
    with (shared / "data/match/experts/scores.csv").open() as file:
        for row in csv.DictReader(file):
            known[row["expert"]][row["paper"]] = float(row["expertise"])
    losses: dict[str, float] = defaultdict(float)
    weights: dict[str, float] = defaultdict(float)
    for run in runs:
        _, scores = judge(shared).run(str(run))
        for expert, papers in known.items():
            for one, other in itertools.combinations(papers, 2):
                apart = papers[one] - papers[other]
                left, right = (scores.get(paper, {}).get(expert, -math.inf) for paper in (one, other))
                agree = 0.0 if left == right else apart * (1 if left > right else -1)
                weights[expert] += abs(apart)
                losses[expert] += abs(apart) * (0.5 if agree == 0 else agree < 0)
    return interval(losses.values(), [weights[expert] for expert in losses])


def _rows(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]
