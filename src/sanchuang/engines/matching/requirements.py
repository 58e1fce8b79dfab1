"""A need's figures and its "without" held against a document: met, not met, or not known.

Which figure of the document answers which of the need is told by `measures`, what of the need is a requirement at all by
`asked`. Where the document states no such figure the answer is unknown, never a no.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from sanchuang.engines.matching import properties
from sanchuang.engines.matching.asked import asked, unasked
from sanchuang.engines.matching.measures import (
    UNLIKE,
    Measure,
    compare,
    judge,
    likeness,
    measures,
    perhaps_same,
    rivals,
)
from sanchuang.engines.matching.quantities import quantities
from sanchuang.engines.matching.stopwords import STOPWORDS
from sanchuang.engines.matching.text import fold, line, mostly_latin, sentence_spans, terms, units
from sanchuang.values import Truth

__all__ = ["Conflict", "Figure", "Requirements", "compare"]

_MOST = 40
# So much of a document is held against needs, and so many of its figures; all of it is searched.
_READ, _MOST_FIGURES = 100_000, 1000
CUT = 0.3
_DENIED = (
    r"不含有?|不需要?|无需|无须|不用|不使用|不采用|不依赖|不添加|不加|不产生|免于|避免使用|未使用|未添加"
)
_WITHOUT = re.compile(
    rf"(?:{_DENIED}|without|free of|no need (?:for|of|to)|does not (?:use|contain|need|require))\s?"
    r"(?P<what>[^,，。;；:：!！?？\n()（）]{1,24})",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"[,，。;；:：!！?？\n]")
_DENIES = re.compile(
    r"[不无未没免非禁断]|取消|替代|代替|避|减少|降低|摆脱|去除|\b(?:no|not|without|free|avoid|replac|instead)",
    re.IGNORECASE,
)
_ENDS = re.compile(r"的|即可|就|便|而|但|也|且|并|情况|条件|时|等|\band\b|\bor\b|\bbut\b")
# What a plant is fed with and what is at hand is described, not asked of the result.
_OWN = re.compile(r"(?:废料|来料|进料|原料|物料|样品|样本|输入|数据|现场|我方|我们)[^,，。;；]{0,4}$")


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


class Requirements:
    """What a need asks for in figures and what it excludes, read once and held against many documents."""

    def __init__(self, need: str) -> None:
        """Read `need`."""
        found = measures(need, asked(need)[:_MOST])
        # What stands alone, or says under which condition another holds, asks for nothing by itself.
        conditions = {each.under.start for each in found if each.under is not None}
        self.figures = [
            each
            for each in found
            if (each.about or each.key)
            and (each.quantity.start not in conditions or (each.quantity.bounded and each.quantity.subject))
        ]
        silent = unasked(need)
        self.excluded = [
            (term, written)
            for term, written, at in _without(need)
            if not _OWN.search(need[max(at - 12, 0) : at])
            and not any(start <= at < end for start, end in silent)
        ]
        # A clause that denies anything may well mean to do without what it names.
        self._positive = [
            line(clause) for clause in _CLAUSE.split(need[:20_000]) if not _DENIES.search(clause)
        ]

    def __bool__(self) -> bool:
        """Whether there is anything to hold against a document besides its wording."""
        return bool(self.figures or self.excluded)

    def credit(self, text: str) -> float:
        """What a document's score counts for: less for each figure not met and each conflict; unknown costs nothing.

        The size of the cut is a judgement, not learnt: one failed figure of three costs a tenth.
        """
        wanted = len(self.figures) + len(self.excluded)
        failed = sum(figure.answer is Truth.NO for figure in self.check(text))
        failed += sum(conflict.need_excludes for conflict in self.conflicts(text))
        return 1 - CUT * min(1.0, failed / max(wanted, 1))

    def check(self, text: str) -> tuple[Figure, ...]:
        """Answer each of the need's figures from `text`; one of which nothing can be told is left out.

        That `text` states no such figure is said only where nothing in it may be one: it does not name the property,
        or has no figure of that dimension; and not of what an English need names in English and a Chinese text may
        state in Chinese.
        """
        if not self.figures:
            return ()
        text = text[:_READ]
        offered = _offered(text)
        found = []
        for wanted in self.figures:
            answer = _answer(wanted, offered)
            if answer is not None:
                found.append(answer)
            elif _surely_absent(wanted, offered, text):
                found.append(Figure(wanted.told, "", Truth.UNKNOWN, ""))
        return tuple(found)

    def conflicts(self, text: str) -> tuple[Conflict, ...]:
        """What the need excludes and `text` has, and what `text` excludes and the need asks for."""
        found = []
        text = text[:_READ]
        without = [(term, written) for term, written, _ in _without(text)]
        ruled_out = {term for term, _ in without}
        for term, written in self.excluded:
            sentence = _sentence_having(text, term) if term not in ruled_out else None
            if sentence:
                found.append(Conflict(written, sentence, True))
        own = {term for term, _ in self.excluded}
        found += [
            Conflict(written, _sentence_with(text, term), False)
            for term, written in without
            if term not in own and any(term in clause for clause in self._positive)
        ]
        return tuple(found)


def _without(text: str) -> list[tuple[str, str, int]]:
    """What a text says it does without: as it stands in a line, as written, and where it says so."""
    found = []
    for match in _WITHOUT.finditer(text[:20_000]):
        for part in re.split(r"[、/]", match["what"]):
            written = _ENDS.split(part, maxsplit=1)[0].strip()
            words = [word for word in terms(units(written)).words if word not in STOPWORDS]
            term = line(written)
            if words and written and term:
                found.append((term, written, match.start()))
    return found[:_MOST]


def _sentence_having(text: str, term: str) -> str | None:
    """Give the sentence of `text` in whose clause `term` stands without being denied."""
    for start, end in sentence_spans(text):
        for clause in _CLAUSE.split(text[start:end]):
            said = line(clause)
            # A single character (铅, 金) is a substance only in these.
            forms = [term] if len(term) > 1 else [f"含{term}", f"{term}基"]
            denied = _DENIES.search(clause) or f"零{term}" in said or f"{term}|free|" in said
            if not denied and any(form in said for form in forms):
                return text[start:end]
    return None


def _sentence_with(text: str, term: str) -> str:
    spans = sentence_spans(text)
    return next((text[start:end] for start, end in spans if term in line(text[start:end])), "")


@lru_cache(maxsize=512)
def _offered(text: str) -> tuple[Measure, ...]:
    """Give the figures of a document; needs ask the same documents again and again."""
    return tuple(measures(text, quantities(text)[:_MOST_FIGURES]))


def _surely_absent(wanted: Measure, offered: Sequence[Measure], text: str) -> bool:
    if not wanted.in_chinese and not mostly_latin(units(text)):
        return False
    kinds = {wanted.quantity.kind}
    if kinds & {"times", "more"} or (wanted.changes and "share" in kinds):
        kinds |= {"share", "times", "more"}  # what grew by 200 % has become three times as much
    of_kind = [each for each in offered if each.quantity.kind in kinds]
    if wanted.key is not None:
        named = any(name.key == wanted.key for name in properties.named(fold(text)))
        return not named and not any(each.key in (None, wanted.key) for each in of_kind)
    # What is counted in 个 may as well be told as a share.
    return wanted.quantity.kind != "个" and not of_kind


def _answer(wanted: Measure, offered: Sequence[Measure]) -> Figure | None:
    """Answer one figure of a need from that of the document which is most like it; None: there is none, or several."""
    alike = [(likeness(wanted, each), each) for each in offered]
    best = max((like for like, _ in alike), default=UNLIKE)
    if best == UNLIKE:
        perhaps = perhaps_same(wanted, offered)
        return Figure(wanted.told, perhaps.told, Truth.UNKNOWN, perhaps.sentence) if perhaps else None
    first = next(each for like, each in alike if like == best)
    answer = judge(wanted, first)
    # Others hardly less like it that say something else: which one is meant cannot be told.
    others = {judge(wanted, each) for like, each in alike if rivals(best, like)} - {Truth.UNKNOWN}
    return Figure(wanted.told, first.told, answer, first.sentence) if others <= {answer} else None
