"""Words of the rule language: numbers with units, names in either script, operators.

Positions count from 0 inside the expression; the reader of the file turns them into line and column.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

SUFFIXES = ("及以上", "以上", "以下", "以内")
KEYWORDS = {
    "and": "and", "且": "and", "并且": "and",
    "or": "or", "或": "or", "或者": "or",
    "not": "not", "非": "not", "不是": "not",
    "in": "in", "属于": "in",
    "true": "true", "真": "true",
    "false": "false", "假": "false",
    "不低于": ">=", "不少于": ">=", "至少": ">=",
    "不超过": "<=", "不高于": "<=", "不多于": "<=", "至多": "<=",
    "大于": ">", "高于": ">", "超过": ">", "多于": ">",
    "小于": "<", "低于": "<", "少于": "<", "不足": "<",
    "等于": "==", "为": "==",
    "不等于": "!=",
    "及以上": "以上", "以上": "以上", "以下": "以下", "以内": "以内",
}  # fmt: skip
_OPERATORS = {
    "≥": ">=",
    "≤": "<=",
    "≠": "!=",
    "=": "==",
    "×": "*",
    "－": "-",
    "，": ",",
    "（": "(",
    "）": ")",
}
_TOKEN = re.compile(
    r"""
    (?P<space>\s+)
  | (?P<number>[0-9０-９](?:[0-9０-９,，]*[0-9０-９])?(?:[.．][0-9０-９]+)?)
  | (?P<text>'[^']*'|"[^"]*"|“[^”]*”|「[^」]*」)
  | (?P<word>[A-Za-z_][A-Za-z0-9_]*|[\u3400-\u9fff]+)
  | (?P<op>>=|<=|==|!=|[≥≤≠=<>+\-－*×()（）\[\],，.@])
    """,
    re.VERBOSE,
)
_UNIT = re.compile(r"[%％‰]|[\u3400-\u9fff]+")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?!\d)")


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


def tokens(text: str) -> list[Token]:
    """Split an expression into tokens, ending with one of type `end`. Raises `SyntaxFault`."""
    out: list[Token] = []
    i = 0
    while i < len(text):
        if dated := _DATE.match(text, i):
            out.append(Token("date", dated.group(), i))
            i = dated.end()
            continue
        m = _TOKEN.match(text, i)
        if m is None:
            raise SyntaxFault(
                f"看不懂的字符“{text[i]}”", i, "规则里只能用名称、数、单位和 + - * >= <= 等运算符"
            )
        kind, word, start = m.lastgroup, m.group(), i
        i = m.end()
        if kind == "space":
            continue
        if kind == "number":
            i = _number(text, m, out)
        elif kind == "text":
            out.append(Token("text", word[1:-1], start))
        elif kind == "word":
            keyword = KEYWORDS.get(word)
            out.append(Token("keyword" if keyword else "name", keyword or word, start))
        else:
            out.append(Token("op", _OPERATORS.get(word, word), start))
    out.append(Token("end", "", len(text)))
    return out


def _number(text: str, m: re.Match[str], out: list[Token]) -> int:
    digits = unicodedata.normalize("NFKC", m.group()).replace(",", "")
    i = m.end()
    while i < len(text) and text[i] == " ":
        i += 1
    unit, end = "", m.end()
    if found := _UNIT.match(text, i):
        unit, end = unicodedata.normalize("NFKC", found.group()), found.end()
        suffix = next((s for s in SUFFIXES if unit.endswith(s)), "")
        if unit in KEYWORDS and not suffix:
            unit, end = "", m.end()  # `300 且 …`: a keyword, not a unit
        elif suffix:
            out.append(Token("number", digits, m.start(), unit[: -len(suffix)]))
            out.append(Token("keyword", KEYWORDS[suffix], end - len(suffix)))
            return end
    out.append(Token("number", digits, m.start(), unit))
    return end
