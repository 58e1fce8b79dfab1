"""A need's figures and its "without" held against a document: met, not met, or not known.

A figure of the document answers a figure of the need when both are of one dimension and their clauses name the same
thing ("光电转化效率≥22%" and "效率达到 24.1%"). Where the document states no such figure the answer is unknown, never
a no.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from sanchuang.engines.matching.quantities import Quantity, quantities
from sanchuang.engines.matching.stopwords import STOPWORDS
from sanchuang.engines.matching.text import fold, line, sentences, terms, units
from sanchuang.values import Truth

# A figure called approximate leaves open what lies this near the bound.
_NEAR = 10
_MOST = 40
CUT = 0.6
# What a device must stand lies inside what it can stand; what a part must measure lies around what it measures.
_WORKING = re.compile(r"工作|使用|适用|运行|环境|耐|量程|范围|operating|working|range", re.IGNORECASE)
_WITHOUT = re.compile(
    r"(?:不含有?|不需要?|无需|无须|不用|不使用|不采用|不依赖|不添加|不加|不产生|免于|避免使用|未使用|未添加|without|free of|no need (?:for|of|to)|does not (?:use|contain|need|require))\s?"
    r"(?P<what>[^,，。;；:：!！?？、\n()（）]{1,24})",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"[,，。;；:：!！?？、\n]")
_DENIES = re.compile(
    r"[不无未没免非禁断]|取消|替代|代替|避|减少|降低|摆脱|去除|\b(?:no|not|without|free|avoid|replac|instead)",
    re.IGNORECASE,
)
_ENDS = re.compile(r"的|即可|就|便|而|但|也|且|并|情况|条件|时|\band\b|\bor\b|\bbut\b")


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of the need and what the document says to it.

    wanted    as the need writes it, with its subject
    found     as the document writes it, with its subject; empty when it states none
    answer    yes: met; no: not met; unknown
    sentence  the document's sentence; empty when none
    """

    wanted: str
    found: str
    answer: Truth
    sentence: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """What one side rules out and the other has: `term`, in the document's `sentence`; `need_excludes` says which."""

    term: str
    sentence: str
    need_excludes: bool


def compare(wanted: Quantity, offered: Quantity) -> Truth:
    """Whether `offered` meets `wanted`; unknown where the texts leave it open."""
    if wanted.kind != offered.kind:
        return Truth.UNKNOWN
    if wanted.ranged and offered.ranged and _WORKING.search(wanted.subject):
        return Truth.of(offered.covers(wanted))
    answers = {
        _bound(wanted, offered, lower=True),
        _bound(wanted, offered, lower=False),
    }
    if not wanted.bounded:
        # A bare value does not say whether more or less would do as well.
        same = not offered.ranged and offered.low == wanted.low and offered.low is not None
        return Truth.YES if same and not offered.bounded else Truth.UNKNOWN
    if Truth.NO in answers:
        return Truth.NO
    return Truth.UNKNOWN if Truth.UNKNOWN in answers else Truth.YES


def _bound(wanted: Quantity, offered: Quantity, *, lower: bool) -> Truth:
    """Answer for one bound: every value the document allows keeps it, none does, or some."""
    bound = wanted.low if lower else wanted.high
    low, high = offered.low, offered.high
    if bound is None:
        return Truth.YES
    if offered.about and any(
        end is not None and abs(end - bound) * _NEAR <= abs(bound) for end in (low, high)
    ):
        return Truth.UNKNOWN
    worst, best = (low, high) if lower else (high, low)

    def keeps(value: Fraction, strict: bool) -> bool:
        beyond = value > bound if lower else value < bound
        return beyond or (value == bound and (not wanted.strict or strict))

    if worst is not None and keeps(worst, offered.strict):
        return Truth.YES
    if best is not None and not keeps(best, False):
        return Truth.NO
    return Truth.UNKNOWN


class Requirements:
    """What a need asks for in figures and what it excludes, read once and held against many documents."""

    def __init__(self, need: str) -> None:
        """Read `need`."""
        self.figures = [(each, _pairs(each.subject)) for each in quantities(need)[:_MOST]]
        self.excluded = _without(need)
        # A clause that denies anything may well mean to do without what it names.
        self._positive = [
            line(clause) for clause in _CLAUSE.split(need[:20_000]) if not _DENIES.search(clause)
        ]

    def __bool__(self) -> bool:
        """Whether there is anything to hold against a document besides its wording."""
        return bool(self.figures or self.excluded)

    def credit(self, text: str) -> float:
        """What a document's score counts for: less for each figure not met and each conflict; unknown costs nothing.

        The size of the cut is a judgement, not learnt: one failed figure of three costs a fifth.
        """
        wanted = len(self.figures) + len(self.excluded)
        failed = sum(figure.answer is Truth.NO for figure in self.check(text))
        failed += sum(conflict.need_excludes for conflict in self.conflicts(text))
        return 1 - CUT * min(1.0, failed / max(wanted, 1))

    def check(self, text: str) -> tuple[Figure, ...]:
        """Answer each of the need's figures from `text`."""
        if not self.figures:
            return ()
        offered = [(each, _pairs(each.subject)) for each in quantities(text)]
        return tuple(self._answer(wanted, about, offered, text) for wanted, about in self.figures)

    def _answer(
        self, wanted: Quantity, about: set[str], offered: list[tuple[Quantity, set[str]]], text: str
    ) -> Figure:
        best, overlap = None, 0
        for each, subject in offered:
            shared = len(about & subject)
            if each.kind == wanted.kind and shared > overlap:
                best, overlap = each, shared
        named = _named(wanted)
        if best is None:
            return Figure(named, "", Truth.UNKNOWN, "")
        return Figure(named, _named(best), compare(wanted, best), _sentence(text, best.start))

    def conflicts(self, text: str) -> tuple[Conflict, ...]:
        """What the need excludes and `text` has, and what `text` excludes and the need asks for."""
        found = []
        without = _without(text)
        ruled_out = {term for term, _ in without}
        whole = line(text)
        free = whole
        for term in ruled_out:
            free = free.replace(term, "")
        for term, _ in self.excluded:
            free = free.replace(f"无{term}", "").replace(f"零{term}", "").replace(f"{term}|free|", "")
        for term, written in self.excluded:
            # A single character (铅, 金) is a substance only in these.
            stands = (
                term in free if len(term) > 1 else any(form in free for form in (f"含{term}", f"{term}基"))
            )
            if stands and term not in ruled_out:
                found.append(Conflict(written, _sentence_with(text, term), True))
        own = {term for term, _ in self.excluded}
        found += [
            Conflict(written, _sentence_with(text, term), False)
            for term, written in without
            if term not in own and any(term in clause for clause in self._positive)
        ]
        return tuple(found)


def _named(quantity: Quantity) -> str:
    subject = re.split(r"[\s,，]", quantity.subject)[-1][-12:]
    return f"{subject} {quantity.text}".strip()


def _pairs(subject: str) -> set[str]:
    """Neighbouring characters and Latin words of the last part of a figure's subject, stop words left out."""
    these = units(subject)[-16:]
    words = {unit.form for unit in these if unit.form[0] == "|" and unit.form not in STOPWORDS}
    pairs = {
        a.form + b.form for a, b in pairwise(these) if b.joined and a.form[0] != "|" and b.form[0] != "|"
    }
    return words | {pair for pair in pairs if pair not in STOPWORDS}


def _without(text: str) -> list[tuple[str, str]]:
    """What a text says it does without: as it stands in a line, and as written."""
    found = []
    for match in _WITHOUT.finditer(text[:20_000]):
        written = _ENDS.split(match["what"], maxsplit=1)[0].strip()
        words = [word for word in terms(units(written)).words if word not in STOPWORDS]
        term = line(written)
        if words and len(written) >= 1 and term:
            found.append((term, written))
    return found[:_MOST]


def _sentence(text: str, at: int) -> str:
    folded = fold(text)
    if len(folded) != len(text):
        # Folding lengthened something (㎡): cut plainly at full stops.
        start = max(text.rfind(mark, 0, at) for mark in "。；;！!？?\n") + 1
        ends = [end for mark in "。；;！!？?\n" if (end := text.find(mark, at)) >= 0]
        return text[start : min(ends, default=len(text)) + 1].strip()
    return next((text[start:end] for start, end in sentences(folded) if start <= at < end), "")


def _sentence_with(text: str, term: str) -> str:
    folded = fold(text)
    for start, end in sentences(folded):
        if term in line(folded[start:end]):
            return folded[start:end] if len(folded) != len(text) else text[start:end]
    return ""
