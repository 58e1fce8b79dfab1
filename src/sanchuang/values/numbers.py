"""Numbers as people write them in Chinese text, read exactly and printed exactly.

Read: half- and full-width digits, thousands separators, a decimal point, a sign, and the multipliers
十 百 千 万 亿 万亿, alone or in sequence (`1亿2000万`); whole numbers and decimals in Chinese numerals
(`两千三百`, `三点五亿`). Nothing is ever a float.
"""

from __future__ import annotations

import re
from fractions import Fraction

from sanchuang.values.errors import Malformed

MAX_LENGTH = 100  # characters; nobody writes a longer number, and int() of a huge one is slow

_HALF_WIDTH: dict[int, str] = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
_HALF_WIDTH |= {ord(space): " " for space in "\u3000\u00a0\u2009\u202f"}
_HALF_WIDTH |= {ord("−"): "-", ord("﹪"): "%", ord("￥"): "¥"}

_ARABIC = re.compile(r"[+-]? ?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?")
_EXPONENT = re.compile(r"[eE][+-]?[0-9]")
_MORE_DIGITS = re.compile(r"[,.]?[0-9]")
# 百 is a multiplier except in 百分点 (percentage points).
_MULTIPLIER = re.compile(r" ?((?:十|百(?!分点)|千)?(?:万亿|萬億|亿|億|万|萬)?)")
_CHINESE = re.compile(
    r"负?[零〇一二两兩三四五六七八九十][零〇一二两兩三四五六七八九十百千万萬亿億]*(?:[点點][零〇一二三四五六七八九]+)?"
)

_SIZES = {
    "": 1, "十": 10, "百": 100, "千": 1000, "万": 10**4, "亿": 10**8, "万亿": 10**12,
}  # fmt: skip
_DIGITS = "零一二三四五六七八九"
_SIMPLE = str.maketrans({"〇": "零", "两": "二", "兩": "二", "萬": "万", "億": "亿", "點": "点"})


def half_width(text: str) -> str:
    """Full-width ASCII, odd spaces and minus signs as plain ASCII; everything else as it was."""
    return text.translate(_HALF_WIDTH).strip()


def parse_number(text: str) -> Fraction:
    """The exact number that `text` writes: `"1,234.5"`, `"２，０００万"`, `"-3"`, `"两千三百"`.

    Raises `Malformed` for anything else: an empty text, a wrong thousands separator (`1,23`), trailing
    letters, exponents, `nan`.
    """
    value, rest = split_number(text)
    if rest:
        raise Malformed(f"“{text.strip()}”不是数字：“{rest}”读不懂", "只写数字，可加千分位、小数点和万、亿")
    return value


def split_number(text: str) -> tuple[Fraction, str]:
    """The number at the beginning of `text` and what follows it (half-width, stripped).

    Raises `Malformed` when `text` does not begin with a number.
    """
    plain = half_width(text)
    if not plain:
        raise Malformed("没有写数字", "写一个数，例如 2,000 或 1.2亿")
    if len(plain) > MAX_LENGTH:
        raise Malformed(f"“{plain[:20]}…”太长，不像一个数", f"数字最多{MAX_LENGTH}个字符")
    if _ARABIC.match(plain):
        return _arabic(plain)
    if match := _CHINESE.match(plain):
        return _chinese(match[0], plain[match.end() :])
    raise Malformed(f"“{plain}”不以数字开头", "用 0–9 写数，小数点前要有数字，例如 0.5")


def split_multiplier(text: str) -> tuple[int, str]:
    """The multiplier at the beginning of `text` (1 when there is none) and what follows it."""
    match = _MULTIPLIER.match(text)
    if not match or not match[1]:
        return 1, text.strip()
    return _size(match[1].translate(_SIMPLE)), text[match.end() :].strip()


def _arabic(plain: str) -> tuple[Fraction, str]:
    """One or more `number multiplier` parts, each smaller than the multiplier before it."""
    negative = plain.startswith("-")
    rest = plain.lstrip("+- ")
    total, last_size = Fraction(0), 0
    while match := _ARABIC.match(rest):
        digits = match[0]
        rest = rest[match.end() :]
        if _MORE_DIGITS.match(rest):
            raise Malformed(f"“{plain}”的分隔符不对", "千分位每三位一个逗号，小数点只有一个，例如 1,234.5")
        if _EXPONENT.match(rest):
            raise Malformed(
                f"“{plain}”不是数：科学记数法没有写出全部数字", "把数字写全，例如 120,000,000 或 1.2亿"
            )
        part = Fraction(digits.replace(",", ""))
        size, rest = split_multiplier(rest)
        if last_size and (size >= last_size or part * size >= last_size or size == 1):
            raise Malformed(
                f"“{plain}”的位数接不上", "逐级写明单位，例如 1亿2000万；3万5 请写成 3.5万或 35,000"
            )
        total += part * size
        if size == 1 or "." in digits or not rest[:1].isdigit():
            break
        last_size = size
    return (-total if negative else total), rest.strip()


def _size(multiplier: str) -> int:
    """百万 → 1,000,000."""
    if multiplier in _SIZES:
        return _SIZES[multiplier]
    return _SIZES[multiplier[0]] * _SIZES[multiplier[1:]]


def _chinese(numeral: str, rest: str) -> tuple[Fraction, str]:
    """A number in Chinese numerals; after a decimal part a multiplier may follow (三点五亿)."""
    plain = numeral.translate(_SIMPLE)
    negative = plain.startswith("负")
    whole, _, decimals = plain.removeprefix("负").partition("点")
    value = Fraction(_chinese_integer(whole, numeral))
    if decimals:
        value += Fraction(int("".join(str(_DIGITS.index(d)) for d in decimals)), 10 ** len(decimals))
        size, rest = split_multiplier(rest)
        value *= size
    return (-value if negative else value), rest.strip()


def _chinese_integer(numeral: str, as_written: str) -> int:
    value = _read_chinese(numeral)
    # Writing the number again catches what is no number (十五五) and short forms with two readings (三百五).
    if value is None or chinese_numeral(value) != ("一" + numeral if numeral.startswith("十") else numeral):
        raise Malformed(f"“{as_written}”不是规范的中文数字", "写全各位，例如 三百五十、一万零五百，或用 0–9")
    return value


def _read_chinese(numeral: str) -> int | None:
    """The value by place; wrong orders give a value whose numeral differs, or None."""
    for sign, size in (("亿", 10**8), ("万", 10**4)):
        if sign in numeral:
            high, _, low = numeral.rpartition(sign)
            upper, lower = _read_chinese(high), _read_chinese(low) if low else 0
            return None if upper is None or lower is None else upper * size + lower
    total, digit = 0, None
    for sign in numeral:
        if sign in _DIGITS:
            digit = _DIGITS.index(sign)
        else:
            total += (1 if digit is None else digit) * _SIZES[sign]
            digit = None
    return total + (digit or 0) if numeral else None


def chinese_numeral(value: int) -> str:
    """A whole number ≥ 0 in Chinese numerals, in full (12 → 一十二)."""
    if value < 10:
        return _DIGITS[value]
    size, sign = next(
        (s, n) for n, s in (("亿", 10**8), ("万", 10**4), ("千", 1000), ("百", 100), ("十", 10)) if value >= s
    )
    upper, lower = divmod(value, size)
    if not lower:
        return chinese_numeral(upper) + sign
    return chinese_numeral(upper) + sign + ("零" if lower < size // 10 else "") + chinese_numeral(lower)


def decimals(value: Fraction) -> int | None:
    """How many decimals write `value` exactly; None when its decimal expansion never ends."""
    rest, twos, fives = value.denominator, 0, 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    return max(twos, fives) if rest == 1 else None


def number_text(value: Fraction | int, *, digits: int | None = None) -> str:
    """`value` with thousands separators, exactly: a decimal when it ends, else a fraction (`1/3`).

    `digits` pads with zeros to at least so many decimals; it never rounds.
    """
    value = Fraction(value)
    needed = decimals(value)
    if needed is None:
        return f"{value.numerator:,}/{value.denominator:,}"
    places = max(needed, digits or 0)
    scaled = abs(value.numerator) * 10**places // value.denominator
    whole, part = divmod(scaled, 10**places)
    sign = "-" if value < 0 else ""
    return f"{sign}{whole:,}" + (f".{part:0{places}d}" if places else "")


def scaled_text(value: Fraction | int) -> tuple[str, str]:
    """`value` exactly as (`"1.2"`, `"亿"`), (`"2,000"`, `"万"`) or (`"231,481"`, `""`).

    Takes the largest multiplier that needs at most two decimals.
    """
    value = Fraction(value)
    for sign, size in (("亿", 10**8), ("万", 10**4)):
        scaled = value / size
        if abs(scaled) >= 1 and 100 % scaled.denominator == 0:
            return number_text(scaled), sign
    return number_text(value), ""
