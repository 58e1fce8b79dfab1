"""Why a document matches: the wording it shares with the query, each piece in its sentence."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, pairwise

from sanchuang.engines.matching import properties
from sanchuang.engines.matching.asked import background, unasked
from sanchuang.engines.matching.quantities import UNIT_NAMES
from sanchuang.engines.matching.stopwords import COMMONPLACE, STOPWORDS
from sanchuang.engines.matching.text import (
    commonness,
    fold,
    is_word,
    join,
    line,
    mostly_latin,
    nouns,
    origins,
    sentences,
    units,
    word_spans,
)

LIMIT = 8
# A term that weighs less than this part of the weightiest is not worth a mention.
FAINT = 0.2
# Of what is missing only the weightiest is told: that a text does not say a common word means little.
_SLIGHT = 0.5
# Words as common as these in the language (空间, 学习) name nothing in particular: missing, or shared alone.
_COMMON_MISSING, _COMMON_SHARED = 350, 10_000
# Stands in no text's words: what weighs as much is in none, either.
_NOBODY_SAYS = " "
# A word of which the document has this share of the characters, by weight, may well be said in other words.
_HALF_SAID = 0.34


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

    def __init__(self, text: str, idf: Callable[[str, str], float]) -> None:
        """Take the query and `idf(field, form)`."""
        self._units = query = units(text)
        self._text, self._line = text, join(query)
        # All forms in one string and where each begins: a phrase is a slice of it, however long.
        self._forms = "".join(unit.form for unit in query)
        self._places = list(accumulate((len(unit.form) for unit in query), initial=0))
        self._idf = idf
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
        """Give the weightiest things that the query is about and `text` does not speak of, as the query writes them.

        What a query is about it says more than once, or by an acronym.
        Left out is what may be said in other words: where a part of the word or a name of the same property stands
        in `text`, where no document uses the word, or where query and text are in different languages.
        """
        said = units(text)
        whole, characters = join(said), {unit.form for unit in said}
        spoken = properties.spoken_of(fold(text))
        latin = mostly_latin(said)
        found: dict[str, tuple[float, str]] = {}
        for start, end, written in self._asked:
            form = self._form(start, end)
            if is_word(form):
                # A text in Chinese says in Chinese whatever is no proper name.
                absent = form not in whole and (latin or any(letter.isupper() for letter in written[1:]))
            else:
                known = self._idf("words", form) < self._idf("words", _NOBODY_SAYS)
                absent = known and not latin and not self._hinted(start, end, whole, characters)
            if absent and not properties.spoken_of(fold(written)) & spoken:
                found.setdefault(form, (self._weight(start, end), written))
        chosen: list[str] = []
        for form in sorted(found, key=lambda form: -found[form][0]):
            faint = chosen and found[form][0] < _SLIGHT * found[chosen[0]][0]
            if len(chosen) < limit and not faint and not any(form in other for other in chosen):
                chosen.append(form)
        return tuple(found[form][1] for form in chosen)

    @cached_property
    def _asked(self) -> list[tuple[int, int, str]]:
        """What the query asks for by name: units `[start, end)` and as written."""
        places = origins(self._text)
        silent = [*unasked(self._text), background(self._text)]
        at = {unit.start: number for number, unit in enumerate(self._units)}
        folded = fold(self._text)
        named = [
            (start, end) for start, end in nouns(folded) if commonness(folded[start:end]) < _COMMON_MISSING
        ] + [
            (unit.start, unit.end)
            for unit in self._units
            if is_word(unit.form) and len(unit.form) > len("|ab|") and unit.form[1:-1].isalpha()
        ]
        found = []
        for start, end in named:
            written = self._text[places[start] : places[end - 1] + 1]
            common = line(written) in STOPWORDS or line(written) in COMMONPLACE or line(written) in UNIT_NAMES
            acronym = any(letter.isupper() for letter in written[1:])
            central = acronym or self._line.count(line(written)) > 1
            if start in at and central and not common and not any(a <= places[start] < b for a, b in silent):
                first = at[start]
                last = next(n for n in range(first, len(self._units)) if self._units[n].end >= end)
                found.append((first, last + 1, written))
        return found

    def _hinted(self, start: int, end: int, line: str, characters: set[str]) -> bool:
        """Tell whether a text says a word in part: a pair of it, or a good share of its characters."""
        if any(self._form(at, at + 2) in line for at in range(start, end - 1)):
            return True
        weights = {unit.form: self._idf("characters", unit.form) for unit in self._units[start:end]}
        shared = sum(weight for form, weight in weights.items() if form in characters)
        return shared >= _HALF_SAID * sum(weights.values())

    def _form(self, start: int, end: int) -> str:
        return self._forms[self._places[start] : self._places[end]]

    def _weight(self, start: int, end: int) -> float:
        return self._characters[end] - self._characters[start] + self._pairs[end - 1] - self._pairs[start]

    def _spans(self, line: str) -> list[tuple[int, int]]:
        """Longest runs of whole words of the query that occur in `line`, in order, none inside another."""
        kept: list[tuple[int, int]] = []
        reach, place = 0, 0
        for first in self._starts:
            # What occurs from one start occurs without its beginning, too: `reach` never goes back.
            reach = max(reach, first)
            while reach < len(self._units) and (reach == first or self._units[reach].joined):
                # Where the run stood so far it mostly goes on: a long one is not searched for at every step.
                behind = place + self._places[reach]
                if reach == first or not line.startswith(self._form(reach, reach + 1), behind):
                    found = line.find(self._form(first, reach + 1))
                    if found < 0:
                        break
                    place = found - self._places[first]
                reach += 1
            last = bisect_right(self._ends, reach) - 1
            if last < 0 or self._ends[last] <= first:
                continue
            start, end = self._trim(first, self._ends[last])
            if (kept and end <= kept[-1][1]) or not self._says_something(start, end):
                continue
            while kept and start <= kept[-1][0]:
                kept.pop()
            kept.append((start, end))
        return kept

    def _trim(self, start: int, end: int) -> tuple[int, int]:
        """Take stop words off both ends, and a unit of measure whose number is not shared off the first."""
        while start < end and self._units[start].form in UNIT_NAMES:
            start += 1
        for word_start, word_end in self._stopwords:
            if word_start == start and word_end <= end:
                start = word_end
        for word_start, word_end in reversed(self._stopwords):
            if word_end == end and word_start >= start:
                end = word_start
        return start, end

    def _says_something(self, start: int, end: int) -> bool:
        """Tell whether a span is more than a lone character, number or unit of measure, or a word that all texts have."""
        whole = self._form(start, end)
        if not whole or whole in COMMONPLACE:
            return False
        first, last = self._units[start].form, self._units[end - 1].form
        if end - start == 1:
            return len(whole) > len("|5|") and not whole[1].isdigit() and whole not in UNIT_NAMES
        if end - start == 2 and not (is_word(first) or is_word(last)):
            return commonness(whole) < _COMMON_SHARED
        return any(not self._units[at].form[1:2].isdigit() for at in range(start, end))


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
