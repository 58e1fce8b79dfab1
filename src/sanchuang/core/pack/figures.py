"""What a pack's figures give together: derived figures are computed, consistency checks are read and tried."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from sanchuang.core.measure import WHOLE
from sanchuang.core.pack.checks import Entry
from sanchuang.core.pack.schema import FigureCheck, Part, PublishedFigure, Shown
from sanchuang.core.pack.translate import near
from sanchuang.engines.figures import (
    Condition,
    Derivation,
    Derived,
    Fault,
    Node,
    ask,
    derive_all,
    evaluate,
    fitted,
    parse,
    parse_condition,
    refs,
    unit_of,
)
from sanchuang.engines.markup import Path, Problem
from sanchuang.values import Figure, number_text, parse_number
from sanchuang.values.numbers import decimals

T = TypeVar("T")
P = TypeVar("P", bound=Part)


def compute(
    entries: Sequence[Entry[PublishedFigure]], problems: list[Problem]
) -> tuple[list[Entry[PublishedFigure]], dict[str, Figure]]:
    """The figures with value and operator of every derived one filled in, and the exact value of each by its id.

    What cannot be computed is reported and has no exact value. Stated values of derived figures are compared
    with the computed ones.
    """
    by_id = {entry.part.id: entry for entry in entries}
    given = {name: entry.part.figure for name, entry in by_id.items() if not entry.part.derived}
    derivations: dict[str, Derivation] = {}
    for name, entry in by_id.items():
        if entry.part.how is None:
            continue
        expression = _read(parse, entry, ("how",), entry.part.how, problems)
        if expression is None:
            continue
        if not any(refs(expression)):
            message = "算法里没有用到任何数据"
            problems.append(entry.problem(("how",), message, "用 {编号} 引用数据，例如 {a} / {b}"))
            continue
        derivations[name] = Derivation(expression, entry.part.unit, entry.part.digits)
    # A figure whose own expression has faults is not unknown to others.
    unread = by_id.keys() - given.keys() - derivations.keys()
    usable = {
        name: derivation
        for name, derivation in derivations.items()
        if not _reaches(name, unread, derivations)
    }
    found, faults = derive_all(given, usable)
    for name, fault in faults.items():
        problems.append(_placed(by_id[name], ("how",), fault, by_id))
    computed = []
    for entry in entries:
        derived = found.get(entry.part.id)
        if entry.part.derived and derived is not None:
            entry = _filled(entry, derived, problems)
        computed.append(entry)
    return computed, given | {name: derived.exact for name, derived in found.items()}


def _reaches(name: str, unread: Iterable[str], derivations: Mapping[str, Derivation]) -> bool:
    """Whether `name` needs, also through others, a figure whose expression could not be read."""
    stack, seen, faulty = [name], set(), set(unread)
    while stack:
        at = stack.pop()
        if at in faulty:
            return True
        if at in seen or at not in derivations:
            continue
        seen.add(at)
        stack += [ref.name for ref in refs(derivations[at].expression)]
    return False


def _filled(
    entry: Entry[PublishedFigure], derived: Derived, problems: list[Problem]
) -> Entry[PublishedFigure]:
    """The entry with the computed value; a stated one that differs is reported."""
    part, figure = entry.part, derived.figure
    assert figure.value is not None
    if decimals(figure.value) is None:
        message = f"算出来是 {number_text(figure.value)}，小数没有尽头"
        problems.append(entry.problem(("how",), message, "用 digits 写明取到几位小数，例如 digits: 2"))
        return entry
    if part.kind in WHOLE and figure.value.denominator != 1:
        message = f"算出来是 {number_text(figure.value)}，不是整数，而 kind 是 {part.kind}"
        problems.append(entry.problem(("how",), message, "写 digits: 0，或改用 kind: number"))
        return entry
    stated = part.model_fields_set
    if "value" in stated and part.value is not None and parse_number(part.value) != figure.value:
        message = f"写的是 {part.value}，算出来是 {number_text(figure.value)}"
        problems.append(entry.problem(("value",), message, "删去 value，或改正 how、digits"))
    if "op" in stated and part.op is not figure.op:
        message = f"写的关系是“{part.op}”，算出来是“{figure.op}”"
        problems.append(entry.problem(("op",), message, "删去 op：关系由算法和所用的数决定"))
    text = number_text(figure.value).replace(",", "")
    filled = part.model_copy(update={"value": text, "op": figure.op})
    return Entry(filled, entry.document, entry.path, entry.table, entry.line)


def questions(
    entries: Iterable[Entry[FigureCheck]],
    figures: Sequence[Entry[PublishedFigure]],
    known: Mapping[str, Figure],
    problems: list[Problem],
) -> None:
    """Report the faults of consistency checks: expressions, ids, units, divisions by zero, texts that are lacking.

    `known` are the exact values, as `compute` gives them.
    """
    unread = {entry.part.id for entry in figures} - known.keys()
    for entry in entries:
        _question(entry, known, unread, problems)


def _question(
    entry: Entry[FigureCheck], known: Mapping[str, Figure], unread: Iterable[str], problems: list[Problem]
) -> None:
    check = entry.part
    missing: dict[str, str] = {}
    for index, quantity in enumerate(check.missing):
        if quantity.id in known or quantity.id in missing:
            message = f"“{quantity.id}”已经有了" if quantity.id in known else f"“{quantity.id}”重复"
            problems.append(entry.problem(("missing", index, "id"), message, "从 missing 中删去"))
        missing[quantity.id] = quantity.unit
    sides: list[tuple[Path, Node]] = []
    conditions: list[tuple[Path, Condition]] = []
    for index, text in enumerate(check.when):
        condition = _read(parse_condition, entry, ("when", index), text, problems)
        if condition is not None:
            conditions.append((("when", index), condition))
            sides += [(("when", index), condition.left), (("when", index), condition.right)]
    for index, shown in enumerate(check.shown):
        expression = _read(parse, entry, ("shown", index, "how"), shown.how, problems)
        if expression is not None:
            sides.append((("shown", index, "how"), expression))
    used = {ref.name for _, side in sides for ref in refs(side)}
    if used & set(unread):
        return  # the figure's own fault is reported where it stands
    for index, quantity in enumerate(check.missing):
        if quantity.id not in used and len(conditions) == len(check.when):
            message = f"没有式子用到“{quantity.id}”"
            problems.append(entry.problem(("missing", index, "id"), message, "在 when 中用它，或删去"))
    names = {name: figure.unit for name, figure in known.items()} | missing
    before = len(problems)
    for path, side in sides:
        try:
            unit = unit_of(side, names)
            if path[0] == "shown":
                _try_shown(check.shown[int(path[1])], side, unit, known)
        except Fault as fault:
            problems.append(_placed(entry, path, fault, names))
    if len(problems) > before:
        return
    for path, condition in conditions:
        try:
            answer = ask([condition], known, missing=missing)
        except Fault as fault:
            problems.append(_placed(entry, path, fault, names))
            continue
        if answer.incomparable and check.incomparable is None:
            message = "两边的单位不同，不能比较"
            remedy = "改正式子；若本来就不是一回事，在 incomparable 里说明"
            problems.append(_placed(entry, path, Fault(condition.at, message, remedy), names))


def _try_shown(shown: Shown, expression: Node, unit: str, known: Mapping[str, Figure]) -> None:
    """Raise `Fault` when the expression has no value, or not in the unit stated for it."""
    if not {ref.name for ref in refs(expression)} <= known.keys():
        raise Fault(0, "用到了没有公布的数，算不出来", "只用已有的数据")
    figure = evaluate(expression, known)
    if shown.unit is not None and fitted(figure, shown.unit) is None:
        raise Fault(0, f"算出来的单位是“{unit or '无'}”，而 unit 是“{shown.unit}”", "改正 unit 或算法")


def _read(
    reader: Callable[[str], T], entry: Entry[P], path: Path, text: str, problems: list[Problem]
) -> T | None:
    try:
        return reader(text)
    except Fault as fault:
        problems.append(_placed(entry, path, fault, ()))
        return None


def _placed(entry: Entry[P], path: Path, fault: Fault, known: Iterable[str]) -> Problem:
    """The fault as a problem at its character in the file, with a guess at a mistyped id."""
    assert entry.document is not None
    whole = (*entry.path, *path)
    line, column = entry.document.inside(whole, fault.at)
    remedy = fault.remedy
    if fault.message.startswith("没有数据“"):
        remedy = near(fault.message[5:-1], known) or remedy
    return Problem(entry.document.source, line, column, fault.message, remedy)
