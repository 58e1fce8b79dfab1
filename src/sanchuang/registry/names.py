"""How names are compared: one key for all ways of writing the same name."""

from __future__ import annotations

import unicodedata


def search_key(text: str) -> str:
    """`text` without what does not tell names apart: width, case, spaces and punctuation.

    "ＡＢＣ（中国）有限公司" and "abc(中国) 有限公司" have the same key.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(char for char in folded if unicodedata.category(char)[0] in "LNM")
