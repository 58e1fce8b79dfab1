"""Units and words as numbers, packed for storage; without NumPy, which indexing alone does not need.

A character becomes its code point, a Latin word or number a hash, a word (see `text.terms`) the hash of its units.
Hashes instead of a vocabulary: any two indices, and tables learnt from another, speak of the same words; among a
hundred thousand words one or two share a hash.
"""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Iterable, Sequence

from sanchuang.engines.matching.text import Unit, sentences

# Stand where units are parted, and where a sentence ends.
BREAK, END = 1, 2
# What is read of one document for weighing; all of it is searched.
MOST_UNITS = 4000
_HASHED = 0x4000_0000


def code(form: str) -> int:
    """Number of a unit."""
    return ord(form) if len(form) == 1 else _HASHED | (zlib.crc32(form.encode()) & 0x3FFF_FFFF)


def word_code(form: str) -> int:
    """Number of a word, never negative."""
    return zlib.crc32(form.encode()) & 0x7FFF_FFFF


def packed_units(folded: str, these: Sequence[Unit]) -> bytes:
    """Pack the first `MOST_UNITS` units of the folded text they were read from; END comes last."""
    ends = [end for _, end in sentences(folded)]
    found = array("i")
    sentence = 0
    for unit in these[:MOST_UNITS]:
        while sentence + 1 < len(ends) and unit.start >= ends[sentence]:
            sentence += 1
            found.append(END)
        if not unit.joined:
            found.append(BREAK)
        found.append(code(unit.form))
    found.append(END)
    return found.tobytes()


def packed_words(words: Iterable[str]) -> bytes:
    """Pack the different words, ascending."""
    return array("i", sorted({word_code(word) for word in words})).tobytes()
