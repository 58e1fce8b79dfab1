"""Write docs/settings.md from the list of variables: `python tools/settings_page.py`."""

from __future__ import annotations

from pathlib import Path

from sanchuang.web.variables import page

PAGE = Path(__file__).resolve().parents[1] / "docs/settings.md"

if __name__ == "__main__":
    PAGE.write_text(page())
