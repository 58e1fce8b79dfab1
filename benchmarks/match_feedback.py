"""What feedback brings, in a simulated installation: learnt from some needs' answers, measured on needs not among them.

Alone: `python benchmarks/match_feedback.py [NEEDS…]` prints the figures as JSON. The installation's results are texts of the
shared pool with their titles; a need is the keywords of one of them that its text does not say, made up to two with those
that it does; somebody says yes to that one and no to the first two others of ten found. Training data alone are read.
"""

from __future__ import annotations

import random
import sys
import time
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from measure import Section, Skipped, rows, tell

from sanchuang.engines.matching import Document, Index, Weights
from sanchuang.engines.matching.calibration import Answered, calibrate
from sanchuang.engines.matching.feedback import Answer, Change, Lesson, compare, rankings, scores, stages, use
from sanchuang.engines.matching.text import line

RESULTS, UNSEEN = 1_800, 500
# Needs with an answer: from the last on the full ranker learns, too.
NEEDS = (50, 250, 1_000)
REFUSED, LOOKED_AT = 2, 10


def installation(shared: Path) -> tuple[Index, list[tuple[str, str]]]:
    """The index, and a need for each of its results: its text and the result's id; or raises `Skipped`."""
    data = shared / "data/match"
    if not (data / "csl_train.jsonl.gz").is_file():
        raise Skipped("no csl_train.jsonl.gz under SANCHUANG_SHARED (../shared)")
    written: dict[str, dict[str, str]] = defaultdict(dict)
    for row in rows(data / "csl_train.jsonl.gz"):
        written[row["target"]][row["kind"]] = row["query"]
    names = sorted(name for name, said in written.items() if {"title", "keywords"} <= said.keys())
    random.Random(1).shuffle(names)
    texts = {
        row["id"]: f"{written[row['id']]['title']}\n{row['text']}"
        for row in rows(data / "csl_pool.jsonl.gz")
        if row["id"] in set(names[:RESULTS])
    }
    needs = [(need(written[name]["keywords"], texts[name]), name) for name in names[:RESULTS]]
    return Index.build(Document(name, texts[name]) for name in names[:RESULTS]), needs


def need(keywords: str, text: str) -> str:
    """The keywords that a text does not say, made up to two."""
    said = line(text)
    pieces = sorted(keywords.split(), key=lambda piece: line(piece) in said)
    unsaid = sum(line(piece) not in said for piece in pieces)
    return " ".join(pieces[: max(2, unsaid)])


def answers(index: Index, needs: Iterable[tuple[str, str]]) -> list[Answer]:
    """What somebody says of the first results found."""
    found = []
    for text, target in needs:
        found.append(Answer(target, text, target, worth=True))
        others = [hit.id for hit in index.rank(text, LOOKED_AT, reasons=0) if hit.id != target]
        found += [Answer(target, text, other, worth=False) for other in others[:REFUSED]]
    return found


def told(change: Change | None) -> dict[str, float]:
    """A change, to four digits."""
    return {name: round(value, 4) for name, value in change._asdict().items()} if change else {}


def brier(
    lesson: Lesson, given: list[Answer], unseen: list[Answer], scored: Iterable[float]
) -> dict[str, float]:
    """Squared distance of chances from answers not seen, and that of who always tells their rate."""
    curve = calibrate(
        Answered(score, answer.worth, answer.id)
        for score, answer in zip(lesson.scores(given), given, strict=True)
    )
    rate = sum(answer.worth for answer in unseen) / len(unseen)
    squares = [
        (curve.chance(score) - answer.worth) ** 2 for score, answer in zip(scored, unseen, strict=True)
    ]
    return {"brier": round(sum(squares) / len(squares), 4), "base": round(rate * (1 - rate), 4)}


def figures(shared: Path, sizes: Iterable[int] = NEEDS) -> list[dict[str, Any]]:
    """For each number of needs and stage: the effect as an installation is told it, and on needs not seen.

    `learn_s` are CPU seconds of the stage with its five folds, `rank_ms` CPU milliseconds a query. Raises `Skipped`.
    """
    index, needs = installation(shared)
    unseen = answers(index, needs[:UNSEEN])
    before = rankings(index, unseen)
    out = []
    for size in sizes:
        given = answers(index, needs[UNSEEN : UNSEEN + size])
        started = time.process_time()
        for stage, lesson in zip(("weights", "full ranker"), stages(index, given), strict=False):
            learn_s = time.process_time() - started
            use(index, lesson.taught)
            started = time.process_time()
            after = rankings(index, unseen)
            rank_ms = 1000 * (time.process_time() - started) / UNSEEN
            scored = scores(index, unseen)
            index.weights, index.learned = Weights(), None
            real, estimate = compare(unseen, before, after), lesson.effect
            out.append(
                {
                    "needs": size,
                    "stage": stage,
                    "adopted": estimate.no_worse,
                    "told": {name: told(getattr(estimate, name)) for name in ("ndcg", "first", "auc")},
                    "unseen": {name: told(getattr(real, name)) for name in ("ndcg", "first", "auc")},
                    "chances": brier(lesson, given, unseen, scored),
                    "learn_s": round(learn_s, 1),
                    "rank_ms": round(rank_ms, 1),
                }
            )
            started = time.process_time()
    return out


def spanned(change: dict[str, float]) -> str:
    """Before, after, and the interval of the gain."""
    return f"{change['before']:.3f} → {change['after']:.3f} ({change['low']:+.3f} to {change['high']:+.3f})"


def feedback_table(shared: Path) -> Section:
    """The section for the report; raises `Skipped` when the shared data are absent."""
    found = figures(shared)
    lines = [
        [
            f"{row['needs']:,}",
            row["stage"],
            *(spanned(row["unseen"][name]) for name in ("ndcg", "first", "auc")),
            spanned(row["told"]["ndcg"]),
            f"{row['chances']['brier']:.3f} ({row['chances']['base']:.3f})",
            f"{row['learn_s']:.0f}",
            f"{row['rank_ms']:.0f}",
        ]
        for row in found
    ]
    text = (
        f"A simulated installation with {RESULTS:,} results; what answers to some needs teach, on {UNSEEN} needs not among "
        "them, against the ranking as shipped: before → after (95 % interval of the gain). “Told” is the effect that the "
        "installation measures itself, by five folds, against the stage before. Brier score of the chances, and in brackets that "
        "of who always tells the overall rate. CPU: seconds to learn with all folds, milliseconds a query for 100 hits."
    )
    head = ["needs", "stage", "nDCG@10", "R@1", "AUC", "told, nDCG@10", "Brier", "learn s", "query ms"]
    return Section(
        "Matching: what feedback brings", ["python benchmarks/match_feedback.py"], text, head, lines
    )


if __name__ == "__main__":
    raise SystemExit(tell(lambda shared: figures(shared, [int(size) for size in sys.argv[1:]] or NEEDS)))
