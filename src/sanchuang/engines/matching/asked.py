"""Which parts of a need ask for something: not those that tell of today, of one's own means, of trials and payment.

A need says how things stand ("目前靠 16 名质检员"), what it offers ("我方可提供 500 h 录音") and how it will test ("连续
两个月验收"). Figures and words there are no requirements; a result that does not say them lacks nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sanchuang.engines.matching.quantities import COUNTED, Quantity, quantities
from sanchuang.engines.matching.script import SIMPLIFIED

Span = tuple[int, int]
# Of these the clauses before them in the sentence tell of today, too.
_STATE = r"目前|现在|现有|现用|现行|如今|原来|原先|以前|以往|从前|\b(?:currently|at present|today)\b"
_TODAY = re.compile(
    rf"{_STATE}|现场实测|去年|上年|曾|历年|仍靠|还靠|仍然靠|只能|常常|往往|经常|已有|积压|试过|买过|(?:^|[,，])现(?=[手采使])"
    r"|占全厂|计划|(?:我方|我司|我们|我厂|本厂|甲方)(?:可|能|已|会|将)?(?:有|提供|负责|自备|运营|给)|由(?:我方|甲方|我司|我们)"
    r"|\b(?:so far|we (?:have|own|operate|can|will))\b",
    re.IGNORECASE,
)
_TRIAL = re.compile(
    r"验收|考核|尾款|可付|抽检|质保|驻场|为准|试验段|试装|试用费|首批|先期|复核|\b(?:acceptance|pilot)\b"
    r"|^\s*(?:先|测试用|交付|报价|试用)",
    re.IGNORECASE,
)
_WISH = re.compile(
    r"要求|需要|需(?!方)|须|希望|想|寻求|征求|征集|目标|指标|必须|拟|(?:^|[,，:：。；;！!？?\n])\s*(?:要|求)"
    r"|\b(?:must|needs?|requires?|required|seeking|seeks?|wants?|look(?:s|ing)? for|should|shall)\b",
    re.IGNORECASE,
)
_STATES = re.compile(_STATE, re.IGNORECASE)
_SENTENCE = re.compile(r"(?:[^。；;！!？?\n.]|\.(?!\s))+(?:[。；;！!？?\n.]|$)")
_CLAUSE = re.compile(r"[^,，:：]+(?:[,，:：]|$)")


def unasked(text: str) -> list[Span]:
    """Where `text` asks for nothing, clause by clause: `[start, end)`, in order."""
    return list(_unasked(text.translate(SIMPLIFIED)))


def _unasked(plain: str) -> Iterator[Span]:
    begin = _first_wish(plain)
    for sentence in _SENTENCE.finditer(plain):
        tells = sentence.start() < begin and _STATES.search(sentence.group()) is not None
        for clause in _CLAUSE.finditer(plain, sentence.start(), sentence.end()):
            said = clause.group()
            if clause.start() == sentence.start() and _TRIAL.match(said):
                yield sentence.span()
                break
            wish, today = _WISH.search(said), _TODAY.search(said)
            if wish and not (today and today.start() < wish.start()):
                tells = False
            elif today:
                tells = True
            if tells or _TRIAL.search(said):
                yield clause.span()


def background(text: str) -> Span:
    """Where `text` tells of its matter before it asks: from the end of its title, if it has one, to its first wish."""
    plain = text.translate(SIMPLIFIED)
    begin = _first_wish(plain)
    title = plain.find("\n", 0, begin)
    return max(title, 0), begin


def _first_wish(plain: str) -> int:
    found = _WISH.search(plain)
    return found.start() if found else 0


def asked(need: str) -> list[Quantity]:
    """The figures that `need` asks for.

    A bare value or a range before the first wish or bound tells how things are, and a bare number of pieces is no
    measure of what is asked for.
    """
    silent = unasked(need)
    told = [each for each in quantities(need) if not any(start <= each.start < end for start, end in silent)]
    bounds = [each.start for each in told if _one_sided(each)]
    begin = min([_first_wish(need.translate(SIMPLIFIED)), *bounds])
    return [each for each in told if _one_sided(each) or (each.start >= begin and each.kind not in COUNTED)]


def _one_sided(quantity: Quantity) -> bool:
    return quantity.bounded and (quantity.low is None) != (quantity.high is None)
