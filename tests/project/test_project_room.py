"""The advice section of docs/how-to-add-a-room.md works as printed: added by a room, advise untouched."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from sanchuang.core import advice
from sanchuang.engines.rules.dictionary import FactValue
from sanchuang.values import Truth

GUIDE = Path(__file__).resolve().parents[2] / "docs/how-to-add-a-room.md"


class OneFact:
    """Facts of a company of which at most the number of visits is known."""

    def __init__(self, visits: int | None) -> None:
        self.visits = visits

    def get(self, name: str, period: Any) -> FactValue | None:
        if name != "visits" or self.visits is None:
            return None
        return FactValue(self.visits, source="走访记录")


@pytest.fixture(autouse=True)
def visits() -> Iterator[None]:
    """The guide's section, registered as its `AppConfig.ready` does."""
    block = re.search(r"<!-- tested by .*? -->\n```python\n(.*?)```", GUIDE.read_text(), re.S)
    assert block
    names: dict[str, Any] = {}
    exec(compile(block.group(1), str(GUIDE), "exec"), names)  # noqa: S102
    advice.register(names["Visits"]())
    yield
    advice.unregister("visits")


def advise(visits: int | None) -> advice.Finding:
    company = SimpleNamespace(pk=1, slug="a", name="甲")
    subject = advice.Subject(company, dt.date(2026, 1, 1), OneFact(visits))
    result = advice.advise(subject, only=lambda section: section.key == "visits")
    (finding,) = result.section("visits").findings
    return finding


def test_the_section_answers_from_the_fact_and_names_its_source() -> None:
    finding = advise(3)
    assert finding.answer is Truth.YES
    assert finding.lines[0].facts == (advice.Behind("visits", "走访次数", "3", source="走访记录"),)
    assert advise(0).answer is Truth.NO


def test_an_unknown_fact_is_missing_and_not_zero() -> None:
    finding = advise(None)
    assert finding.answer is Truth.UNKNOWN
    assert [missing.name for missing in finding.missing] == ["visits"]
