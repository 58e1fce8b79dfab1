"""Both scripts of Chinese as one: each traditional character reads as the simplified one that stands for it.

Character by character, never longer or shorter, so that places in a text stay what they are; by OpenCC's table. What
needs the words around it stays apart: 著 is written in both scripts, and 軟體 is no 软件.
"""

from __future__ import annotations

from functools import cache
from typing import Any


class _Simplified(dict[int, str]):
    """Code point to the simplified character, filled on demand, for `str.translate`."""

    def __missing__(self, code: int) -> str:
        written = chr(code)
        if "㐀" <= written <= "\u9fff":
            # Twice: what 薴 becomes, 苧, is itself written otherwise.
            found = str(_converter().convert(_converter().convert(written)))
            if len(found) == 1:
                written = found
        self[code] = written
        return written


@cache
def _converter() -> Any:
    # Takes a while to read its tables; texts without a Chinese character do without.
    from opencc import OpenCC

    return OpenCC("t2s")


SIMPLIFIED = _Simplified()
