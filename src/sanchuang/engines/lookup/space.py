"""Many short texts in one array, searched by whole columns of numbers instead of text by text.

The texts lie end to end; for each character its places are known. A part of a text is then found from the places of
its rarest character, so that 200,000 names cost about a millisecond. Slips of the keyboard are counted by the
bit-parallel algorithm of Myers (1999) as Hyyrö (2003) extended it to neighbours that changed places, over all
candidates at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

_TOP = 0x110000
LONGEST = 62  # characters of a text whose slips fit into one machine word
_EMPTY: Ints = np.zeros(0, np.int64)


class Space:
    """Texts (rows, numbered from 0) to be searched together.

    `starts` says for each row at which places a word begins; None: at every place.
    """

    def __init__(self, rows: Sequence[str], starts: Iterable[Sequence[int]] | None = None) -> None:
        codes = np.frombuffer("".join(rows).encode("utf-32-le", "surrogatepass"), np.uint32)
        self.lengths = np.fromiter((len(row) for row in rows), np.int64, len(rows))
        self.begins = np.concatenate([[0], np.cumsum(self.lengths)]).astype(np.int64)
        self.row_of = np.repeat(np.arange(len(rows), dtype=np.int32), self.lengths)
        present = np.zeros(_TOP, np.bool_)
        present[codes] = True
        alphabet = np.flatnonzero(present)
        lookup = np.zeros(_TOP, np.uint16 if len(alphabet) < 0xFFFF else np.uint32)
        lookup[alphabet] = np.arange(1, len(alphabet) + 1)
        self._signs = {chr(code): sign for sign, code in enumerate(alphabet.tolist(), start=1)}
        self.codes = lookup[codes]
        self._places = np.argsort(self.codes, kind="stable").astype(np.int32)
        counts = np.bincount(self.codes, minlength=len(alphabet) + 1)
        self._from = np.concatenate([[0], np.cumsum(counts)])
        self.starts: Bools | None = None
        if starts is not None:
            self.starts = np.zeros(len(codes), np.bool_)
            for begin, places in zip(self.begins.tolist(), starts, strict=False):
                self.starts[[begin + place for place in places]] = True

    def __len__(self) -> int:
        return len(self.lengths)

    def _signed(self, text: str) -> list[int]:
        """The signs of `text`; 0 for a character that no row holds."""
        return [self._signs.get(char, 0) for char in text]

    def _at(self, sign: int) -> npt.NDArray[np.int32]:
        """The places of a sign, in order."""
        return self._places[self._from[sign] : self._from[sign + 1]]

    def parts(self, text: str, *, word_starts: bool = False) -> tuple[Ints, Ints]:
        """Rows that hold `text` and where in the row; a row comes once for each place.

        With `word_starts` only where a word begins.
        """
        signs = self._signed(text)
        if not signs or 0 in signs or len(signs) > len(self.codes):
            return _EMPTY, _EMPTY
        rarest = min(range(len(signs)), key=lambda i: self._from[signs[i] + 1] - self._from[signs[i]])
        places = self._at(signs[rarest]).astype(np.int64) - rarest
        places = places[(places >= 0) & (places <= len(self.codes) - len(signs))]
        for offset, sign in enumerate(signs):
            if offset != rarest:
                places = places[self.codes[places + offset] == sign]
        if word_starts and self.starts is not None:
            places = places[self.starts[places]]
        rows = self.row_of[places]
        within = rows == self.row_of[places + len(signs) - 1]
        rows, places = rows[within].astype(np.int64), places[within]
        return rows, places - self.begins[rows]

    def in_order(self, text: str) -> tuple[Ints, Ints]:
        """Rows that hold the characters of `text` in their order, others between; and where the first one is."""
        signs = self._signed(text)
        if not signs or 0 in signs:
            return _EMPTY, _EMPTY
        places = self._at(signs[0]).astype(np.int64)
        rows, first = np.unique(self.row_of[places], return_index=True)
        places = places[first]
        begun = places
        for sign in signs[1:]:
            known = self._at(sign)
            after = np.searchsorted(known, places, side="right")
            there = after < len(known)
            rows, begun, after = rows[there], begun[there], after[there]
            places = known[after].astype(np.int64)
            same = self.row_of[places] == rows
            rows, begun, places = rows[same], begun[same], places[same]
        return rows.astype(np.int64), begun - self.begins[rows]

    def sharing(self, text: str, at_least: int) -> Ints:
        """Rows that hold `at_least` of the different characters of `text`."""
        counts = np.zeros(len(self), np.uint8)
        for char in set(text):
            if sign := self._signs.get(char):
                counts[self.row_of[self._at(sign)]] += 1
        return np.flatnonzero(counts >= max(at_least, 1))

    def slips(self, text: str, rows: Ints, *, whole: bool) -> npt.NDArray[np.int16]:
        """For each of `rows` the fewest slips that make `text` of it (`whole`), or of a part of it.

        A slip is a character wrong, missing, too many, or two neighbours that changed places. `text` has at most
        `LONGEST` characters.
        """
        length = len(text)
        masks = np.zeros(int(self.codes.max(initial=0)) + 1, np.uint64)
        for bit, sign in enumerate(self._signed(text)):
            if sign:
                masks[sign] |= np.uint64(1 << bit)
        order = np.argsort(-self.lengths[rows], kind="stable")
        sorted_rows = rows[order]
        begins, lengths = self.begins[sorted_rows], self.lengths[sorted_rows]
        full, top, one = np.uint64((1 << length) - 1), np.uint64(1 << (length - 1)), np.uint64(1)
        n = len(sorted_rows)
        positive, negative = np.full(n, full), np.zeros(n, np.uint64)
        diagonal, before = np.zeros(n, np.uint64), np.zeros(n, np.uint64)
        score = np.full(n, length, np.int16)
        best = score.copy()
        longest = int(lengths[0]) if n else 0
        # How many rows still have a character in this column: the rows are in order of their lengths.
        active = np.searchsorted(-lengths, -np.arange(1, longest + 1), side="right")
        for column in range(longest):
            m = int(active[column])
            vp, vn, d0 = positive[:m], negative[:m], diagonal[:m]
            mask = masks[self.codes[begins[:m] + column]]
            swapped = ((~d0 & mask) << one) & before[:m]
            d0 = ((((mask & vp) + vp) ^ vp) | mask | vn | swapped) & full
            up = vn | (~(d0 | vp) & full)
            down = d0 & vp
            score[:m] += ((up & top) != 0).astype(np.int16)
            score[:m] -= ((down & top) != 0).astype(np.int16)
            up = (up << one) & full
            if whole:
                up |= one
            positive[:m] = ((down << one) & full) | (~(d0 | up) & full)
            negative[:m] = up & d0
            diagonal[:m], before[:m] = d0, mask
            if not whole:
                np.minimum(best[:m], score[:m], out=best[:m])
        out = np.empty(n, np.int16)
        out[order] = score if whole else best
        return out
