"""Figures that keep their operator: 近300项 stays "nearly 300" through arithmetic and onto the screen.

What each operator means, and what arithmetic does to it, is tabulated in docs/values.md. In short: a
figure is a value and up to three statements about the true number – a lower bound, an upper bound, and
"close to the value". Arithmetic keeps a statement only when both operands give it; when none is left it
raises `NoConclusion` rather than print a guess.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from sanchuang.values.errors import Malformed, NoConclusion
from sanchuang.values.languages import language, pick
from sanchuang.values.logic import Truth
from sanchuang.values.money import Yuan
from sanchuang.values.numbers import number_text, scaled_text
from sanchuang.values.units import divide_units, multiply_units, plain_scale

_WORDS: dict[str, dict[str, str]] = {
    "=": {"zh": "", "en": ""},
    "≈": {"zh": "约", "zh_hant": "約", "en": "about "},
    "<~": {"zh": "近", "en": "nearly "},
    ">": {"zh": "超", "en": "over "},
    "≥": {"zh": "≥ ", "en": "≥ "},
    "<": {"zh": "不足", "en": "under "},
    "≤": {"zh": "≤ ", "en": "≤ "},
}
_TRADITIONAL = str.maketrans("万亿", "萬億")
_MONEY_UNITS = frozenset({"元", "CNY"})


class Op(StrEnum):
    """How the true number stands to the value that a source gives."""

    EXACT = "="
    ABOUT = "≈"
    NEARLY = "<~"
    OVER = ">"
    AT_LEAST = "≥"
    UNDER = "<"
    AT_MOST = "≤"
    WORDS = "words"

    @classmethod
    def parse(cls, text: str) -> Op:
        """From a sign (`≥`, `>=`), `words`, or Chinese (`近`, `超过`, `不少于`); else `Malformed`."""
        # Imported here because the reader of text builds on the values.
        from sanchuang.values.figure_text import read_op

        return read_op(text)

    def label(self, lang: str = "zh") -> str:
        """The word or sign put before the number; empty for EXACT and WORDS."""
        return pick(_WORDS[self.value], lang).strip() if self.value in _WORDS else ""


@dataclass(frozen=True, slots=True)
class _Meaning:
    """What an operator says about x, given the value v."""

    low: bool = False  # x ≥ v
    high: bool = False  # x ≤ v
    strict: bool = False  # and x ≠ v
    close: bool = False  # |x − v| ≤ τ|v| for the source's unstated tolerance τ < 1


_MEANINGS = {
    Op.EXACT: _Meaning(low=True, high=True, close=True),
    Op.ABOUT: _Meaning(close=True),
    Op.NEARLY: _Meaning(high=True, strict=True, close=True),
    Op.OVER: _Meaning(low=True, strict=True),
    Op.AT_LEAST: _Meaning(low=True),
    Op.UNDER: _Meaning(high=True, strict=True),
    Op.AT_MOST: _Meaning(high=True),
}

Scalar = int | Fraction


@dataclass(frozen=True, slots=True)
class Figure:
    """A number as a source gives it: value, operator and unit; or only words.

    `value` is None and `words` is set exactly when `op` is WORDS; `unit` then follows the words. ≈ needs a value other than zero and <~ a
    positive one: "about 0" and "nearly −5" say nothing that can be computed with. Percentages keep their
    sign as unit (95 with unit `%`). Raises `Malformed` when the parts do not fit each other.
    """

    value: Fraction | None
    op: Op = Op.EXACT
    unit: str = ""
    words: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.value, Fraction | None) or not isinstance(self.op, Op):
            raise TypeError(f"a Figure holds a Fraction and an Op, not {self.value!r} and {self.op!r}")
        if self.op is Op.WORDS:
            if self.value is not None or not self.words:
                raise Malformed(
                    "文字数据不能带数值，并且要有文字", "写 words，例如 几十公里；有数值就改用其他符号"
                )
        elif self.value is None:
            raise Malformed(f"符号“{self.op}”后面没有数值", "写明数值，或改为文字（words）")
        elif self.words:
            raise Malformed("有数值的数据不另存文字", "去掉文字，或把符号改为 words")
        elif (self.op is Op.ABOUT and not self.value) or (self.op is Op.NEARLY and self.value <= 0):
            raise Malformed(f"“{self.op.label()}{number_text(self.value)}”没有意义", "改用 =、< 或 ≤")

    @classmethod
    def in_words(cls, words: str) -> Figure:
        """A figure that the source gives only in words: `几十公里`."""
        return cls(None, Op.WORDS, "", words)

    @classmethod
    def money(cls, amount: Yuan, op: Op = Op.EXACT) -> Figure:
        """An amount of money as a figure in 元."""
        return cls(Fraction(amount.fen, 100), op, "元")

    @classmethod
    def parse(cls, text: str) -> Figure:
        """From `近300项`, `超1亿元`, `20多款`, `≥95%`, `50%以上`, `几十公里`; `Malformed` otherwise."""
        # Imported here because the reader of text builds on the values.
        from sanchuang.values.figure_text import read_figure

        return read_figure(text)

    # -- arithmetic ------------------------------------------------------------------------------

    def __add__(self, other: Figure) -> Figure:
        if not isinstance(other, Figure):
            return NotImplemented
        return self._plus(other, 1)

    def __radd__(self, other: int) -> Figure:
        return self if type(other) is int and other == 0 else NotImplemented  # sum() starts from 0

    def __sub__(self, other: Figure) -> Figure:
        if not isinstance(other, Figure):
            return NotImplemented
        return self._plus(other, -1)

    def _plus(self, other: Figure, sign: int) -> Figure:
        if self.unit != other.unit and Op.WORDS not in (self.op, other.op):
            raise Malformed(f"单位不同：“{self.unit}”和“{other.unit}”不能相加减", "先换算成同一单位")
        (a, left), (b, right) = self._read(), other._read()
        value = a + sign * b
        if sign < 0:
            right = _mirror(right)
        # Exact operands bring no error; the others must not weigh more than twice the result, or
        # cancellation has eaten the closeness (约300 − 299 is not "about 1").
        error = (0 if self.op is Op.EXACT else abs(a)) + (0 if other.op is Op.EXACT else abs(b))
        return _conclude(
            value,
            _Meaning(
                low=left.low and right.low,
                high=left.high and right.high,
                strict=left.strict or right.strict,
                close=left.close and right.close and error <= 2 * abs(value),
            ),
            self.unit,
            f"{self} {'+' if sign > 0 else '−'} {other}",
        )

    def __neg__(self) -> Figure:
        value, meaning = self._read()
        return _conclude(-value, _mirror(meaning), self.unit, f"−({self})")

    def __mul__(self, other: Figure | Scalar) -> Figure:
        factor = _figure(other)
        return _product(self, factor, reciprocal=False)

    def __rmul__(self, other: Scalar) -> Figure:
        return _product(_figure(other), self, reciprocal=False)

    def __truediv__(self, other: Figure | Scalar) -> Figure:
        return _product(self, _figure(other), reciprocal=True)

    def __rtruediv__(self, other: Scalar) -> Figure:
        return _product(_figure(other), self, reciprocal=True)

    def rounded(self, digits: int = 0) -> Figure:
        """A shorter figure that is still true: lower bounds go down, upper bounds up.

        ≈ and = go to the nearest (halves away from zero), and an exact value that changes becomes ≈. What
        would become "about 0" keeps its first digit instead.
        """
        value, meaning = self._read()
        step = Fraction(10) ** -digits
        scaled = value / step
        if meaning.low == meaning.high:
            rounded = math.floor(abs(scaled) + Fraction(1, 2)) * (-1 if scaled < 0 else 1)
        else:
            rounded = math.floor(scaled) if meaning.low else math.ceil(scaled)
        shorter = rounded * step
        op = Op.ABOUT if self.op is Op.EXACT and shorter != value else self.op
        if op is Op.ABOUT and not shorter:
            return self.rounded(digits + 1)
        return Figure(shorter, op, self.unit)

    def amount(self) -> Yuan:
        """The value as money, whatever the operator.

        Raises `Malformed` when the unit is not 元 or the amount is finer than one fen.
        """
        value, _ = self._read()
        if self.unit not in _MONEY_UNITS:
            raise Malformed(f"“{self}”不是金额", "单位写 元")
        fen = value * 100
        if fen.denominator != 1:
            raise Malformed(f"“{self}”不足一分", "先取整（rounded(2)）")
        return Yuan(fen.numerator)

    def _read(self) -> tuple[Fraction, _Meaning]:
        if self.value is None:
            raise NoConclusion(f"“{self.words}”只有文字，不能计算", "补上有数值的来源")
        return self.value, _MEANINGS[self.op]

    # -- printing --------------------------------------------------------------------------------

    def text(self, lang: str = "zh", *, digits: int | None = None) -> str:
        """For people: `近300项`, `超1亿元`, `≥ 95 %`, `几十公里`; `nearly 300 needs` with an English unit.

        Exact; with `digits`, rounded first as `rounded` does. Money takes 万 and 亿 in Chinese (`200万元/项`).
        """
        if self.value is None:
            return self.words + _gap(self.unit, lang) + self.unit
        figure = self if digits is None else self.rounded(digits)
        value, _ = figure._read()
        code = language(lang)
        before = pick(_WORDS[figure.op], lang)
        money, stroke, per = self.unit.partition("/")
        if money in _MONEY_UNITS:  # also per something: 200万元/项
            if code not in {"zh", "zh_hant"}:
                return f"{before}CNY {number_text(value)}{stroke}{per}"
            number, sign = scaled_text(value)
            shown = f"{before}{number}{sign}元{stroke}{per}"
            return shown.translate(_TRADITIONAL) if code == "zh_hant" else shown
        return f"{before}{number_text(value)}{_gap(self.unit, lang)}{self.unit}"

    def __str__(self) -> str:
        return self.text()


def _gap(unit: str, lang: str) -> str:
    """A space between number and unit, but not in Chinese before a Chinese unit."""
    chinese = language(lang) in {"zh", "zh_hant"} and unit >= "\u2e80"
    return " " if unit and not chinese else ""


def _figure(number: Figure | Scalar) -> Figure:
    if isinstance(number, Figure):
        return number
    if isinstance(number, Fraction) or type(number) is int:
        return Figure(Fraction(number))
    raise TypeError(f"a Figure combines with Figure, int or Fraction, not {number!r}")


def _mirror(meaning: _Meaning) -> _Meaning:
    """What is known of −x."""
    return _Meaning(low=meaning.high, high=meaning.low, strict=meaning.strict, close=meaning.close)


def _conclude(value: Fraction, known: _Meaning, unit: str, attempt: str) -> Figure:
    """The operator that says exactly what is known, or the strongest weaker one."""
    if known.low and known.high:
        op = Op.EXACT
    elif known.high and known.close and value > 0 and known.strict:
        op = Op.NEARLY
    elif known.low or known.high:
        op = _BOUNDS[known.low, known.strict]
    elif known.close:
        op = Op.ABOUT
    else:
        raise NoConclusion(f"由“{attempt}”得不出大于、小于或约等于", "分别列出，不要合成一个数")
    return Figure(value, op, unit)


_BOUNDS = {
    (True, True): Op.OVER,
    (True, False): Op.AT_LEAST,
    (False, True): Op.UNDER,
    (False, False): Op.AT_MOST,
}


def _product(left: Figure, right: Figure, *, reciprocal: bool) -> Figure:
    """left × right, or left ÷ right.

    Works on magnitudes, where × and ÷ are monotone: a figure keeps the sign of its value (`≤ 50 %` of a
    rate is 0 … 50 %), so bounds on x are bounds on |x|.
    """
    (a, from_left), (b, from_right) = left._read(), right._read()
    a, b = a * plain_scale(left.unit), b * plain_scale(right.unit)
    unit = divide_units(left.unit, right.unit) if reciprocal else multiply_units(left.unit, right.unit)
    attempt = f"{left} {'÷' if reciprocal else '×'} {right}"
    if reciprocal and not b:
        raise ZeroDivisionError(f"除数为零：{attempt}")
    if (left.op is Op.EXACT and not a) or (right.op is Op.EXACT and not b):
        return Figure(Fraction(0), Op.EXACT, unit)
    sign_a, size_a = _magnitude(a, from_left)
    sign_b, size_b = _magnitude(b, from_right)
    if reciprocal:
        size_b = _mirror(size_b)
    value = a / b if reciprocal else a * b
    known = _Meaning(
        low=size_a.low and size_b.low,
        high=size_a.high and size_b.high,
        # x > a and y ≥ b give xy > ab only when b ≠ 0 (y could be 0).
        strict=(size_a.strict and size_b.strict) or (size_a.strict and b != 0) or (size_b.strict and a != 0),
        close=size_a.close and size_b.close,
    )
    return _conclude(value, known if sign_a == sign_b else _mirror(known), unit, attempt)


def _magnitude(value: Fraction, meaning: _Meaning) -> tuple[int, _Meaning]:
    """The sign of x, and what is known of |x|. A bound at zero shows the sign by its direction."""
    negative = value < 0 or (not value and meaning.high)
    return (-1, _mirror(meaning)) if negative else (1, meaning)


# -- comparing -----------------------------------------------------------------------------------


def compare(left: Figure | Scalar, op: Op, right: Figure | Scalar) -> Truth:
    """Whether `left op right` holds for the true numbers: `compare(figure, Op.AT_LEAST, 300)`.

    `op` is one of =, >, ≥, <, ≤. Only bounds decide; ≈ never does and <~ decides as < (how close is not
    said), so 约300 ≥ 100 is UNKNOWN. A plain number takes the figure's unit. Raises `Malformed` for different
    units, `TypeError` for an `op` that is no question.
    """
    if op not in _QUESTIONS:
        raise TypeError(f"compare asks =, >, ≥, < or ≤, not {op}")
    a, b = _figure(left), _figure(right)
    if Op.WORDS in (a.op, b.op):
        return Truth.UNKNOWN
    if isinstance(left, Figure) and isinstance(right, Figure) and a.unit != b.unit:
        raise Malformed(f"单位不同：“{a.unit}”和“{b.unit}”不能比较", "先换算成同一单位")
    (x, from_left), (y, from_right) = a._read(), b._read()
    gap, right_side = x - y, _mirror(from_right)
    low = from_left.low and right_side.low  # left − right ≥ gap
    high = from_left.high and right_side.high  # left − right ≤ gap
    strict = from_left.strict or from_right.strict
    positive = low and (gap > 0 or (gap == 0 and strict))
    negative = high and (gap < 0 or (gap == 0 and strict))
    not_negative = low and gap >= 0
    not_positive = high and gap <= 0
    match op:
        case Op.OVER:
            yes, no = positive, not_positive
        case Op.AT_LEAST:
            yes, no = not_negative, negative
        case Op.UNDER:
            yes, no = negative, not_negative
        case Op.AT_MOST:
            yes, no = not_positive, positive
        case _:
            yes, no = not_negative and not_positive, positive or negative
    return Truth.YES if yes else Truth.NO if no else Truth.UNKNOWN


_QUESTIONS = frozenset({Op.EXACT, Op.OVER, Op.AT_LEAST, Op.UNDER, Op.AT_MOST})
