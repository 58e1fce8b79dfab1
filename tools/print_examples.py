"""Print the examples of docs/advice.md anew: run each command and put what it says under it.

Needs a loaded pack. A block that ends with “…” shows as many lines of the answer as before.
Usage: .venv/bin/python tools/print_examples.py
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "advice.md"
BLOCK = re.compile(r"```console\n\$ (sanchuang advise [^\n]*)\n([^`]*)```")
WIDTH = "110"


def printed(command: str) -> str:
    """What the command prints on a terminal of `WIDTH` columns."""
    program = Path(sys.executable).with_name("sanchuang")
    words = [str(program), *command.split()[1:]]
    environment = {**os.environ, "COLUMNS": WIDTH}
    return subprocess.run(words, capture_output=True, text=True, check=True, env=environment).stdout


def renewed(block: re.Match[str]) -> str:
    """The block with today's answer; one shown in part keeps its length."""
    command, shown = block.groups()
    answer = printed(command)
    if shown.endswith("…\n"):
        kept = shown.removesuffix("…\n").count("\n")
        answer = "\n".join(answer.split("\n")[:kept]) + "\n…\n"
    return f"```console\n$ {command}\n{answer}```"


if __name__ == "__main__":
    PAGE.write_text(BLOCK.sub(renewed, PAGE.read_text()))
