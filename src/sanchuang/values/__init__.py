"""Values: money, rates, figures with operators, evidence grades, periods, three-valued logic.

Everything is immutable, exact and free of any other part of the project. docs/values.md explains the
rules and shows each by example.
"""

from sanchuang.values.errors import Malformed, NoConclusion
from sanchuang.values.evidence import Evidence, GradedTotal, Verification, total_by_grade
from sanchuang.values.figures import Figure, Op, compare
from sanchuang.values.logic import Truth, all_of, and_, any_of, not_, or_
from sanchuang.values.money import (
    Yuan,
    ceil_fen,
    floor_fen,
    floor_yuan,
    half_even_fen,
    half_up_fen,
    share,
    split,
)
from sanchuang.values.numbers import number_text, parse_number
from sanchuang.values.periods import Kind, Period
from sanchuang.values.rates import parse_rate, rate_text

__all__ = [
    "Evidence",
    "Figure",
    "GradedTotal",
    "Kind",
    "Malformed",
    "NoConclusion",
    "Op",
    "Period",
    "Truth",
    "Verification",
    "Yuan",
    "all_of",
    "and_",
    "any_of",
    "ceil_fen",
    "compare",
    "floor_fen",
    "floor_yuan",
    "half_even_fen",
    "half_up_fen",
    "not_",
    "number_text",
    "or_",
    "parse_number",
    "parse_rate",
    "rate_text",
    "share",
    "split",
    "total_by_grade",
]
