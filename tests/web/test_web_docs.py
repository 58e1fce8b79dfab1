"""docs/pages.md knows every tag, so that nobody writes one a second time."""

from __future__ import annotations

import re
from pathlib import Path

from sanchuang.core.templatetags.shown import register


def test_every_tag_is_documented_and_every_documented_tag_exists() -> None:
    text = (Path(__file__).parents[2] / "docs/pages.md").read_text()
    rows = re.findall(r"^\| (`.*?) \|", text.partition("## Values")[2].partition("## Words")[0], re.M)
    assert sorted(re.findall(r"`(\w+)`", " ".join(rows))) == sorted({*register.filters, *register.tags})
