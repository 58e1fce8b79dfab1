"""What a figure measures, and whether a document's figure answers a need's.

A figure of the document is of the same thing when both sides name the same property (`properties`) or, where a name is
not known, when their clauses share words; of several the one whose sentence resembles the need's more.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from sanchuang.engines.matching import properties
from sanchuang.engines.matching.quantities import Quantity
from sanchuang.engines.matching.stopwords import STOPWORDS
from sanchuang.engines.matching.text import fold, is_word, names_no_thing, sentence_spans, units
from sanchuang.values import Truth

# A figure called approximate leaves open what lies this near the bound.
_NEAR = 10
# To measure the same counts as much as this many shared pairs of characters.
_SAME_PROPERTY = 3
# So much is read of a sentence to compare it with another.
_READ = 400
# Sentences that share so many pairs fewer are nearly as alike.
_NEARLY = 2
# Units in which a text measures whatever it speaks of.
_OF_ANYTHING = frozenset((
    "个", "cycles", "share", "points", "times", "more", "time", "months", "length", "temperature", "money", "area", "volume", "data",
))  # fmt: skip
# What is said of any figure and tells none from another.
_SAID_OF_ALL = frozenset((
    "平均", "相对", "均值", "最大", "最小", "对比", "比对", "实际", "左右", "分别", "总体", "综合", "达到", "保持",
))  # fmt: skip
# What is no property by a known name and may yet be none of those without a name: "every 30 min", 灵敏度离散度.
_INTERVAL, _ANOTHER_KEY = "interval", "another"
_NEVER_ELSE = {_INTERVAL, _ANOTHER_KEY}
# What introduces a figure and is no part of what it is of.
_IDLE = re.compile(r"^[时后前下内]|要求|需要|希望|想要|必须|一次|要有|须有|分别为?|达到|保持|时(?=\W*$)")
# A further noun after a property's name is what the figure is of: 灵敏度离散度.
_ANOTHER = re.compile(r"[^\W\d_]*(?<!强)[度率量性比差](?:为|约|达|达到|仅|只有|不足|超过|占)?\W*$")
# What a device must stand lies inside what it can stand; what a part must measure lies around what it measures.
_WORKING = re.compile(
    r"工作|使用|适用|运行|环境|耐|量程|范围|高度|体重|operating|working|range", re.IGNORECASE
)
# A change is no level: "误差低 38 %" states no error.
_CHANGE = re.compile(
    r"比[^,，]{0,16}[低高快少多长短]|提高|提升|降低|下降|降(?!解)|减少|增加|增大|增幅|缩短|节省|损失|衰减|漂移|上升"
)
# That two figures are of a change does not make them of the same thing.
_CHANGED = re.compile(
    r"(?:提高|提升|增加|增大|增长|上升|升高|延长|扩大|加快|降低|下降|减少|减小|缩小|缩短|节省|[升降])了?\W*$"
)
# Where a change leads to: "由 90 % 提高到 97 %".
_REACHES = re.compile(
    r"(?:(?P<up>提高|提升|增加|增大|增长|上升|升高|延长|扩大|加快|升|增)|降低|下降|减少|减小|缩小|缩短|压缩|降|减)了?(?:到|至|为)\W*$"
)
# What leads up to a figure's subject and is left out when it is read aloud.
_LEADING = re.compile(r"^(?:要求|需要|希望|想要|必须|要有|须有|须|[的了且并或及×]|[\s,，、:：·/—-])+")
_FOLLOWS = re.compile(r"[^\W\d_]{0,8}")
# A month has at least and at most so many days, in seconds.
_MONTH = (Fraction(28 * 86400), Fraction(31 * 86400))


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure with what it is of.

    told      the figure with the last words of its subject, for reading aloud
    sentence  as written
    key       which property its clause names, None: none that is known
    about     pairs of characters and Latin words of its clause besides
    changes   whether it tells of a change and not of a level
    under     the figure right before it that says under which condition: "200 ℃ 抗拉 300 MPa"
    """

    quantity: Quantity
    told: str
    sentence: str
    key: str | None
    about: frozenset[str]
    changes: bool
    under: Quantity | None

    @property
    def in_chinese(self) -> bool:
        """Whether what the figure is of is said in Chinese, or by a name that is known in both languages."""
        return self.key is not None or any(not is_word(form) for form in self.about)


def compare(wanted: Quantity, offered: Quantity) -> Truth:
    """Whether `offered` meets `wanted`; unknown where the texts leave it open."""
    if wanted.kind != offered.kind:
        return Truth.UNKNOWN
    if wanted.ranged and offered.ranged and _WORKING.search(fold(wanted.subject)):
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


def measures(text: str, figures: Sequence[Quantity]) -> list[Measure]:
    """Say of each figure of `text`, in order, what it measures.

    In a list the first says it for those after it: "抓取成功率纸箱 99 %、软包 97 %". A figure with nothing before it is
    of what comes after: "2 s 内告警".
    """
    if not figures:
        return []
    spans = sentence_spans(text)
    # One string for all figures of a sentence, however long that is.
    sentences: dict[int, str] = {}
    found: list[Measure] = []
    for each in figures:
        before = found[-1] if found else None
        number = max(bisect_right(spans, each.start, key=lambda span: span[0]) - 1, 0)
        sentence = sentences.get(number) or sentences.setdefault(number, text[slice(*spans[number])])
        subject = fold(each.subject)[-32:] or fold(_after(text, each))
        names = properties.named(subject)
        key = _key(each, subject, names)
        besides, changes = subject, each.kind == "more" or _CHANGE.search(subject) is not None
        if not names and (changed := _CHANGED.search(subject)) is not None:
            besides = subject[: changed.start()]
        if (reached := _REACHES.search(subject)) and _is_wanted(each, reached["up"] is not None, names):
            besides = subject[: reached.start()]
            changes = _CHANGE.search(besides) is not None
        for name in reversed(names):
            besides = f"{besides[: name.start]} {besides[name.end :]}"
        if key is None and not changes and before and _listed(text, before.quantity, each, subject):
            key = before.key
        under = before.quantity if before and _is_condition(text, before.quantity, each) else None
        told = _told(text, each, under)
        found.append(Measure(each, told, sentence, key, _pairs(_IDLE.sub(" ", besides)), changes, under))
    return found


def _is_wanted(quantity: Quantity, up: bool, names: Sequence[properties.Named]) -> bool:
    """Tell whether a change leads where one wants to be: then it says how good a thing is, else what becomes of it.

    "大雨时检出率降至 94 %" is no detection rate to compare. Of a property that is not known more is taken to be
    wanted, unless the figure is an upper bound.
    """
    more = properties.more_is_wanted(names[-1].key) if names else None
    if more is None:
        return up or (quantity.bounded and quantity.low is None)
    return up == more


def _key(quantity: Quantity, subject: str, names: Sequence[properties.Named]) -> str | None:
    if quantity.kind.startswith("money/"):
        return "price"
    if subject.endswith("每"):
        return _INTERVAL
    if names and _ANOTHER.match(subject, names[-1].end):
        return _ANOTHER_KEY
    return names[-1].key if names else None


def _after(text: str, quantity: Quantity) -> str:
    """What follows a figure in its clause, as far as it is words and no further figure."""
    found = _FOLLOWS.match(text, quantity.end)
    return found.group() if found else ""


def _told(text: str, quantity: Quantity, under: Quantity | None) -> str:
    if quantity.subject:
        told = _with_subject(quantity)
        return told if under is None else f"{_with_subject(under)} {told}"
    return f"{quantity.text}{_after(text, quantity)}"


def _with_subject(quantity: Quantity) -> str:
    last = re.split(r"[,，]", quantity.subject)[-1]
    last = " ".join(last.split()[-4:]) if last.isascii() else last[-18:]
    return f"{_LEADING.sub('', last)} {quantity.text}".strip()


def _listed(text: str, before: Quantity, after: Quantity, subject: str) -> bool:
    """Tell whether two figures stand in one list of what has the same property.

    Little stands between them, and what the second is of is neither a doing of its own nor what the first excels.
    """
    between = text[before.end : after.start]
    # A comma lists only shares: "误差 5 m，高度 30 m" is no list.
    comma = "[、,，和或及]" if after.kind == "share" else "[、和或及]"
    return (
        before.kind == after.kind
        and len(between) <= 16
        and re.fullmatch(rf"\s?{comma}[^、,，。；;\n()（）\d]*", between) is not None
        and re.search(r"[好优劣高低]于|相比|对照|而", between) is None
        and not names_no_thing(subject)
    )


def _is_condition(text: str, before: Quantity, after: Quantity) -> bool:
    between = text[before.end : after.start]
    bare = not before.bounded and before.kind != after.kind
    return bare and len(between) <= 16 and not re.search(r"[,，、。；;:：\n]", between)


class Likeness(NamedTuple):
    """How alike two figures are, weightiest first; all 0: not at all.

    sure        by the property both name and the pairs of their clauses
    condition   1: measured under the same, -1: under another, 0: the texts do not tell
    characters  that the words beside the properties share
    around      pairs that their sentences share
    besides     less for each pair of the offered figure's clause that the need's has not
    """

    sure: int
    condition: int
    characters: int
    around: int
    besides: int


UNLIKE = Likeness(0, 0, 0, 0, 0)


def likeness(wanted: Measure, offered: Measure) -> Likeness:
    """How surely `offered` is of what `wanted` is of."""
    one, other = wanted.key, offered.key
    if one == other == _ANOTHER_KEY:
        one = other = None
    if wanted.changes != offered.changes or not _comparable(wanted.quantity.kind, offered.quantity.kind):
        return UNLIKE
    same = one is not None and other is not None
    if not same and {one, other} & _NEVER_ELSE:
        return UNLIKE
    if same and one != other and not properties.complements(one or "", other or ""):
        return UNLIKE
    shared = len(wanted.about & offered.about)
    if same and _of_different_things(wanted.about, offered.about):
        return UNLIKE
    # A bare value, and the temperature of whatever it may be, need more to be known by.
    few = wanted.quantity.bounded and wanted.quantity.kind != "temperature"
    if not same and shared < (1 if few else 2):
        return UNLIKE
    return Likeness(
        shared + _SAME_PROPERTY * same,
        _condition(wanted, offered),
        len(_characters(wanted.about) & _characters(offered.about)),
        len(_pairs(wanted.sentence[:_READ]) & _pairs(offered.sentence[:_READ])),
        -len(offered.about - wanted.about),
    )


def rivals(best: Likeness, other: Likeness) -> bool:
    """Whether a figure is nearly as like what is wanted as the one that is most like it.

    One of just what is wanted (机动车) has no rival in one of something narrower (非机动车).
    """
    return (
        other.sure == best.sure
        and other.condition >= best.condition
        and other.characters >= best.characters
        and other.around + _NEARLY >= best.around
        and (other.besides == 0 or best.besides < 0)
    )


def perhaps_same(wanted: Measure, offered: Sequence[Measure]) -> Measure | None:
    """The one figure that may be what is wanted though nothing but its unit says so; None for units of anything.

    It is the only one in its unit of which the document does not say otherwise, or has the very value of a bare one.
    """
    of_kind = [
        each
        for each in offered
        if each.quantity.kind == wanted.quantity.kind
        and each.changes == wanted.changes
        and (each.key is None or wanted.key is None)
        and each.under is None
    ]
    if wanted.quantity.kind in _OF_ANYTHING:
        return None
    bare = not wanted.quantity.bounded
    if bare and not wanted.in_chinese:
        return None
    equal = [each for each in of_kind if bare and each.quantity.low == wanted.quantity.low]
    if len(of_kind) == 1:
        return of_kind[0]
    return equal[0] if len(equal) == 1 else None


def _condition(wanted: Measure, offered: Measure) -> int:
    """1: measured under the same condition, -1: under another, 0: the texts do not tell."""
    one, other = wanted.under, offered.under
    if one is None or other is None or one.kind != other.kind:
        return 0
    ends = ((one.low, other.low), (one.high, other.high))
    near = all(a == b if a is None or b is None else abs(a - b) * _NEAR <= abs(a) for a, b in ends)
    return 1 if near else -1


def _comparable(one: str, other: str) -> bool:
    return one == other or {one, other} in ({"months", "time"}, {"more", "share"})


def _in_days(quantity: Quantity, month: Fraction) -> Quantity:
    """Write months in seconds, `month` to each."""
    if quantity.kind != "months":
        return quantity
    low, high = (None if bound is None else bound * month for bound in (quantity.low, quantity.high))
    return replace(quantity, kind="time", low=low, high=high)


def judge(wanted: Measure, offered: Measure) -> Truth:
    """Compare two figures of which `offered` is of the same thing as `wanted`, as far as the texts tell."""
    if _condition(wanted, offered) < 0:
        return Truth.UNKNOWN
    if (wanted.key is None) != (offered.key is None) and len(wanted.about & offered.about) < 2:
        # One side names what it measures and the other does not: a single pair in common is too little.
        return Truth.UNKNOWN
    # 提高一倍 is 提高 100 %.
    asks, has = (
        replace(each.quantity, kind="share") if each.quantity.kind == "more" else each.quantity
        for each in (wanted, offered)
    )
    if asks.kind != has.kind:
        # Sure is only what holds for short months and for long ones.
        answers = {compare(_in_days(asks, month), _in_days(has, month)) for month in _MONTH}
        return answers.pop() if len(answers) == 1 else Truth.UNKNOWN
    if wanted.key and offered.key and wanted.key != offered.key:
        if not wanted.about & offered.about:
            return Truth.UNKNOWN
        has = replace(
            has,
            low=None if has.high is None else 1 - has.high,
            high=None if has.low is None else 1 - has.low,
        )
    more = properties.more_is_wanted(wanted.key) if wanted.key else None
    if more is not None and not asks.bounded:
        # "成功率 95 %" is met by 96 % as well.
        asks = replace(asks, bounded=True, high=None) if more else replace(asks, bounded=True, low=None)
    return compare(asks, has)


def _of_different_things(one: frozenset[str], other: frozenset[str]) -> bool:
    """Tell whether both sides qualify what they measure, in the same script, without a character in common."""
    own, others = _characters(one), _characters(other)
    return bool(own and others) and not own & others


def _characters(forms: frozenset[str]) -> set[str]:
    return {character for form in forms if form[0] != "|" for character in form}


@lru_cache(maxsize=2048)
def _pairs(subject: str) -> frozenset[str]:
    """Neighbouring characters and Latin words of the last part of a subject, stop words left out."""
    these = units(subject)
    words = {
        unit.form
        for unit in these
        if unit.form[0] == "|" and unit.form not in STOPWORDS and not unit.form[1].isdigit()
    }
    pairs = {
        a.form + b.form for a, b in pairwise(these) if b.joined and a.form[0] != "|" and b.form[0] != "|"
    }
    return frozenset(words | {pair for pair in pairs if pair not in STOPWORDS | _SAID_OF_ALL})
