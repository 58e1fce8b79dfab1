"""What each policy comes to over a population: how many it is for, and the sum of its amounts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from sanchuang.engines.rules.compiled.native import Computed
from sanchuang.engines.rules.policy import Policy
from sanchuang.values import Op


@dataclass(frozen=True)
class Cost:
    """One policy over all companies.

    `eligible`, `ineligible` and `undecided` count companies (None: the policy has no conditions). `amount` is the exact
    sum in fen of the amounts that are known, `paid` what its budget leaves of it; None where there is no such figure,
    or where it is known of no company. `open` companies' amounts are unknown and not in the sum. With `op` ≤ the sum is
    an upper limit.
    """

    policy: str
    eligible: int | None
    ineligible: int | None
    undecided: int | None
    amount: int | None
    open: int
    paid: int | None
    op: Op


def costs(policies: Iterable[Policy], computed: Mapping[str, Computed]) -> Iterator[Cost]:
    """Those of the policies that were computed whether they are for somebody, or for how much."""
    for policy in policies:
        eligible, amount = computed.get(f"{policy.id}.eligible"), computed.get(f"{policy.id}.amount")
        if eligible is None and amount is None:
            continue
        yes = no = undecided = None
        if eligible is not None:
            undecided = _unknown(eligible)
            yes = int(np.count_nonzero(_known(eligible)))
            no = len(eligible.top) - undecided - yes
        yield Cost(
            policy.id,
            yes,
            no,
            undecided,
            _sum(amount),
            0 if amount is None else _unknown(amount),
            _sum(computed.get(f"{policy.id}.paid")),
            Op.EXACT if policy.amount is None else policy.amount.op,
        )


def _unknown(column: Computed) -> int:
    return 0 if column.known is None else len(column.known) - int(np.count_nonzero(column.known))


def _known(column: Computed) -> np.ndarray:
    """The values, 0 for those that are unknown."""
    return column.top if column.known is None else np.where(column.known, column.top, 0)


def _sum(column: Computed | None) -> int | None:
    """Whole fen of each company, added up exactly."""
    if column is None or (len(column.top) and _unknown(column) == len(column.top)):
        return None
    values = _known(column).astype(np.int64)
    if column.bottom is not None:
        values //= column.bottom
    # In two halves, of which neither can run over.
    return int((values & 0xFFFFFFFF).sum()) + (int((values >> 32).sum()) << 32)
