"""Words by number: every word that the rules mention, so that texts are compared and looked up as numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from sanchuang.engines.rules import tree as t
from sanchuang.engines.rules.policy import Policy
from sanchuang.engines.rules.types import WORDS, Kind
from sanchuang.engines.rules.walk import nodes_of


class Words:
    """The words of a set of policies. A population's other words are numbered after them."""

    def __init__(self, policies: Iterable[Policy]) -> None:
        found: dict[str, None] = {}
        for policy in policies:
            found.update(dict.fromkeys(_of(policy)))
        self.listed = tuple(found)
        self._numbers = {word: number for number, word in enumerate(self.listed)}

    def number(self, word: str) -> int:
        """The number of a word of the rules."""
        return self._numbers[word]

    def numbers(self) -> Mapping[str, int]:
        """All of them."""
        return self._numbers

    def cells(self, by_word: Mapping[str, int | None]) -> tuple[int | None, ...]:
        """A column of a table in the order of the words' numbers; None where there is no row."""
        return tuple(by_word.get(word) for word in self.listed)


def _of(policy: Policy) -> Iterator[str]:
    for spec in policy.facts():
        yield from spec.choices
    for root in policy.roots():
        for node in nodes_of(root):
            if isinstance(node, t.Literal) and node.type.kind in WORDS:
                yield str(node.value)
    for parameter in policy.parameters.values():
        if parameter.type.kind in WORDS:
            yield from (str(dated.value) for dated in parameter.values)
    for bands in policy.bands.values():
        if bands.gives.kind in WORDS:
            yield from (str(given) for _limit, given in bands.steps)
            yield str(bands.below)
    for table in policy.tables.values():
        yield from table.rows
        for row in table.rows.values():
            yield from (
                str(row[name])
                for name, type_ in table.columns.items()
                if type_.kind is Kind.TEXT and row[name] is not None
            )
