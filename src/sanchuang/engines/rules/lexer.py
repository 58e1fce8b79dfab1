"""Words of the rule language: numbers with units, names in either script, operators.

Positions count from 0 inside the expression; the reader of the file turns them into line and column.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass

SUFFIXES = ("及以上", "以上", "以下", "以内")
KEYWORDS = {
    "and": "and", "且": "and", "并且": "and",
    "or": "or", "或": "or", "或者": "or",
    "not": "not", "非": "not", "不是": "not",
    "in": "in", "属于": "in", "不属于": "not in",
    "true": "true", "真": "true",
    "false": "false", "假": "false",
    "不低于": ">=", "不少于": ">=", "不小于": ">=", "至少": ">=",
    "不超过": "<=", "不高于": "<=", "不多于": "<=", "不大于": "<=", "至多": "<=",
    "大于": ">", "高于": ">", "超过": ">", "多于": ">",
    "小于": "<", "低于": "<", "少于": "<", "不足": "<", "不满": "<",
    "等于": "==", "为": "==",
    "不等于": "!=",
    "及以上": "以上", "以上": "以上", "以下": "以下", "以内": "以内",
}  # fmt: skip
_OPERATORS = {
    "≥": ">=", "≧": ">=", "≤": "<=", "≦": "<=", "≠": "!=", "=": "==", "＝": "==", "＞": ">", "＜": "<",
    "×": "*", "＊": "*", "＋": "+", "－": "-", "−": "-",
    "，": ",", "、": ",", "（": "(", "）": ")", "［": "[", "］": "]", "【": "[", "】": "]",
}  # fmt: skip
_QUOTES = {"'": "'", '"': '"', "“": "”", "‘": "’", "「": "」"}
_DIGITS = "[0-9０-９]"
_TOKEN = re.compile(
    rf"""
    (?P<space>\s+)
  | (?P<number>{_DIGITS}(?:[0-9０-９,，]*{_DIGITS})?(?:[.．]{_DIGITS}+)?)
  | (?P<text>'[^']*'|"[^"]*"|“[^”]*”|‘[^’]*’|「[^」]*」)
  | (?P<word>(?:[A-Za-z_][A-Za-z0-9_]*|[\u3400-\u9fff〇])+)
  | (?P<op>>=|<=|==|!=|[≥≧≤≦≠=＝<＜>＞+＋\-－−*＊×()（）\[\]［］【】,，、.@])
    """,
    re.VERBOSE,
)
_UNIT = re.compile(r"[%％‰]|[\u3400-\u9fff]+")
_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})-([0-9]{2})(?![0-9])|年([0-9]{1,2})月([0-9]{1,2})日)")
_LIKE_A_DATE = re.compile(r"[0-9]{4,}-[0-9]{1,2}-[0-9]{1,2}(?![0-9])")
_GLUED_UNIT = re.compile(r"[A-Za-z]+")
_GROUPED = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
NAME = re.compile(r"(?:[A-Za-z_][A-Za-z0-9_]*|[\u3400-\u9fff〇])+")
"""What a name looks like: letters of either script and underscores, digits after a Latin letter."""

MAX_DIGITS = 30
_JOINERS = [w for w in KEYWORDS if w[0] > "z"]


@dataclass(frozen=True)
class Token:
    """One word: its type, its text as used by the parser, and where it begins."""

    type: str  # number, date, text, name, keyword, op, end
    text: str
    at: int
    unit: str = ""


class SyntaxFault(ValueError):
    """A fault inside an expression, at a character offset, with a remedy."""

    def __init__(self, message: str, at: int, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.at = at
        self.remedy = remedy


def glued(word: str) -> str:
    """The keyword that stands inside a word without spaces around it, or nothing."""
    found = [k for k in _JOINERS if k in word and k != word and k not in SUFFIXES and k != "为"]
    return max(found, key=len, default="")


def tokens(text: str) -> list[Token]:
    """Split an expression into tokens, ending with one of type `end`. Raises `SyntaxFault`.

    Names and keywords are separated by spaces or signs: Chinese has none, so `上市且盈利` is one name.
    """
    out: list[Token] = []
    open_: list[str] = []  # what each open bracket is: a "group", or a "list" in which commas separate
    i = 0
    while i < len(text):
        if dated := _DATE.match(text, i):
            out.append(Token("date", _day(dated, i), i))
            i = dated.end()
            continue
        if mistaken := _LIKE_A_DATE.match(text, i):
            raise SyntaxFault(f"“{mistaken.group()}”不是日期", i, "写成 2025-05-27；相减时在减号两边加空格")
        m = _TOKEN.match(text, i)
        if m is None:
            raise _unreadable(text, i)
        kind, word, start = m.lastgroup, m.group(), i
        i = m.end()
        if kind == "space":
            continue
        if kind == "number":
            i = _number(text, m, out, separates=open_[-1:] == ["list"])
        elif kind == "text":
            out.append(Token("text", word[1:-1], start))
        elif kind == "word":
            keyword = KEYWORDS.get(word)
            out.append(Token("keyword" if keyword else "name", keyword or word, start))
        else:
            op = _OPERATORS.get(word, word)
            if op in ("(", "["):
                named = bool(out) and out[-1].type == "name" and op == "("
                open_.append("list" if named or op == "[" else "group")
            elif op in (")", "]") and open_:
                open_.pop()
            out.append(Token("op", op, start))
    out.append(Token("end", "", len(text)))
    return out


def _unreadable(text: str, i: int) -> SyntaxFault:
    char = text[i]
    if char in _QUOTES:
        return SyntaxFault("引号没有结束", i, f"补上另一半引号 {_QUOTES[char]}")
    if char in "/÷／":
        return SyntaxFault("没有除法", i, "两数之比写 ratio(甲, 乙)，乘以比率写 甲 * 50%")
    return SyntaxFault(f"看不懂的字符“{char}”", i, "规则里只能用名称、数、单位和 + - * >= <= 等运算符")


def _day(m: re.Match[str], at: int) -> str:
    year, month, day, month_said, day_said = m.groups()
    try:
        return dt.date(int(year), int(month or month_said), int(day or day_said)).isoformat()
    except ValueError as error:
        raise SyntaxFault(f"“{m.group()}”不是日期", at, "写成 2025-05-27") from error


def _number(text: str, m: re.Match[str], out: list[Token], *, separates: bool) -> int:
    """Append a number with its unit; gives where reading goes on. With `separates`, commas part items."""
    digits, end = unicodedata.normalize("NFKC", m.group()), m.end()
    if "," in digits and separates:
        if _GROUPED.fullmatch(digits):
            message = f"括号里的“{digits}”可能是一个数，也可能是两个"
            raise SyntaxFault(message, m.start(), "一个数就去掉逗号，两个数就在逗号后加空格")
        digits = digits[: digits.index(",")]
        end = m.start() + len(digits)
    elif "," in digits and not _GROUPED.fullmatch(digits):
        raise SyntaxFault(f"“{digits}”的千分位不对", m.start(), "每三位一个逗号，或不写逗号")
    digits = digits.replace(",", "")
    if len(digits) > MAX_DIGITS:
        raise SyntaxFault(f"数太长（超过 {MAX_DIGITS} 位）", m.start(), "换成万、亿作单位")
    if latin := _GLUED_UNIT.match(text, end):
        raise SyntaxFault(f"不认识的单位“{latin.group()}”", end, "单位用汉字写，例：300人、2000万元、50%")
    i = end
    while i < len(text) and text[i] in " \u3000":
        i += 1
    unit = ""
    if found := _UNIT.match(text, i):
        unit = unicodedata.normalize("NFKC", found.group())
        suffix = next((s for s in SUFFIXES if unit.endswith(s)), "")
        if suffix:
            unit, end = unit[: -len(suffix)], found.end()
            out.append(Token("number", digits, m.start(), _unit(unit, m.start())))
            out.append(Token("keyword", KEYWORDS[suffix], end - len(suffix)))
            return end
        if unit in KEYWORDS:
            unit = ""  # `300 且 …`: a keyword, not a unit
        else:
            end = found.end()
    out.append(Token("number", digits, m.start(), _unit(unit, m.start())))
    return end


def _unit(unit: str, at: int) -> str:
    if word := glued(unit) or next((s for s in SUFFIXES if s in unit), ""):
        raise SyntaxFault(f"单位“{unit}”里有“{word}”", at, f"“{word}”的前后要有空格")
    return unit
