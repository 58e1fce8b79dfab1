"""Print docs/needs.md anew: ten needs of the sample, the result that comes first for each, and why, for reading aloud.

Usage: .venv/bin/python tools/print_needs.py
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from sanchuang.engines.matching import Document, Hit, Index
from sanchuang.values import Truth

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs/needs.md"
SAMPLE = ROOT / "src/sanchuang/packs/westlake/sample"
JUDGMENTS = ROOT / "tests/packs"
SHOWN = [
    "n-ai-001",
    "n-ai-002",
    "n-ai-006",
    "n-ai-010",
    "n-ct-003",
    "n-ct-008",
    "n-lh-001",
    "n-lh-005",
    "n-nm-003",
    "n-nm-007",
]
HEAD = """# 十项需求，念出来的理由

由 `tools/print_needs.py` 打印，测试核对与程序一致，不手工改。需求和成果都是示例区包里虚构的。每项需求取排第一的成果，
照 `index.rank` 给的理由念：**达到**、**达不到**是需求的指标与成果写明的数字比出来的，后面引成果的原句；**说不准**是两边都有数、
但条件或说法不足以断定；**没有写**是成果里找不到这样的指标；**两边都说到**是共有的词句；**没有提到**是需求反复说到、成果没有说的。
目前的状况（“仍靠 16 名质检员”）、自己能提供的和验收的办法不算要求。最后一行是人事先读两段文字作的判断（`tests/packs/fits-*.yaml`），
程序看不到。
"""
ANSWERS = {Truth.YES: "达到", Truth.NO: "达不到", Truth.UNKNOWN: "说不准"}


def rows(folder: Path, pattern: str) -> list[dict[str, Any]]:
    """The records of the YAML files of a folder, in order."""
    return [row for file in sorted(folder.glob(pattern)) for row in yaml.safe_load(file.read_text())]


def as_text(row: dict[str, Any]) -> str:
    """A record as the advice reads it."""
    return "\n".join([row["title"], row["text"], " ".join(row["keywords"])])


def reasons(hit: Hit) -> Iterator[str]:
    """What speaks for a hit and against it, a line each."""
    for figure in hit.figures:
        if figure.found:
            yield f"**{ANSWERS[figure.answer]}**：要“{figure.wanted}”，成果是“{figure.found}”——“{figure.sentence}”"
    for conflict in hit.conflicts:
        side = "需求排除、成果却有" if conflict.need_excludes else "成果没有、需求却要"
        yield f"**{side}**：{conflict.term}——“{conflict.sentence}”"
    absent = [figure.wanted for figure in hit.figures if not figure.found]
    if absent:
        yield f"**没有写**：{'；'.join(absent)}"
    if hit.reasons:
        yield f"**两边都说到**：{'、'.join(reason.term for reason in hit.reasons)}"
    if hit.missing:
        yield f"**没有提到**：{'、'.join(hit.missing)}"


def judgment(entry: dict[str, Any], result: str) -> str:
    """What a reader judged of the result."""
    if result in entry["fits"]:
        return f"合适。{entry['note']}"
    near = {each["result"]: each["why"] for each in entry["nearly"]}
    return f"差一点：{near[result]}" if result in near else "不相干"


def page() -> str:
    """The whole page."""
    results = {row["id"]: row for row in rows(SAMPLE, "results-*.yaml")}
    needs = {row["id"]: row for row in rows(SAMPLE, "needs-*.yaml")}
    judged = {row["need"]: row for row in rows(JUDGMENTS, "fits-*.yaml")}
    index = Index.build(Document(name, as_text(row)) for name, row in results.items())
    parts = [HEAD]
    for name in SHOWN:
        need = needs[name]
        (hit,) = index.rank(as_text(need), 1)
        result = results[hit.id]
        ready = f"TRL {result['trl']}，需求至少 TRL {need['trl_wanted']}"
        lines = [f"* {line}" for line in reasons(hit)]
        parts.append(
            f"## {need['title']}\n\n> {need['text']}\n\n排第一：**{result['title']}**（{ready}）\n\n"
            + "\n".join(lines)
            + f"\n\n人的判断：{judgment(judged[name], hit.id)}\n"
        )
    return "\n".join(parts)


if __name__ == "__main__":
    if sys.argv[1:]:
        raise SystemExit(__doc__)
    PAGE.write_text(page())
