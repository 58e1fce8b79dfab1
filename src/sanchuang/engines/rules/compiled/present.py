"""Which facts a population has: what the lowering may count on."""

from __future__ import annotations

from dataclasses import dataclass

WHOLE = "whole"  # the form of a column of money in the population's unit
FINE = 1_000_000
"""Numbers and rates that are facts are counted in millionths."""
Key = tuple[str, int | None]


@dataclass(frozen=True)
class Present:
    """Which facts a population has, by name and shift; `anywhere` are those that hold for any period.

    Of those in `open` and `open_anywhere` some values are unknown. None for `facts`: every fact, none of them certain.
    """

    facts: frozenset[Key] | None = None
    open: frozenset[Key] = frozenset()
    anywhere: frozenset[str] = frozenset()
    open_anywhere: frozenset[str] = frozenset()
    unit: int = 1  # of money that is held in whole units of so many fen
    not_whole: frozenset[Key | str] = frozenset()  # money that is held in fen although `unit` is more

    def has(self, key: Key) -> bool:
        """Whether there is any value of a fact."""
        return self.facts is None or key in self.facts or key[0] in self.anywhere

    def factor(self, key: Key) -> int:
        """How many fen one of an amount's column is."""
        return 1 if key in self.not_whole or key[0] in self.not_whole else self.unit

    def certain(self, key: Key) -> bool:
        """Whether every company's value is known."""
        if self.facts is None:
            return False
        whole = key in self.facts and key not in self.open
        return whole or (key[0] in self.anywhere and key[0] not in self.open_anywhere)
