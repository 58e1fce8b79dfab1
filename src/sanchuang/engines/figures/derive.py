"""All derived figures of a pack at once: each after those that it is computed from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sanchuang.engines.figures.evaluate import Step, evaluate, fitted, unit_of
from sanchuang.engines.figures.expression import Fault, Node, refs
from sanchuang.values import Figure


@dataclass(frozen=True, slots=True)
class Derivation:
    """How one figure is computed: the expression, the unit of its result, and to how many decimals it is rounded.

    `digits` counts decimals in `unit` (-8 keeps hundreds of millions); None keeps the exact value.
    """

    expression: Node
    unit: str
    digits: int | None = None


@dataclass(frozen=True, slots=True)
class Derived:
    """A computed figure: `exact` before rounding, which later computations use, and `figure` as it is shown."""

    figure: Figure
    exact: Figure
    steps: tuple[Step, ...]


def derive_all(
    given: Mapping[str, Figure], derivations: Mapping[str, Derivation]
) -> tuple[dict[str, Derived], dict[str, Fault]]:
    """What every derivation gives, and the fault of each that gives nothing.

    A computation uses the exact values of the figures derived before it. A derivation that only depends on a
    faulty one has neither a result nor a fault of its own.
    """
    faults = dict(_cycles(derivations))
    units = {name: figure.unit for name, figure in given.items()}
    units |= {name: derivation.unit for name, derivation in derivations.items()}
    found: dict[str, Derived] = {}
    known = dict(given)
    for name in _order(derivations):
        if name in faults:
            continue
        derivation = derivations[name]
        names = {ref.name for ref in refs(derivation.expression)}
        try:
            unit = unit_of(derivation.expression, units)
            if not names <= known.keys():
                continue
            found[name] = _derive(derivation, known, unit)
        except Fault as fault:
            faults[name] = fault
        else:
            known[name] = found[name].exact
    return found, faults


def _derive(derivation: Derivation, known: Mapping[str, Figure], unit: str) -> Derived:
    steps: list[Step] = []
    result = evaluate(derivation.expression, known, steps)
    exact = fitted(result, derivation.unit)
    if exact is None:
        raise Fault(
            0,
            f"算出来的单位是“{unit or '无'}”，而 unit 是“{derivation.unit}”",
            "改正 unit 或算法；常数的单位写在方括号里，例如 52[周]",
        )
    figure = exact if derivation.digits is None else exact.rounded(derivation.digits)
    return Derived(figure, exact, tuple(steps))


def _order(derivations: Mapping[str, Derivation]) -> Iterator[str]:
    """Names so that each follows those that it uses; members of a cycle in any order."""
    done: set[str] = set()
    for start in derivations:
        stack = [start]
        waiting: set[str] = set()
        while stack:
            name = stack[-1]
            if name in done:
                stack.pop()
                continue
            needed = [
                ref.name
                for ref in refs(derivations[name].expression)
                if ref.name in derivations and ref.name not in done and ref.name not in waiting
            ]
            if needed and name not in waiting:
                waiting.add(name)
                stack += needed
                continue
            done.add(name)
            yield stack.pop()


def _cycles(derivations: Mapping[str, Derivation]) -> Iterator[tuple[str, Fault]]:
    """A fault for every derivation that uses itself, also through others, at the figure that leads back."""
    uses = {
        name: {ref.name for ref in refs(derivation.expression)} & derivations.keys()
        for name, derivation in derivations.items()
    }
    reached = {name: _reach(name, uses) for name in uses}
    for name, derivation in derivations.items():
        if name not in reached[name]:
            continue
        for ref in refs(derivation.expression):
            if ref.name == name or name in reached.get(ref.name, set()):
                message = f"“{name}”的算法用到了它自己" + (
                    "" if ref.name == name else f"（经由“{ref.name}”）"
                )
                yield name, Fault(ref.at, message, "改用公布的数据")
                break


def _reach(name: str, uses: Mapping[str, set[str]]) -> set[str]:
    reached: set[str] = set()
    stack = list(uses[name])
    while stack:
        at = stack.pop()
        if at not in reached:
            reached.add(at)
            stack += uses[at]
    return reached
