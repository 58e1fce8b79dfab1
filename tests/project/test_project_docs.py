"""What the pages of docs/ import is there to be imported."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
IMPORT = re.compile(r"^from (sanchuang[\w.]*) import ([\w, ]+)$", re.MULTILINE)
NAMED = [
    (page.name, module, name.strip())
    for page in sorted(DOCS.rglob("*.md"))
    for block in re.findall(r"```python\n(.*?)```", page.read_text(), re.DOTALL)
    for module, names in IMPORT.findall(block)
    for name in names.split(",")
    if not module.startswith("sanchuang.visits")  # the room that how-to-add-a-room.md makes up
]


def test_pages_show_imports() -> None:
    assert len(NAMED) > 10


@pytest.mark.parametrize(("page", "module", "name"), NAMED)
def test_what_a_page_imports_exists(page: str, module: str, name: str) -> None:
    assert hasattr(import_module(module), name), f"{page} imports {name} from {module}"
