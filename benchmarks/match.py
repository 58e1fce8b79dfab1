"""Matching on the development queries: quality as score.py of the shared data judges it, with intervals, and speed.

Alone: `python benchmarks/match.py` prints the figures as JSON, with `--ablation` what each measure brings.
`SANCHUANG_SHARED` names the shared data, ../shared if unset.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import intervals
import match_experts
from measure import Section, Skipped, command, percentile, rows, tell

from sanchuang.engines.matching import Document, Index, Weights
from sanchuang.engines.matching.learning import Pair
from sanchuang.engines.matching.topics import Topics
from sanchuang.engines.matching.training import train

KINDS = ("title", "title-hard", "keywords", "absent")
MEASURES = ("R@1", "R@10", "R@100", "nDCG@10")
# What the development queries must reach at least.
BAR = {
    ("title", "nDCG@10"): 0.95,
    ("title-hard", "R@1"): 0.80,
    ("keywords", "nDCG@10"): 0.96,
    ("absent", "nDCG@10"): 0.55,
}
# Reasons cost the most; a tenth of the queries tells how much.
EVERY = 10


def judged(shared: Path, run: Path) -> dict[str, dict[str, float]]:
    """What score.py says of a run, by kind of query."""
    data = shared / "data/match"
    script = shared / "bench/match/score.py"
    files = [run, data / "csl_dev.jsonl.gz", data / "csl_pool.jsonl.gz"]
    answer: dict[str, dict[str, float]] = json.loads(
        command([sys.executable, str(script), "retrieval", *map(str, files)])
    )
    return answer


def ranked(index: Index, queries: list[dict[str, str]], run: Path) -> list[float]:
    """Rank for all queries, write the run, and return the CPU milliseconds of each query."""
    times = []
    with run.open("w") as file:
        for query in queries:
            started = time.process_time()
            hits = index.rank(query["query"], 100, reasons=0)
            times.append(1000 * (time.process_time() - started))
            file.writelines(
                f"{query['qid']} Q0 {hit.id} {place} {hit.score:.6f} bench\n"
                for place, hit in enumerate(hits, start=1)
            )
    return times


def on_topic(shared: Path, index: Index, run: Path) -> dict[str, Any]:
    """P@10 of the same discipline, without labels, and its interval."""
    data, topics = shared / "data/match", Topics(index)
    asked = data / "csl_discipline_dev.jsonl.gz"
    with run.open("w") as file:
        for query in rows(asked):
            for place, hit in enumerate(topics.rank(query["query"], 100), start=1):
                file.write(f"{query['qid']} Q0 {hit.id} {place} {hit.score:.6f} bench\n")
    script = str(shared / "bench/match/score.py")
    answer = command(
        [sys.executable, script, "discipline", str(run), str(asked), str(data / "csl_pool.jsonl.gz")]
    )
    return {"P@10": float(json.loads(answer)["P@10"]), "interval": intervals.discipline(shared, run)}


def with_reasons(index: Index, queries: list[dict[str, str]]) -> list[float]:
    """CPU milliseconds of ten hits with reasons, for each query."""
    times = []
    for query in queries:
        started = time.process_time()
        index.rank(query["query"], 10)
        times.append(1000 * (time.process_time() - started))
    return times


def spread(times: list[float]) -> dict[str, float]:
    """Median and 95th percentile."""
    return {"p50": round(percentile(times, 0.5), 1), "p95": round(percentile(times, 0.95), 1)}


def collection(shared: Path) -> tuple[float, Index, list[dict[str, str]]]:
    """CPU seconds of indexing the abstracts, the index, and the development queries; or raises `Skipped`."""
    data = shared / "data/match"
    pool = data / "csl_pool.jsonl.gz"
    if not pool.is_file():
        raise Skipped(f"no {pool.name} under SANCHUANG_SHARED (../shared)")
    documents = [Document(row["id"], row["text"]) for row in rows(pool)]
    started = time.process_time()
    index = Index.build(documents)
    return time.process_time() - started, index, rows(data / "csl_dev.jsonl.gz")


def figures(shared: Path) -> dict[str, Any]:
    """All figures; times are CPU: `index_s` and `learn_s` in seconds, the others in milliseconds a query.

    Raises `Skipped` when the shared data are absent.
    """
    index_s, index, queries = collection(shared)
    pairs = [Pair(row["query"], row["target"]) for row in rows(shared / "data/match/csl_train.jsonl.gz")]
    with tempfile.TemporaryDirectory() as folder:
        run = Path(folder) / "run"
        rank_ms = ranked(index, queries, run)
        default, default_intervals = judged(shared, run), intervals.retrieval(shared, run)
        reasons_ms = with_reasons(index, queries[::EVERY])
        started = time.process_time()
        index.learned = train(index, pairs)
        learn_s = time.process_time() - started
        learnt_ms = ranked(index, queries, run)
        learnt, learnt_intervals = judged(shared, run), intervals.retrieval(shared, run)
        ranker = index.learned.ranker
        return {
            "documents": len(index),
            "queries": len(queries),
            "default": default,
            "learnt": learnt,
            "intervals": {"default": default_intervals, "learnt": learnt_intervals},
            "pairs": {"used": ranker.used, "given": ranker.given},
            "topic": on_topic(shared, index, run),
            "experts": match_experts.quality(shared, None),
            "index_s": round(index_s, 1),
            "learn_s": round(learn_s, 1),
            "rank_ms": spread(rank_ms),
            "learnt_ms": spread(learnt_ms),
            "reasons_ms": spread(reasons_ms),
        }


VARIANTS = {
    "share of characters alone": (1, 0, 0, 0),
    "share of pairs alone": (0, 1, 0, 0),
    "share of words alone": (0, 0, 1, 0),
    "coverage alone": (0, 0, 0, 1),
    "characters, pairs": (1, 1, 0, 0),
    "characters, pairs, words": (1, 1, 1, 0),
    "mean of all four": (1, 1, 1, 1),
}


def ablation(shared: Path) -> dict[str, dict[str, float]]:
    """nDCG@10 (of `title-hard` R@1) by kind of query for each choice of measures, over the same candidates.

    Raises `Skipped` when the shared data are absent.
    """
    _seconds, index, queries = collection(shared)
    out = {}
    with tempfile.TemporaryDirectory() as folder:
        run = Path(folder) / "run"
        for name, weights in VARIANTS.items():
            index.weights = Weights(*weights)
            ranked(index, queries, run)
            out[name] = shown(judged(shared, run))
        with run.open("w") as file:
            for query in queries:
                for place, found in enumerate(index.candidates(query["query"]), start=1):
                    file.write(f"{query['qid']} Q0 {found.id} {place} {-place} bench\n")
        out["tantivy's order"] = shown(judged(shared, run))
    return out


def shown(answer: dict[str, dict[str, float]]) -> dict[str, float]:
    """The one measure of each kind of query that the manual prints."""
    return {kind: answer[kind]["R@1" if kind == "title-hard" else "nDCG@10"] for kind in KINDS}


def spanned(figure: float, span: intervals.Interval) -> str:
    """A figure and its interval."""
    return f"{figure:.3f} ({span[0]:.3f} to {span[1]:.3f})"


def development_table(shared: Path) -> Section:
    """The section for the report; raises `Skipped` when the shared data are absent."""
    found = figures(shared)
    loss = found["experts"]["loss"]
    lines = [
        [f"{kind}, {weights}", str(found[weights][kind]["n"])]
        + [
            spanned(found[weights][kind][measure], found["intervals"][weights][kind][measure])
            for measure in MEASURES
        ]
        for weights in ("default", "learnt")
        for kind in KINDS
    ]
    bar = ", ".join(f"{kind} {measure} ≥ {least}" for (kind, measure), least in BAR.items())
    missed = [f"{kind} {m}" for (kind, m), least in BAR.items() if found["learnt"][kind][m] < least]
    text = (
        f"{found['queries']:,} development queries over {found['documents']:,} abstracts, judged by score.py. "
        f"Bar for what is learnt: {bar}: {'missed by ' + ', '.join(missed) if missed else 'reached'}. "
        f"Learnt: `--train` with {found['pairs']['used']:,} examples of {found['pairs']['given']:,} pairs. "
        f"Same discipline without labels (`--topic`): P@10 "
        f"{spanned(found['topic']['P@10'], found['topic']['interval'])}. Experts without an encoder: loss "
        f"{spanned(loss['mean'], (loss['from'], loss['to']))}. In brackets the 95 % interval, from "
        f"{intervals.RESAMPLES:,} samples of the queries (of experts: the experts) drawn anew.\n\n"
        f"CPU: index {found['index_s']} s, learning {found['learn_s']} s; a query p50 {found['rank_ms']['p50']} ms, "
        f"p95 {found['rank_ms']['p95']} ms for 100 documents without reasons by the four measures, "
        f"p50 {found['learnt_ms']['p50']} ms, p95 {found['learnt_ms']['p95']} ms by what is learnt, "
        f"p50 {found['reasons_ms']['p50']} ms, p95 {found['reasons_ms']['p95']} ms for 10 with reasons."
    )
    data = "../shared/data/match"
    commands = [
        f"sanchuang match rank --documents {data}/csl_pool.jsonl.gz --queries {data}/csl_dev.jsonl.gz --out dev.run",
        f"python ../shared/bench/match/score.py retrieval dev.run {data}/csl_dev.jsonl.gz {data}/csl_pool.jsonl.gz",
    ]
    return Section(
        "Matching: development queries", commands, text, ["queries, weights", "n", *MEASURES], lines
    )


if __name__ == "__main__":
    raise SystemExit(tell(ablation if "--ablation" in sys.argv else figures))
