"""What a text repeats beyond measure counts no more: a word said a thousand times must not win.

In running text no pair of neighbouring units is said more often than about one in thirty of its different pairs, a few
times in a short one. What goes beyond is left out of a document's terms, while its length stays.
"""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

from sanchuang.engines.matching.text import Unit

_ALWAYS, _IN_EACH = 3, 30


def tempered(these: list[Unit]) -> list[Unit]:
    """Leave out the units that end a pair already said too often. Gives `these` itself where nothing is."""
    if len(these) <= _ALWAYS:
        return these
    pairs = [before.form + unit.form for before, unit in pairwise(these)]
    said = Counter(pairs)
    most = _ALWAYS + len(said) // _IN_EACH
    if max(said.values()) <= most:
        return these
    kept, seen, whole = [these[0]], Counter[str](), True
    for pair, unit in zip(pairs, these[1:], strict=True):
        seen[pair] += 1
        if seen[pair] > most:
            whole = False
        else:
            kept.append(unit if whole else unit._replace(joined=False))
            whole = True
    return kept
