"""Literals of the rule language: `2000万元`, `50%`, `300人`, `2025-05-27`, `true`, or a word."""

from __future__ import annotations

import datetime as dt

from sanchuang.engines.rules.dictionary import Scalar
from sanchuang.engines.rules.lexer import SyntaxFault, Token, tokens
from sanchuang.engines.rules.tree import Literal, Place
from sanchuang.engines.rules.types import BOOL, DATE, MONEY, NUMBER, Kind, Type
from sanchuang.values import Malformed, Yuan, parse_number, parse_rate


def literal_value(text: str) -> tuple[Scalar, Type]:
    """A single literal, perhaps negative; anything that does not begin as a number or date is a word.

    Raises `SyntaxFault`.
    """
    if text in ("true", "false"):
        return text == "true", BOOL
    word = text, Type(Kind.CHOICE, "", (text,))
    if not text.strip() or not (text.strip()[0].isdigit() or text.strip()[0] in "-－−+＋"):
        return word
    words = tokens(text)
    negative = words[0].text == "-"
    body = words[1:] if negative else words
    if len(body) != 2 or body[0].type not in ("number", "date"):
        raise SyntaxFault(f"看不懂的值“{text}”", 0, "只写一个数和它的单位，例：2000万元、50%、300人")
    node = literal(body[0], (0, 0))
    value = node.value
    if negative:
        if isinstance(value, dt.date | str | bool):
            raise SyntaxFault("日期不能为负", 0, "写成 2025-05-27")
        value = -value
    return value, node.type


def literal(token: Token, place: Place) -> Literal:
    """A number or date token as a node; its unit decides the type. Raises `SyntaxFault`."""
    if token.type == "date":
        return Literal(place, DATE, dt.date.fromisoformat(token.text), token.text)
    text = token.text + token.unit
    unit = token.unit
    try:
        if unit.endswith("元"):
            return Literal(place, MONEY, Yuan.parse(text), text)
        if unit.endswith("工作日"):
            remedy = "工作日要按日历数，只能写在 windows 和 papers 的 within、closes_after 里"
            raise SyntaxFault(f"式子里不能用期限“{text}”", token.at, remedy)
        if unit in ("%", "‰"):
            return Literal(place, NUMBER, parse_rate(text), text)
        factor = ""
        if unit[:1] in ("万", "亿"):
            factor, unit = unit[:1], unit[1:]
        number = parse_number(token.text + factor)
    except Malformed as error:
        raise SyntaxFault(error.message, token.at, error.remedy) from error
    if number.denominator != 1:
        return Literal(place, Type(Kind.NUMBER, unit), number, text)
    return Literal(place, Type(Kind.COUNT, unit), int(number), text)
