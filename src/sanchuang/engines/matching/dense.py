"""An encoder's word on the hits of a query: wording and meaning blended.

The index finds candidates by wording; an encoder (see `encoders`) says how near in meaning each of them is. It orders
anew what was found and finds nothing itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from sanchuang.engines.matching.encoders import Encoder, vectors
from sanchuang.engines.matching.index import Hit
from sanchuang.engines.matching.reading import Floats

# How much the encoder counts; chosen on English titles and abstracts (docs/matching.md).
WEIGHT = 0.5
# Texts whose vectors are kept.
_KEPT = 20_000


class Rescorer:
    """Orders hits anew; keeps the vectors of the texts it has seen, and no text.

    `texts` gives, by their ids, the texts of the documents it is asked for; it is asked for those of one query's hits.
    """

    def __init__(
        self, encoder: Encoder, texts: Callable[[Sequence[str]], Mapping[str, str]], weight: float = WEIGHT
    ) -> None:
        self._encoder, self._texts, self._weight = encoder, texts, weight
        self._vectors: dict[str, Floats] = {}

    def rescore(self, query: str, hits: Sequence[Hit]) -> list[Hit]:
        """Give the hits by blended score, best first, equal scores in order of id.

        The score becomes (1 - weight) x score + weight x cosine, a negative cosine counting as none: between 0 and 1 as
        before, but no longer a chance where the index has learnt. What failed figures and conflicts cost stays: the
        cosine is multiplied with `credit`. Raises EncoderFailed, KeyError for a hit without text.
        """
        if not hits:
            return []
        (asked,) = vectors(self._encoder, [query])
        self._read([hit.id for hit in hits])
        blended = [
            replace(
                hit,
                score=(1 - self._weight) * hit.score + self._weight * hit.credit * self._near(hit.id, asked),
            )
            for hit in hits
        ]
        return sorted(blended, key=lambda hit: (-hit.score, hit.id))

    def _read(self, ids: list[str]) -> None:
        if len(self._vectors) > _KEPT:
            self._vectors.clear()
        new = [identifier for identifier in ids if identifier not in self._vectors]
        texts = self._texts(new)
        rows = vectors(self._encoder, [texts[identifier] for identifier in new])
        self._vectors.update(zip(new, rows, strict=True))

    def _near(self, identifier: str, asked: Floats) -> float:
        row = self._vectors[identifier]
        # A text without anything to read may have a vector of another length: it is near to nothing.
        return max(0.0, float(row @ asked)) if row.shape == asked.shape else 0.0
