"""Draw reasons for judging by hand: so many of each kind from the judged needs' first hits, as YAML to fill in.

Usage: .venv/bin/python tools/draw_reasons.py SEED
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

import yaml

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from judged_needs import fresh_needs, listed_reasons, sample_index, sample_needs, sample_results

# Of each kind so many, or all there are, and of shared wording what is wanting to a hundred.
DRAWN = {"conflict": 5, "met": 20, "failed": 15, "open": 10, "not stated": 10, "missing": 15, "shared": 25}
TOGETHER = 100


def main(seed: int) -> None:
    """Print the draw, the kinds in order, within a kind in order of need and result."""
    index, texts = sample_index(), sample_results()
    kinds: dict[str, list[dict[str, str]]] = {kind: [] for kind in DRAWN}
    for need in [*sample_needs(), *fresh_needs()]:
        for reason in listed_reasons(index, need, texts):
            kinds[reason.kind].append(reason._asdict())
    chosen, left = random.Random(seed), TOGETHER
    for kind, count in DRAWN.items():
        wanted = left if kind == "shared" else min(count, len(kinds[kind]))
        places = sorted(chosen.sample(range(len(kinds[kind])), wanted))
        left -= wanted
        print(f"# {kind}: {len(places)} of {len(kinds[kind])}")
        rows = [kinds[kind][place] | {"verdict": "?", "why": ""} for place in places]
        print(yaml.safe_dump(rows, allow_unicode=True, sort_keys=False, width=200))


if __name__ == "__main__":
    main(int(sys.argv[1]))
