"""Figures computed from figures: expressions, derivations and consistency checks.

Pure and exact: `parse` reads an expression over figure ids, `derive_all` computes what a pack derives, `ask` answers
a question that compares expressions. Operators are kept as `sanchuang.values.Figure` keeps them, so a result never
says more than its inputs allow.
"""

from sanchuang.engines.figures.check import Answer, Compared, Obstacle, ask
from sanchuang.engines.figures.derive import Derivation, Derived, derive_all
from sanchuang.engines.figures.evaluate import Step, evaluate, fitted, same_unit, unit_of
from sanchuang.engines.figures.expression import (
    Binary,
    Condition,
    Fault,
    Negative,
    Node,
    Number,
    Ref,
    parse,
    parse_condition,
    refs,
)

__all__ = [
    "Answer",
    "Binary",
    "Compared",
    "Condition",
    "Derivation",
    "Derived",
    "Fault",
    "Negative",
    "Node",
    "Number",
    "Obstacle",
    "Ref",
    "Step",
    "ask",
    "derive_all",
    "evaluate",
    "fitted",
    "parse",
    "parse_condition",
    "refs",
    "same_unit",
    "unit_of",
]
