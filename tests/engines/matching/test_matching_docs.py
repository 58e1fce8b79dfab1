"""What docs/matching.md shows is what happens."""

from __future__ import annotations

import doctest
import runpy
from pathlib import Path

from sanchuang.engines import matching
from sanchuang.engines.matching import text

DOCS = Path(__file__).parents[3] / "docs"


def test_the_examples_of_the_manual_hold() -> None:
    outcome = doctest.testfile(str(DOCS / "matching.md"), module_relative=False, encoding="utf-8")
    assert (outcome.failed, outcome.attempted) == (0, 12)


def test_the_examples_of_the_modules_hold() -> None:
    for module in (matching, text):
        outcome = doctest.testmod(
            module, extraglobs={name: getattr(matching, name) for name in matching.__all__}
        )
        assert outcome.failed == 0
        assert outcome.attempted > 0


def test_the_ten_needs_of_the_manual_are_told_as_they_are_shown() -> None:
    printed = runpy.run_path(str(DOCS.parent / "tools/print_needs.py"))
    assert (DOCS / "needs.md").read_text() == printed["page"]()
