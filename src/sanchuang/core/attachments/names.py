"""The name of a file as it is shown and sent: what its sender gave it, without what misleads."""

from __future__ import annotations

import unicodedata
from pathlib import PurePath

LONGEST = 200
_FORBIDDEN = frozenset('<>:"|?*/\\')  # no file of Windows has these in its name


def cleaned(name: str) -> str:
    """`name` without folders, invisible letters and those that turn the direction of reading; "" when nothing is left.

    "invoice\\u202efdp.exe" would be read as "invoiceexe.pdf". At most 200 characters; the ending is kept.
    """
    name = unicodedata.normalize("NFC", name.replace("\\", "/").rpartition("/")[2])
    kept = (
        char for char in name if unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
    )
    name = " ".join("".join("_" if char in _FORBIDDEN else char for char in kept).split()).strip(". ")
    ending = PurePath(name).suffix
    return name if len(name) <= LONGEST else name[: LONGEST - len(ending)] + ending
