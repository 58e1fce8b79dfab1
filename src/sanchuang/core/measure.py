"""The value that a number has in a unit of the pack: an amount, a share, a whole number."""

from __future__ import annotations

from fractions import Fraction

from sanchuang.values import Malformed, Yuan, number_text, parse_number, parse_rate

Measured = Yuan | int | Fraction

WHOLE = ("count", "rank", "year", "days", "workdays")  # kinds of units that have no fractions


def measured(text: str, unit: str, kind: str) -> Measured:
    """The number `text` in `unit`, typed by what the unit measures (`kind`, as in the pack's list of units).

    | kind | value |
    |---|---|
    | money | `Yuan`, in the pack's currency; a unit such as 万元 counts, what follows a `/` does not |
    | rate | `Fraction`: 70 in % is 7/10; the unit is one that rates are written in (%, ‰, ‱) |
    | count, rank, year, days, workdays | `int` |
    | number | `Fraction` |

    Raises `Malformed`, which authors of packs read, when the number does not fit.
    """
    number = parse_number(text)
    if kind == "money":
        return _money(text, unit.partition("/")[0])
    if kind == "rate":
        return parse_rate(f"{number_text(number)}{unit}")
    if kind in WHOLE:
        if number.denominator != 1:
            raise Malformed(f"“{text}”不是整数，而单位“{unit}”只用整数", "改正这个数，或换一个单位")
        return int(number)
    return number


def _money(text: str, unit: str) -> Yuan:
    try:
        return Yuan.parse(f"{text}{unit}")
    except Malformed:
        return Yuan.of(text)  # another country's currency, in its main unit
