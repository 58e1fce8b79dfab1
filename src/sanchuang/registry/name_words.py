"""What the parts of an organisation's name are: where it is, what it is by law, a branch, a number; and what is left.

The words are those of the Chinese company register and of English names; a name in another language has a core
without them. Nothing here is shown to anybody.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sanchuang.registry.names import search_key

# What an organisation is by law, longest first: the words are a spelling, the class is not. A group stays in the core:
# 某某集团 is another than 某某有限公司 and the same as 某某集团有限公司.
_FORMS = (
    ("股份有限责任公司", "company"),
    ("有限责任公司", "company"),
    ("股份有限公司", "company"),
    ("有限公司", "company"),
    ("股份公司", "company"),
    ("公司", "company"),
    ("合伙企业有限合伙", "partnership"),
    ("合伙企业普通合伙", "partnership"),
    ("特殊普通合伙", "partnership"),
    ("有限合伙", "partnership"),
    ("普通合伙", "partnership"),
    ("合伙企业", "partnership"),
    ("农民专业合作社", "cooperative"),
    ("专业合作社", "cooperative"),
    ("合作社", "cooperative"),
    ("个体工商户", "person"),
    ("个人独资", "person"),
)
_ENGLISH_FORMS = {
    "co": "company",
    "company": "company",
    "ltd": "company",
    "limited": "company",
    "inc": "company",
    "incorporated": "company",
    "corp": "company",
    "corporation": "company",
    "llc": "company",
    "plc": "company",
    "gmbh": "company",
    "liability": "company",
    "partnership": "partnership",
    "lp": "partnership",
    "llp": "partnership",
}
_BRANCH = re.compile(
    "(?:分公司|分店|分厂|分院|分所|分校|分行|支行|分社|分部|分中心|营业部|门市部|办事处|代表处|子公司)$"
)
_ENGLISH_BRANCH = frozenset({"branch", "subsidiary"})
# Characters by which names that are otherwise the same are told apart.
TELLING = frozenset("甲乙丙丁戊己庚辛东西南北中上下左右前后内外新老旧男女大小")
# What a place may be called without.
PLACE_ENDS = ("特别行政区", "自治区", "自治州", "自治县", "新区", "省", "市", "区", "县")
_NUMERALS = {
    **{char: str(n) for n, char in enumerate("零一二三四五六七八九")},
    **{char: str(n) for n, char in enumerate("〇壹贰叁肆伍陆柒捌玖")},
    **{str(n): str(n) for n in range(10)},
    "两": "2",
    "拾": "十",
    "佰": "百",
    "仟": "千",
    "十": "十",
    "百": "百",
    "千": "千",
}
_DIGITS = str.maketrans({char: digit for char, digit in _NUMERALS.items() if char != digit})
_BRACKETED = re.compile(r"[(\[【〔「]([^()\[\]【】〔〕「」]*)[)\]】〕」]")
_LEAST_CORE = 4  # characters that a name without its place needs, to be told from others


@dataclass(frozen=True, slots=True)
class Spelling:
    """One name as it is compared.

    `key` is the name without what does not tell names apart (script, width, case, spaces, punctuation); `core` the key
    without places and legal form and with its numerals as digits; `places` those it names, by their short forms; `form`
    the class of the legal form, empty where the name does not say; `branch` whether it is a branch of something;
    `numerals` its digits in their order; `han` whether the core has other than ASCII characters.
    """

    key: str
    core: str
    places: frozenset[str]
    form: str
    branch: bool
    numerals: str
    han: bool


class Speller:
    """Takes names apart; `regions` are the places (province, city, district …) that names of this district begin with."""

    def __init__(self, regions: Iterable[str] = ()) -> None:
        self._regions: dict[str, str] = {}
        for region in regions:
            key = search_key(region)
            short = _short(key)
            if len(short) > 1:
                self._regions |= {key: short, short: short}
        self._longest = max(map(len, self._regions), default=0)

    def spelt(self, name: str) -> Spelling | None:
        """`name` taken apart; None for a text of which nothing can be compared."""
        key = search_key(name)
        if not key:
            return None
        if key.isascii():
            return self._english(name, key)
        rest, places = key, set()
        for inside in _BRACKETED.findall(unicodedata.normalize("NFKC", name)):
            place = search_key(inside)
            if place in self._regions:
                places.add(self._regions[place])
                before, _place, after = rest.rpartition(place)
                rest = before + after
        branch = bool(_BRANCH.search(rest))
        form = ""
        if not branch:
            rest, form = _without_form(rest)
        while found := self._leading(rest):
            places.add(self._regions[found])
            rest = rest[len(found) :]
        if len(rest) < _LEAST_CORE:
            rest, places = _without_form(key)[0] if not branch else key, set()
        core = rest.translate(_DIGITS)
        return Spelling(key, core, frozenset(places), form, branch, _numerals(core), not core.isascii())

    def _leading(self, text: str) -> str:
        for size in range(min(self._longest, len(text) - 1), 1, -1):
            if text[:size] in self._regions:
                return text[:size]
        return ""

    def _english(self, name: str, key: str) -> Spelling:
        folded = unicodedata.normalize("NFKC", name).casefold().replace("&", " and ")
        words = ["".join(filter(str.isalnum, word)) for word in re.split(r"[\s,;()\[\]/_-]+", folded)]
        words = [word for word in words if word]
        branch = not _ENGLISH_BRANCH.isdisjoint(words)
        form = ""
        while len(words) > 1 and (found := _ENGLISH_FORMS.get(words[-1])):
            words.pop()
            form = form or found
        places = {self._regions[word] for word in words if word in self._regions}
        left = [word for word in words if word not in self._regions]
        if sum(map(len, left)) < _LEAST_CORE:
            left, places = words, set()
        core = "".join(left)
        return Spelling(key, core, frozenset(places), form, branch, _numerals(core), False)


def _short(key: str) -> str:
    for end in PLACE_ENDS:
        if key.endswith(end) and len(key) - len(end) > 1:
            return key[: -len(end)]
    return key


def _without_form(text: str) -> tuple[str, str]:
    for words, form in _FORMS:
        if text.endswith(words) and len(text) > len(words):
            return text[: -len(words)], form
    return text, ""


def _numerals(core: str) -> str:
    return "".join(char for char in core if char in _NUMERALS)


def apart(one: Spelling, other: Spelling) -> bool:
    """Whether what the two names say of themselves makes them names of different organisations.

    Another number, another place, another class of legal form, or a branch and what it is a branch of.
    """
    return (
        one.numerals != other.numerals
        or one.branch != other.branch
        or bool(one.form and other.form and one.form != other.form)
        or not _within(one.places, other.places)
    )


def _within(one: Collection[str], other: Collection[str]) -> bool:
    return set(one) <= set(other) or set(other) <= set(one)
