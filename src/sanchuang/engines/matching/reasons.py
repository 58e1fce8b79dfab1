"""Why a document matches: the wording it shares with the query, each piece in its sentence."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate, pairwise

from sanchuang.engines.matching.stopwords import STOPWORDS
from sanchuang.engines.matching.text import Unit, fold, join, line, origins, sentences, units, word_spans

LIMIT = 8
# A term that weighs less than this part of the weightiest is not worth a mention.
FAINT = 0.2


@dataclass(frozen=True, slots=True)
class Reason:
    """A word or phrase that query and document share.

    term      as the document writes it: `sentence[start:end]`
    weight    share of the query's weight that it covers, 0 to 1; pieces that overlap in the query both count
              the overlap
    sentence  the document's sentence, the one richest in shared wording where the term stands in several
    start, end  the term's place in the sentence
    offset    the sentence's place in the document's text: `text[offset:offset + len(sentence)] == sentence`
    """

    term: str
    weight: float
    sentence: str
    start: int
    end: int
    offset: int


class Wording:
    """A query's words and phrases, read once and held against many documents."""

    def __init__(self, query: list[Unit], idf: Callable[[str, str], float]) -> None:
        """Take the query's units and `idf(field, form)`."""
        self._units = query
        words = word_spans(query)
        self._words = sorted(words)
        self._starts = sorted({start for start, _ in words})
        self._ends = sorted({end for _, end in words})
        self._stopwords = sorted((start, end) for start, end in words if self._form(start, end) in STOPWORDS)
        # Weight of a span of units: of its characters and of the pairs inside it.
        self._characters = list(accumulate((idf("characters", unit.form) for unit in query), initial=0.0))
        pairs = (idf("pairs", a.form + b.form) if b.joined else 0.0 for a, b in pairwise(query))
        self._pairs = list(accumulate(pairs, initial=0.0))
        self._whole = self._weight(0, len(query)) if query else 0.0

    def reasons(self, text: str, limit: int = LIMIT) -> tuple[Reason, ...]:
        """Give the weightiest shared terms, at most `limit`; none when only single characters are shared."""
        passage = _Passage(text)
        weights: dict[str, float] = {}
        for start, end in self._spans(passage.line):
            weights.setdefault(self._form(start, end), self._weight(start, end) / self._whole)
        chosen: list[str] = []
        # Equal weights keep the query's order; a term inside a weightier one says nothing more.
        for form in sorted(weights, key=weights.__getitem__, reverse=True):
            if chosen and (len(chosen) == limit or weights[form] < FAINT * weights[chosen[0]]):
                break
            if not any(form in other for other in chosen):
                chosen.append(form)
        richness = passage.richness({form: weights[form] for form in chosen})
        return tuple(passage.reason(form, weights[form], richness) for form in chosen)

    def missing(self, text: str, limit: int = LIMIT) -> tuple[str, ...]:
        """Give the query's weightiest words, in folded writing, of which `text` does not say a single pair."""
        found: dict[str, float] = {}
        said = line(text)
        for start, end in self._words:
            form = self._form(start, end)
            if end - start == 1 and form[0] != "|":
                continue
            pieces = [form] if end - start == 1 else [self._form(at, at + 2) for at in range(start, end - 1)]
            if form not in STOPWORDS and not any(piece in said for piece in pieces):
                found.setdefault(form, self._weight(start, end))
        chosen: list[str] = []
        for form in sorted(found, key=found.__getitem__, reverse=True):
            if len(chosen) < limit and not any(form in other for other in chosen):
                chosen.append(form)
        return tuple(form.replace("||", " ").replace("|", "") for form in chosen)

    def _form(self, start: int, end: int) -> str:
        return "".join(unit.form for unit in self._units[start:end])

    def _weight(self, start: int, end: int) -> float:
        return self._characters[end] - self._characters[start] + self._pairs[end - 1] - self._pairs[start]

    def _spans(self, line: str) -> list[tuple[int, int]]:
        """Longest runs of whole words of the query that occur in `line`, in order, none inside another."""
        kept: list[tuple[int, int]] = []
        reach = 0
        for first in self._starts:
            # What occurs from one start occurs without its beginning, too: `reach` never goes back.
            reach = max(reach, first)
            while (
                reach < len(self._units)
                and (reach == first or self._units[reach].joined)
                and self._form(first, reach + 1) in line
            ):
                reach += 1
            last = bisect_right(self._ends, reach) - 1
            if last < 0 or self._ends[last] <= first:
                continue
            start, end = self._trim(first, self._ends[last])
            if not self._says_something(start, end) or (kept and end <= kept[-1][1]):
                continue
            while kept and start <= kept[-1][0]:
                kept.pop()
            kept.append((start, end))
        return kept

    def _trim(self, start: int, end: int) -> tuple[int, int]:
        """Take stop words off both ends."""
        for word_start, word_end in self._stopwords:
            if word_start == start and word_end <= end:
                start = word_end
        for word_start, word_end in reversed(self._stopwords):
            if word_end == end and word_start >= start:
                end = word_start
        return start, end

    def _says_something(self, start: int, end: int) -> bool:
        """Tell whether a span is more than a lone character, digit or letter."""
        return end - start > 1 or (end - start == 1 and len(self._units[start].form) > len("|5|"))


class _Passage:
    """A document's text with the way back from its line to its wording."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._origins = origins(text)
        self._units = units(text)
        self._sentences = sentences(fold(text))
        self.line = join(self._units)
        # Where in the line each unit starts; the first unit has no space before it, joined or not.
        spaces = accumulate((not unit.joined for unit in self._units[1:]), initial=False)
        before = accumulate((len(unit.form) for unit in self._units), initial=0)
        self._unit_starts = [a + b for a, b in zip(before, spaces, strict=False)]

    def places(self, form: str) -> list[tuple[int, int]]:
        """Find a term: `[start, end)` in the folded text, for each time it stands there."""
        found, at = [], self.line.find(form)
        while at >= 0:
            first = bisect_right(self._unit_starts, at) - 1
            last = bisect_right(self._unit_starts, at + len(form) - 1) - 1
            found.append((self._units[first].start, self._units[last].end))
            at = self.line.find(form, at + len(form))
        return found

    def _sentence(self, at: int) -> int:
        return bisect_right(self._sentences, at, key=lambda sentence: sentence[0]) - 1

    def richness(self, weights: dict[str, float]) -> dict[int, float]:
        """Sum for each sentence the weights of the terms in it."""
        sums: dict[int, float] = {}
        for form, weight in weights.items():
            for number in {self._sentence(start) for start, _ in self.places(form)}:
                sums[number] = sums.get(number, 0.0) + weight
        return sums

    def reason(self, form: str, weight: float, richness: dict[int, float]) -> Reason:
        """Write the reason, from the richest sentence; from the first of several equally rich."""
        start, end = max(
            self.places(form),
            key=lambda place: (richness[self._sentence(place[0])], -place[0]),
        )
        first, last = self._sentences[self._sentence(start)]
        offset = self._origins[first]
        # A character that unfolds to several (㎡, ½) is marked whole.
        sentence_end = self._after(max(last, end))
        term = self._origins[start], self._after(end)
        return Reason(
            term=self._text[term[0] : term[1]],
            weight=weight,
            sentence=self._text[offset:sentence_end],
            start=term[0] - offset,
            end=term[1] - offset,
            offset=offset,
        )

    def _after(self, end: int) -> int:
        """Give the place in the text after the character that gave the folded character before `end`."""
        return self._origins[end - 1] + 1
