"""The judged needs of the tests against the sample's results: quality of the ranking, with intervals.

Alone: `python benchmarks/needs.py` prints the figures as JSON. Needs nothing but this repository.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

from measure import ROOT, Section

sys.path.insert(0, str(ROOT / "tests"))

Measured = tuple[int, tuple[float, float, float]]
SCRIPTS = {"hans": "simplified", "hant": "traditional", "mixed": "mixed", "en": "English"}


def measured(values: list[float]) -> Measured | None:
    from judged_needs import mean

    return (len(values), mean(values)) if values else None


def figures() -> dict[str, dict[str, Any]]:
    """For each set of needs how many there are of each measure, its mean and its 95 % interval."""
    from judged_needs import fresh_needs, outcomes, sample_index, sample_needs
    from sanchuang.registry.matching.ranking import CLOSE_ENOUGH

    index, fresh = sample_index(), fresh_needs()
    sets = {"the sample's own": sample_needs(), "written for judging": fresh}
    sets |= {f"… {name}": [need for need in fresh if need.script == key] for key, name in SCRIPTS.items()}
    found: dict[str, dict[str, Any]] = {}
    for name, needs in sets.items():
        shown = outcomes(index, needs, lambda hit: hit.score / hit.credit >= CLOSE_ENOUGH)
        found[name] = {
            "needs": len(needs),
            "nDCG@10": measured([each.ndcg for each in shown if each.ndcg is not None]),
            "R@1": measured([float(each.first) for each in shown if each.first is not None]),
            "nothing shown": measured(
                [float(not each.offered) for each in shown if each.offered is not None]
            ),
        }
    return found


def cell(value: Measured | None) -> str:
    if value is None:
        return "–"
    count, (middle, low, high) = value
    return f"{middle:.3f} ({low:.2f}–{high:.2f}; {count})"


def judged_table() -> Section:
    """The section for the report."""
    found = figures()
    lines = [
        [name, str(row["needs"]), *(cell(row[key]) for key in ("nDCG@10", "R@1", "nothing shown"))]
        for name, row in found.items()
    ]
    text = (
        "Needs judged by hand against the sample's results (tests/packs/fits-*.yaml and needs-*.yaml), ranked without "
        "anything learnt. nDCG@10 with grades 3, 2, 1; R@1: the first result fits, of the needs that one fits; nothing "
        "shown: of the needs that no result comes near, those to which advice shows none. In brackets the 95 % interval "
        "(bootstrap over needs) and the number of needs. The sample's own needs chose the limit of what is shown; the "
        "other sixty were written before they were ranked."
    )
    header = ["needs", "n", "nDCG@10", "R@1", "nothing shown"]
    return Section("Matching: judged needs", ["python benchmarks/needs.py"], text, header, lines)


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sanchuang.web.settings")
    django.setup()
    print(json.dumps(figures(), ensure_ascii=False, indent=2))
