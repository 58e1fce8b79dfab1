"""The mean of four quarters, as a sum of facts times an exact share, so that interpreters need nothing new."""

from __future__ import annotations

from fractions import Fraction

from sanchuang.engines.rules.dictionary import FactSpec, Per
from sanchuang.engines.rules.tree import Arithmetic, FactRef, Literal, Node, Place
from sanchuang.engines.rules.types import NUMBER, added, multiplied, type_of_fact


def quarter_mean(place: Place, specs: tuple[FactSpec, ...], year: int) -> Arithmetic:
    """The mean over the quarters of a year (0: the last full one) of one fact, or of opening and closing.

    With two facts each quarter counts as half of either. Exact; unknown when one quarter is. Raises `Mismatch`
    when the facts cannot be added.
    """
    refs = [FactRef(place, type_of_fact(s), s, 4 * year + q - 3) for q in range(4) for s in specs]
    total: Node = refs[0]
    for ref in refs[1:]:
        total = Arithmetic(place, added(total.type, ref.type, "+"), "+", total, ref)
    share = Literal(place, NUMBER, Fraction(1, len(refs)), f"1/{len(refs)}")
    return Arithmetic(place, multiplied(total.type, NUMBER), "*", total, share)


def as_quarter_mean(node: Node) -> tuple[tuple[FactSpec, ...], int] | None:
    """The facts and the year of a node that `quarter_mean` made; None for any other."""
    if not (isinstance(node, Arithmetic) and node.op == "*" and isinstance(node.right, Literal)):
        return None
    refs: list[FactRef] = []
    part = node.left
    while isinstance(part, Arithmetic) and isinstance(part.right, FactRef):
        refs.insert(0, part.right)
        part = part.left
    if len(refs) not in (3, 7) or not isinstance(part, FactRef) or part.spec.per is not Per.QUARTER:
        return None
    specs = tuple(ref.spec for ref in (part, *refs)[: (len(refs) + 1) // 4])
    year = ((part.shift or 0) + 3) // 4
    return (specs, year) if quarter_mean(node.place, specs, year) == node else None
