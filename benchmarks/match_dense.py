"""What an encoder brings to ranking, in English: titles as queries, their abstracts as documents.

`python benchmarks/match_dense.py ENCODER` prints R@1 by the weight of the encoder, as JSON, before and after learning
from half of the titles (each half learns from the other). The texts are those of the shared experts; a title is hard if
at most half of its words stand in its abstract.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from match_experts import Alone, work
from measure import Skipped, rows, tell

from sanchuang.engines.matching import Document, Hit, Index
from sanchuang.engines.matching.dense import Rescorer
from sanchuang.engines.matching.experts import Work
from sanchuang.engines.matching.learning import Pair
from sanchuang.engines.matching.training import train

WEIGHTS = (0.0, 0.3, 0.5, 0.7, 1.0)
HITS, LEAST_LETTERS = 30, 200


def texts(data: Path) -> dict[str, Work]:
    """All papers and works with an abstract worth the name, by id."""
    found = [work(row) for row in rows(data / "papers.jsonl.gz")]
    for file in sorted(data.glob("profiles_*.jsonl.gz")):
        found += [work(each) for row in rows(file) for each in row["works"]]
    return {each.id: each for each in found if len(each.abstract) > LEAST_LETTERS and each.title.strip()}


def words(text: str) -> set[str]:
    """Words of three letters and more."""
    return set(re.findall(r"[a-z]{3,}", text.lower()))


def shares(works: dict[str, Work], hits: dict[str, list[Hit]], encoder: Alone) -> list[dict[str, float]]:
    """R@1 of all and of hard titles, for each weight."""
    hard = [
        key
        for key, each in works.items()
        if len(words(each.title) & words(each.abstract)) <= len(words(each.title)) / 2
    ]
    found = []
    for weight in WEIGHTS:
        rescorer = Rescorer(encoder, lambda keys: {key: works[key].abstract for key in keys}, weight)
        first = {key: rescorer.rescore(works[key].title, these)[:1] for key, these in hits.items()}
        right = {key for key, these in first.items() if these and these[0].id == key}
        found.append(
            {"weight": weight, "all": _share(right, works), "hard": _share(right, hard), "n_hard": len(hard)}
        )
    return found


def _share(right: set[str], of: Iterable[str]) -> float:
    keys = list(of)
    return round(sum(key in right for key in keys) / len(keys), 3)


def figures(shared: Path, name: str) -> dict[str, Any]:
    """R@1 by weight, before and after learning; raises `Skipped` when the shared data are absent."""
    data = shared / "data/match/experts"
    if not (data / "scores.csv").is_file():
        raise Skipped("no experts under SANCHUANG_SHARED (../shared)")
    works, encoder = texts(data), Alone(name)
    index = Index.build(Document(key, each.abstract) for key, each in works.items())
    plain = {key: index.rank(each.title, HITS, reasons=0) for key, each in works.items()}
    learnt: dict[str, list[Hit]] = {}
    halves = list(works)[::2], list(works)[1::2]
    for asked, taught in (halves, halves[::-1]):
        index.learned = train(index, [Pair(works[key].title, key) for key in taught])
        learnt |= {key: index.rank(works[key].title, HITS, reasons=0) for key in asked}
    return {
        "texts": len(works),
        "before": shares(works, plain, encoder),
        "after": shares(works, learnt, encoder),
    }


if __name__ == "__main__":
    raise SystemExit(tell(lambda shared: figures(shared, sys.argv[1])))
