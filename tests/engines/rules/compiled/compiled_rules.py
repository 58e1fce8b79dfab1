"""The rules that the tests of the compiled engines share: the benchmark's and the pack's."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from sanchuang.engines.rules import PolicySet, read_policies, read_rules
from sanchuang.engines.rules.dictionary_file import read_dictionary

ROOT = Path(__file__).parents[4]
PACK = ROOT / "src/sanchuang/packs/westlake"
RULES = ("bench6", "westlake")


@cache
def read(name: str) -> PolicySet:
    """A set of policies by its name."""
    if name == "bench6":
        return read_rules(ROOT / "benchmarks/policy/bench6")
    dictionary = read_dictionary((PACK / "facts.yaml").read_text(encoding="utf-8"), "facts.yaml")
    files = sorted((PACK / "policies").glob("*.md"))
    return read_policies([(path.read_text(encoding="utf-8"), path.name) for path in files], dictionary)
