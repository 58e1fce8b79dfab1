"""Reading a fact's value from what somebody typed: "300万元", "≥ 50 人", "12%", "是"."""

from __future__ import annotations

from django.utils.translation import gettext as _

from sanchuang.core.language import page_language
from sanchuang.core.pack.tables import parse_cell
from sanchuang.engines.rules.dictionary import FactSpec, FactType, Scalar
from sanchuang.values import Malformed, Op, number_text
from sanchuang.values.figure_text import split_op
from sanchuang.values.numbers import split_number

_COUNTED = (FactType.MONEY, FactType.COUNT, FactType.NUMBER)
MEASURED = (*_COUNTED, FactType.RATE)  # values that may be about or over a number
_MARKS = "".join(op.value for op in Op if op is not Op.WORDS)


def read_value(spec: FactSpec, text: str, op: Op = Op.EXACT) -> tuple[Op, Scalar]:
    """Operator and value of `text`; the operator is `op` unless the text brings one.

    Words do as well as signs: 约 1,234, 超 1.2亿元, 50 人以上. An amount or a number may name the unit of the fact, and no other. Raises `Malformed` for an empty text, a
    text that does not fit the fact's type, and a wrong unit.
    """
    text = text.strip()
    if not text:
        raise Malformed(
            _("The value of “%(fact)s” is empty") % {"fact": spec.label(page_language())},
            _("What is not known is not recorded; unknown is not zero"),
        )
    if spec.type in MEASURED:
        said, text = split_op(text)
        text = ("" if said is Op.EXACT else said.value) + text
    if spec.type in _COUNTED:
        text = _in_own_unit(spec, text)
    read, value = parse_cell(spec, text)
    if spec.type in (FactType.TEXT, FactType.CHOICE) or read is Op.EXACT:
        return op, value
    return read, value


def _in_own_unit(spec: FactSpec, text: str) -> str:
    """`text` without the fact's unit where the parser would not know it."""
    bare = text.lstrip(_MARKS).strip()
    try:
        number, unit = split_number(bare)
    except Malformed:
        return text  # the parser tells what is wrong; it knows more ways to write an amount
    if not unit or (spec.type is FactType.MONEY and spec.unit in ("", "元") and _is_chinese_money(unit)):
        return text
    if unit == spec.unit:
        return text[: len(text) - len(bare)] + number_text(number)
    shown = number_text(number)
    said = {"fact": spec.label(page_language()), "unit": spec.unit, "given": unit, "number": shown}
    if not spec.unit:
        raise Malformed(
            _("“%(fact)s” has no unit, and “%(given)s” was given") % said, _("Write %(number)s alone") % said
        )
    raise Malformed(
        _("The unit of “%(fact)s” is “%(unit)s”, and “%(given)s” was given") % said,
        _("Write %(number)s%(unit)s, or %(number)s alone") % said,
    )


def _is_chinese_money(unit: str) -> bool:
    return any(coin in unit for coin in "元圆角分")
