"""The script of docs/audit.md, with nothing of ours in it, recomputes a trail that our code wrote."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from sanchuang.core import audit
from sanchuang.core.audit.verifying import verify
from sanchuang.core.models import AuditEntry, User

PAGE = Path(__file__).resolve().parents[2] / "docs/audit.md"


@pytest.fixture
def check() -> Callable[[Path], str]:
    """The page's function."""
    block = re.search(r"<!-- tested by .*? -->\n```python\n(.*?)```", PAGE.read_text(), re.S)
    assert block
    names: dict[str, Any] = {"__name__": "page"}
    exec(compile(block.group(1), str(PAGE), "exec"), names)  # noqa: S102
    found: Callable[[Path], str] = names["check"]
    return found


@pytest.fixture
def trail(db: None, make_user: Callable[..., User], tmp_path: Path) -> Path:
    """Three acts, one of them at a whole second, in a file as SQLite keeps them."""
    audit.register("test.act", "act")
    user = make_user()
    for number in range(3):
        with transaction.atomic():
            audit.note(by=user, verb="test.act", record=user, after={"值": number, "b": None}, why="因为")
    columns = [field.attname for field in AuditEntry._meta.concrete_fields]
    path = tmp_path / "trail.sqlite3"
    with sqlite3.connect(path) as file:
        file.execute(f"CREATE TABLE core_auditentry ({', '.join(map(repr, columns))})")
        for entry in AuditEntry.objects.order_by("number"):
            values = [getattr(entry, name) for name in columns]
            texts = [json.dumps(value) if isinstance(value, dict) else value for value in values]
            texts[columns.index("at")] = str(entry.at.replace(tzinfo=None))
            marks = ", ".join("?" * len(texts))
            file.execute(f"INSERT INTO core_auditentry VALUES ({marks})", texts)
    return path


def test_the_pages_script_agrees_with_verify(trail: Path, check: Callable[[Path], str]) -> None:
    verdict = verify()
    assert verdict.holds
    assert check(trail) == f"{verdict.rows}:{verdict.digest}"


def test_the_pages_script_names_an_altered_row(trail: Path, check: Callable[[Path], str]) -> None:
    number = AuditEntry.objects.order_by("number").values_list("number", flat=True)[1]
    with sqlite3.connect(trail) as file:
        file.execute("UPDATE core_auditentry SET why = '别的' WHERE number = ?", [number])
    assert check(trail) == f"broken at {number}"
