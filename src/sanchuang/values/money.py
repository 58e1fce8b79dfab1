"""Money: whole fen, exact, never a float. Rounding happens only in functions that say how.

An amount meets a rate in `share`, which gives an exact `Fraction` of fen; one of `floor_yuan`,
`floor_fen`, `ceil_fen`, `half_up_fen`, `half_even_fen` turns it back into money.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sanchuang.values.errors import Malformed
from sanchuang.values.languages import language
from sanchuang.values.numbers import half_width, number_text, parse_number, scaled_text, split_number

FEN_PER_YUAN = 100

_PREFIX = re.compile(r"(?:人民币|人民幣|RMB|CNY|¥)\s*", re.IGNORECASE)
_FOREIGN = re.compile(r"[$€£]|美元|欧元|歐元|港元|港币|港幣|日元|英镑|USD|EUR|HKD", re.IGNORECASE)
_COINS = {"元": 100, "圆": 100, "角": 10, "分": 1}
_DISPLAY_UNITS = {"元": 1, "千元": 10**3, "万元": 10**4, "百万元": 10**6, "千万元": 10**7, "亿元": 10**8}
_HOW = "写成 2,000万元、1.2亿元、231,481元或 ¥500 的样子"
_TRADITIONAL = str.maketrans("万亿", "萬億")


@dataclass(frozen=True, slots=True, eq=False)
class Yuan:
    """An amount of money in whole fen (分); immutable, hashable, ordered.

    Adds and compares with `Yuan` only, multiplies with `int` only. It is always true in a boolean
    context, zero included, so that `if amount` asks whether an amount is known, not whether it is zero.
    """

    fen: int

    def __post_init__(self) -> None:
        if type(self.fen) is not int:
            raise TypeError(f"Yuan holds whole fen as an int, not {self.fen!r}; use Yuan.of or Yuan.parse")

    # -- reading ---------------------------------------------------------------------------------

    @classmethod
    def of(cls, yuan: int | str) -> Yuan:
        """From a number of yuan: `Yuan.of(500)`, `Yuan.of("1,234.56")`, `Yuan.of("2000万")`.

        Raises `Malformed` for text that is no number or is finer than one fen; `TypeError` for a float.
        """
        if type(yuan) is int:
            return cls(yuan * FEN_PER_YUAN)
        if isinstance(yuan, str):
            return _whole_fen(parse_number(yuan) * FEN_PER_YUAN, yuan)
        raise TypeError(f"Yuan.of takes an int or text, not {yuan!r}; a float never holds money")

    @classmethod
    def parse(cls, text: str) -> Yuan:
        """From text that names its unit: `"2000万元"`, `"１．２亿元"`, `"¥500"`, `"12元5角"`, `"五千万元"`.

        Raises `Malformed` when the unit is missing or foreign, or the amount is finer than one fen.
        """
        plain = half_width(text)
        if _FOREIGN.search(plain):
            raise Malformed(f"“{plain}”不是人民币金额", "换算成人民币再填")
        negative = plain.startswith("-")
        body = plain[1:].lstrip() if negative else plain
        prefix = _PREFIX.match(body)
        if prefix:
            body = body[prefix.end() :]
        named = bool(prefix) or body.endswith("人民币")
        body = body.removesuffix("整").removesuffix("人民币").rstrip()
        if not body or (negative and body[0] in "+-"):
            raise Malformed(f"“{plain}”不是金额" if plain else "没有写金额", _HOW)
        fen = _read_coins(body, plain, currency_named=named)
        return _whole_fen(-fen if negative else fen, plain)

    @classmethod
    def sum(cls, amounts: Iterable[Yuan]) -> Yuan:
        """The sum of any number of amounts; nothing sums to zero. Faster than `sum()`."""
        return cls(sum(amount.fen for amount in amounts))

    # -- arithmetic ------------------------------------------------------------------------------

    def __add__(self, other: Yuan) -> Yuan:
        if not isinstance(other, Yuan):
            return NotImplemented
        return Yuan(self.fen + other.fen)

    def __radd__(self, other: int) -> Yuan:
        # sum() starts from the int 0; no other number may be added to money.
        return self if type(other) is int and other == 0 else NotImplemented

    def __sub__(self, other: Yuan) -> Yuan:
        if not isinstance(other, Yuan):
            return NotImplemented
        return Yuan(self.fen - other.fen)

    def __mul__(self, times: int) -> Yuan:
        if type(times) is not int:
            kind = type(times).__name__
            raise TypeError(
                f"Yuan multiplies with int, not {kind}; use share(amount, rate), then round by name"
            )
        return Yuan(self.fen * times)

    __rmul__ = __mul__

    def __truediv__(self, other: Yuan) -> Fraction:
        """The exact ratio of two amounts. An amount is divided by a number with `share` or `split`."""
        if not isinstance(other, Yuan):
            raise TypeError("Yuan divides by Yuan only; use share(amount, rate) or split(amount, weights)")
        return Fraction(self.fen, other.fen)

    def __neg__(self) -> Yuan:
        return Yuan(-self.fen)

    def __pos__(self) -> Yuan:
        return self

    def __abs__(self) -> Yuan:
        return Yuan(abs(self.fen))

    def __eq__(self, other: object) -> bool:
        return self.fen == other.fen if isinstance(other, Yuan) else NotImplemented

    def __hash__(self) -> int:
        return hash((Yuan, self.fen))

    def __lt__(self, other: Yuan) -> bool:
        return self.fen < other.fen if isinstance(other, Yuan) else NotImplemented

    def __le__(self, other: Yuan) -> bool:
        return self.fen <= other.fen if isinstance(other, Yuan) else NotImplemented

    def __gt__(self, other: Yuan) -> bool:
        return self.fen > other.fen if isinstance(other, Yuan) else NotImplemented

    def __ge__(self, other: Yuan) -> bool:
        return self.fen >= other.fen if isinstance(other, Yuan) else NotImplemented

    # -- printing --------------------------------------------------------------------------------

    def text(self, lang: str = "zh") -> str:
        """The exact amount in the largest of 元, 万元, 亿元 that needs at most two decimals.

        English has no 万: `CNY 20,000,000`. `Yuan.parse` reads every result back.
        """
        yuan = Fraction(self.fen, FEN_PER_YUAN)
        padded = number_text(yuan, digits=2 if self.fen % FEN_PER_YUAN else 0)
        code = language(lang)
        if code not in {"zh", "zh_hant"}:
            return f"CNY {padded}"
        number, sign = scaled_text(yuan)
        shown = f"{number if sign else padded}{sign}元"
        return shown.translate(_TRADITIONAL) if code == "zh_hant" else shown

    def exact(self) -> str:
        """Every fen: `20,000,000.00元`."""
        return f"{number_text(Fraction(self.fen, FEN_PER_YUAN), digits=2)}元"

    def rounded(self, unit: str = "万元", digits: int = 2) -> str:
        """For display only, halves away from zero: `Yuan.of(231481).rounded("万元", 1)` → `23.1万元`."""
        if unit not in _DISPLAY_UNITS:
            raise Malformed(f"不认识金额单位“{unit}”", "可用：" + "、".join(_DISPLAY_UNITS))
        scaled = Fraction(self.fen * 10**digits, FEN_PER_YUAN * _DISPLAY_UNITS[unit])
        return f"{number_text(Fraction(_half_away(scaled), 10**digits), digits=digits)}{unit}"

    def __str__(self) -> str:
        return self.text()

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)


def _read_coins(body: str, text: str, *, currency_named: bool) -> Fraction:
    """Fen of one or more parts from 元 down to 分; a lone number is yuan when the currency is named."""
    total, last = Fraction(0), 0
    while body:
        number, rest = split_number(body)
        coin = rest[:1] or ("元" if currency_named and not last else "")
        size = _COINS.get(coin)
        if size is None:
            raise Malformed(f"“{text}”" + (f"不认识单位“{rest}”" if rest else "没有写单位"), _HOW)
        body = rest[1:].strip()
        fen = number * size
        if (last and not (size < last and 0 <= fen < last)) or (body and number.denominator != 1):
            raise Malformed(f"“{text}”的元、角、分接不上", "从大到小写，例如 12元5角")
        total += fen
        last = size
    return total


def _whole_fen(fen: Fraction, text: str) -> Yuan:
    if fen.denominator != 1:
        raise Malformed(f"“{text.strip()}”不足一分", "金额最细到分（0.01元），请先按规定取整")
    return Yuan(fen.numerator)


# -- amounts and rates ---------------------------------------------------------------------------


def share(amount: Yuan, rate: Fraction | int) -> Fraction:
    """`amount × rate` as an exact number of fen, not yet rounded. A float rate is a `TypeError`."""
    return amount.fen * _exact(rate, "a rate")


def floor_yuan(fen: Fraction | int) -> Yuan:
    """Down to whole yuan (towards −∞)."""
    return Yuan(math.floor(_exact(fen, "fen") / FEN_PER_YUAN) * FEN_PER_YUAN)


def floor_fen(fen: Fraction | int) -> Yuan:
    """Down to whole fen (towards −∞)."""
    return Yuan(math.floor(_exact(fen, "fen")))


def ceil_fen(fen: Fraction | int) -> Yuan:
    """Up to whole fen (towards +∞)."""
    return Yuan(math.ceil(_exact(fen, "fen")))


def half_up_fen(fen: Fraction | int) -> Yuan:
    """To the nearest fen, halves away from zero (四舍五入)."""
    return Yuan(_half_away(_exact(fen, "fen")))


def half_even_fen(fen: Fraction | int) -> Yuan:
    """To the nearest fen, halves to the even one (GB/T 8170)."""
    return Yuan(round(_exact(fen, "fen")))


def split(amount: Yuan, weights: Sequence[int | Fraction]) -> tuple[Yuan, ...]:
    """`amount` in parts proportional to `weights`; the parts sum to `amount` exactly.

    Largest remainder: every part is rounded down to a fen, and the fen left over go to the largest
    remainders, the earlier part first among equals. A negative amount splits like its opposite.
    Raises `ValueError` for a negative weight or when no weight is positive.
    """
    exact = [_exact(weight, "a weight") for weight in weights]
    if any(weight < 0 for weight in exact):
        raise ValueError("weights must not be negative")
    whole = sum(exact, Fraction(0))
    if not whole:
        raise ValueError("at least one weight must be positive")
    fen = abs(amount.fen)
    ideal = [fen * weight / whole for weight in exact]
    parts = [math.floor(part) for part in ideal]
    order = sorted(range(len(parts)), key=lambda i: parts[i] - ideal[i])
    for i in order[: fen - sum(parts)]:
        parts[i] += 1
    sign = -1 if amount.fen < 0 else 1
    return tuple(Yuan(sign * part) for part in parts)


def _half_away(value: Fraction) -> int:
    rounded = math.floor(abs(value) + Fraction(1, 2))
    return -rounded if value < 0 else rounded


def _exact(value: Any, what: str) -> Fraction:
    if isinstance(value, Fraction):
        return value
    if type(value) is int:
        return Fraction(value)
    raise TypeError(f"{what} must be a Fraction or an int, not {value!r}")
