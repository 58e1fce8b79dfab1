"""Reading figures from text such as 近300项, 超1亿元, 240余位, 50%以上, 几十公里.

Inclusive and exclusive words follow Article 1259 of the Civil Code: 以上 and 以下 include the number, 超过
and 不满 do not.
"""

from __future__ import annotations

import re
from fractions import Fraction

from sanchuang.values.errors import Malformed
from sanchuang.values.figures import Figure, Op
from sanchuang.values.numbers import half_width, split_multiplier, split_number

_SIGNS = {
    "=": Op.EXACT, "==": Op.EXACT, "≈": Op.ABOUT, "~": Op.ABOUT, "<~": Op.NEARLY,
    ">": Op.OVER, "≥": Op.AT_LEAST, ">=": Op.AT_LEAST, "⩾": Op.AT_LEAST, "≧": Op.AT_LEAST,
    "<": Op.UNDER, "≤": Op.AT_MOST, "<=": Op.AT_MOST, "⩽": Op.AT_MOST, "≦": Op.AT_MOST,
}  # fmt: skip
_BEFORE = {
    Op.EXACT: "等于 正好 共",
    Op.ABOUT: "约 約 大约 大約 约为 約為 大概 about around",
    Op.NEARLY: "近 将近 將近 接近 nearly almost",
    Op.OVER: "超 超过 超過 逾 超出 突破 大于 大於 多于 高于 over above",
    Op.AT_LEAST: "至少 不少于 不少於 不低于 不低於 不小于 最少 最低 达到 atleast",
    Op.UNDER: "不足 不到 不满 不滿 未满 少于 少於 低于 低於 小于 小於 under below",
    Op.AT_MOST: "至多 最多 不超过 不超過 不高于 不高於 不多于 不大于 最高 最大 atmost upto",
}
_AFTER = {
    Op.OVER: "余 餘 多",
    Op.AT_LEAST: "以上 及以上",
    Op.AT_MOST: "以下 及以下 以内 以內 之内",
    Op.ABOUT: "左右 上下",
}
_WORD_OPS = {word: op for op, words in (*_BEFORE.items(), *_AFTER.items()) for word in words.split()}
_LEADING = {
    **_SIGNS,
    **{word: op for op, words in _BEFORE.items() for word in words.split() if not word.isascii()},
}
_TRAILING = {
    word: op for op, words in _AFTER.items() for word in words.split() if word not in {"余", "餘", "多"}
}
_BY_LENGTH = sorted(_LEADING, key=len, reverse=True)
_TRAILING_BY_LENGTH = sorted(_TRAILING, key=len, reverse=True)
# Amounts that a source leaves open; they stay words.
_VAGUE = re.compile(
    r"几|幾|数[十百千万亿]|數[十百千萬億]|若干|上百|上千|成百|many|several|dozens|hundreds|thousands"
)
# A unit is a word, not a second figure: 300项，超1亿元 is refused.
_NO_UNIT = re.compile(r"[-+0-9.]|.*[,;:。、！？!?<>=≥≤≈()]")
MAX_UNIT = 40  # characters
_HOW = "写成 近300项、超1亿元、≥95%、240余位 的样子；只有文字时用 words"


def read_op(text: str) -> Op:
    """The operator of a sign or a word; see `Op.parse`."""
    plain = half_width(text).lower().replace(" ", "")
    if plain == Op.WORDS:
        return Op.WORDS
    if plain in _SIGNS:
        return _SIGNS[plain]
    if plain in _WORD_OPS:
        return _WORD_OPS[plain]
    raise Malformed(f"不认识符号“{text.strip()}”", "可用：" + " ".join(op.value for op in Op))


def split_op(text: str) -> tuple[Op, str]:
    """The operator that `text` says in words or signs before or behind a value, and the rest: `约1,234`, `50人以上`.

    Exact and the whole text where it says none, or two that do not agree. Never raises.
    """
    found, body = _said(half_width(text))
    if len(set(found)) != 1 or not body:
        return Op.EXACT, text
    return found[0], body


def _said(plain: str) -> tuple[list[Op], str]:
    """The operators of the longest words or signs before and behind a value, and what stands between."""
    found: list[Op] = []
    body = plain
    for word in _BY_LENGTH:
        if body.startswith(word):
            found.append(_LEADING[word])
            body = body[len(word) :].lstrip()
            break
    for word in _TRAILING_BY_LENGTH:
        if body.endswith(word):
            found.append(_TRAILING[word])
            body = body[: -len(word)].rstrip()
            break
    return found, body


def read_figure(text: str) -> Figure:
    """The figure that `text` writes; see `Figure.parse`."""
    plain = half_width(text)
    if not plain:
        raise Malformed("没有写数据", _HOW)
    if _VAGUE.search(plain):
        return Figure.in_words(text.strip())
    found, body = _said(plain)
    try:
        value, unit = _number_with_more(body, found)
    except Malformed as error:
        raise Malformed(f"“{plain}”不是数据：{error.message}", error.remedy or _HOW) from None
    if len(set(found)) > 1:
        raise Malformed(f"“{plain}”有两个方向的说法", "只留一个，例如 超300项")
    return Figure(value, found[0] if found else Op.EXACT, unit)


def _number_with_more(body: str, found: list[Op]) -> tuple[Fraction, str]:
    """Value and unit; 余 or 多 after the digits (240余位, 3000余万元) adds OVER to `found`."""
    value, rest = split_number(body)
    if rest[:1] in {"余", "餘", "多"}:
        found.append(Op.OVER)
        size, rest = split_multiplier(rest[1:])
        value *= size
    if _NO_UNIT.match(rest) or len(rest) > MAX_UNIT:
        raise Malformed(f"“{rest}”不是单位", _HOW)
    return value, rest
