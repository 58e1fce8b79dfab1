"""Experts for papers on the shared gold standard: how well they are ordered, with and without an encoder, and how fast.

`python benchmarks/match_experts.py [ENCODER…]` prints the figures as JSON; an encoder is what `--encoder` of
`sanchuang match experts` takes. `SANCHUANG_SHARED` names the shared data, ../shared if unset.
"""

from __future__ import annotations

import csv
import itertools
import json
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from measure import Skipped, command, rows, tell

from sanchuang.engines.matching.encoders.models import opened
from sanchuang.engines.matching.experts import Profile, Work, choose

# Resamples of the experts for the intervals.
RESAMPLES = 2000


class Alone:
    """An encoder in this process, so that its time counts; each text is encoded once over all sets of profiles."""

    def __init__(self, name: str) -> None:
        self.name, self._encode, self.seconds = name, opened(name), 0.0
        self._known: dict[str, Any] = {}

    def encode(self, texts: Sequence[str]) -> Any:
        """Give one row a text."""
        started = time.process_time()
        new = [text for text in texts if text not in self._known]
        self._known.update(zip(new, self._encode(new) if new else (), strict=True))
        self.seconds += time.process_time() - started
        return np.stack([self._known[text] for text in texts])


class Pair(NamedTuple):
    """Two papers of one expert, how much better the first is known, and which measures the pair counts for."""

    expert: str
    first: str
    second: str
    gap: float
    easy: bool
    hard: bool


def work(row: dict[str, Any]) -> Work:
    """A work or paper of the shared data; either text may be absent."""
    return Work(row["id"], row.get("title") or "", row.get("abstract") or "")


def pairs(scores: Path) -> list[Pair]:
    """The pairs that score.py counts."""
    gold: dict[str, dict[str, float]] = defaultdict(dict)
    with scores.open() as file:
        for row in csv.DictReader(file):
            gold[row["expert"]][row["paper"]] = float(row["expertise"])
    found = []
    for expert, papers in gold.items():
        for a, b in itertools.combinations(papers, 2):
            low, high = sorted((papers[a], papers[b]))
            if low < high:
                easy, hard = high >= 4 and low <= 2, low >= 4
                found.append(Pair(expert, a, b, papers[a] - papers[b], easy, hard))
    return found


def measures(gold: list[Pair], scores: dict[tuple[str, str], float]) -> np.ndarray:
    """Of each expert the sums that make loss, easy and hard: six columns, each measure's sum and its weight."""
    experts = sorted({pair.expert for pair in gold})
    sums = np.zeros((len(experts), 6))
    for pair in gold:
        difference = scores.get((pair.expert, pair.first), -9.0) - scores.get(
            (pair.expert, pair.second), -9.0
        )
        right = float(pair.gap * difference > 0)
        wrong = 0.5 if difference == 0 else 1 - right
        weight = abs(pair.gap)
        row = sums[experts.index(pair.expert)]
        row += [weight * wrong, weight, right * pair.easy, pair.easy, right * pair.hard, pair.hard]
    return sums


def quality(shared: Path, encoder: Alone | None) -> dict[str, Any]:
    """Loss, easy and hard: the mean over the three sets of profiles, and 95 % of bootstrapped choices of experts."""
    data = shared / "data/match/experts"
    papers = [work(row) for row in rows(data / "papers.jsonl.gz")]
    gold, sums, losses = pairs(data / "scores.csv"), [], []
    seconds, judged_at = 0.0, 0
    for file in sorted(data.glob("profiles_*.jsonl.gz")):
        profiles = [Profile(row["id"], tuple(work(each) for each in row["works"])) for row in rows(file)]
        started = time.process_time()
        chosen = list(choose(profiles, papers, encoder))
        seconds, judged_at = seconds + time.process_time() - started, judged_at + len(papers)
        scores = {(choice.expert, paper): choice.score for paper, choices in chosen for choice in choices}
        sums.append(measures(gold, scores))
        losses.append(judged(shared, chosen))
    whole = np.array(sums)
    if abs(float(np.mean(losses)) - figures_of(whole)[0]) > 1e-3:
        raise AssertionError(f"score.py says {losses}, this file {figures_of(whole)}")
    chance = np.random.default_rng(0)
    drawn = [
        figures_of(whole[:, chance.integers(0, whole.shape[1], whole.shape[1])]) for _ in range(RESAMPLES)
    ]
    low, high = np.percentile(drawn, [2.5, 97.5], axis=0)
    answer: dict[str, Any] = {
        name: {"mean": round(value, 3), "from": round(float(low[at]), 3), "to": round(float(high[at]), 3)}
        for at, (name, value) in enumerate(zip(("loss", "easy", "hard"), figures_of(whole), strict=True))
    }
    encoding = encoder.seconds if encoder else 0.0
    return answer | {"ms_a_paper_without_encoding": round(1000 * (seconds - encoding) / judged_at, 1)}


def figures_of(sums: np.ndarray) -> list[float]:
    """Loss, easy and hard from sums (sets x experts x 6)."""
    totals = sums.sum(1)
    return [float((totals[:, at] / totals[:, at + 1]).mean()) for at in (0, 2, 4)]


def judged(shared: Path, chosen: list[tuple[str, list[Any]]]) -> float:
    """The loss as score.py finds it."""
    with tempfile.TemporaryDirectory() as folder:
        run = Path(folder) / "run"
        run.write_text(
            "".join(
                f"{paper} Q0 {choice.expert} {place} {choice.score:.6f} bench\n"
                for paper, choices in chosen
                for place, choice in enumerate(choices, start=1)
            )
        )
        script = str(shared / "bench/match/score.py")
        scores = str(shared / "data/match/experts/scores.csv")
        return float(json.loads(command([sys.executable, script, "experts", str(run), scores]))["loss"])


def speed(shared: Path, encoder: Alone) -> float:
    """CPU seconds that encoding 1,000 works takes, titles and abstracts, without their sentences."""
    papers = rows(shared / "data/match/experts/papers.jsonl.gz")[:100]
    started = time.process_time()
    encoder.encode([work(row).text for row in papers])
    return round(1000 * (time.process_time() - started) / len(papers), 1)


def figures(shared: Path, names: Sequence[str] = ()) -> dict[str, Any]:
    """All figures, without an encoder and with each of `names`; raises `Skipped` when the shared data are absent."""
    if not (shared / "data/match/experts/scores.csv").is_file():
        raise Skipped("no experts under SANCHUANG_SHARED (../shared)")
    found = {"without": quality(shared, None)}
    for name in names:
        encoder = Alone(name)
        seconds = speed(shared, Alone(name))
        found[name] = quality(shared, encoder) | {"s_1000_works": seconds}
    return found


if __name__ == "__main__":
    raise SystemExit(tell(lambda shared: figures(shared, sys.argv[1:])))
