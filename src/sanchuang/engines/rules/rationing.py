"""Sharing a budget that does not suffice, in whole fen and exactly.

Three methods, as a policy's `budget` names them. Where the claims fit the budget, each is paid in full.

* `floor`: every claim is cut in the same proportion and rounded down, `claim × budget ÷ sum of claims`; up to
  one fen a claim stays unspent.
* `largest_remainder`: the same, and the fen left over go one each to the claims with the largest remainders,
  the earlier first among equals; the budget is spent exactly.
* `first_come`: claims are paid in the order given until the budget runs out. The claim at which it runs out
  gets what is left (a partial payment), those after it nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, overload

import numpy as np
import numpy.typing as npt

from sanchuang.engines.rules.policy import METHODS

Fen = npt.NDArray[np.int64]
_INT64 = 2**63
_BLOCK = 65_536  # claims at a time where Python's integers are needed; bounds the memory


@overload
def rationed(amounts: Sequence[int], budget: int, method: str) -> list[int]: ...
@overload
def rationed(amounts: Fen, budget: int, method: str) -> Fen: ...
def rationed(amounts: Sequence[int] | Fen, budget: int, method: str) -> list[int] | Fen:
    """What each claim is paid, in fen, in the order given; an array gives an array, a sequence a list.

    Exact for any size: products that do not fit 64 bits are computed with Python's integers. Raises `ValueError`
    for a negative claim or budget and for an unknown method, `TypeError` for anything but whole numbers.
    """
    if type(budget) is not int:
        raise TypeError(f"a budget is a whole number of fen, not {budget!r}")
    if budget < 0:
        raise ValueError(f"a budget cannot be negative: {budget}")
    if method not in METHODS:
        raise ValueError(f"unknown method {method!r}; use one of {', '.join(METHODS)}")
    if isinstance(amounts, np.ndarray):
        return _array(amounts, budget, method)
    return _list(list(amounts), budget, method)


# -- lists ---------------------------------------------------------------------------------------------------


def _list(claims: list[int], budget: int, method: str) -> list[int]:
    for claim in claims:
        if type(claim) is not int:
            raise TypeError(f"a claim is a whole number of fen, not {claim!r}")
        if claim < 0:
            raise ValueError(f"a claim cannot be negative: {claim}")
    pool = sum(claims)
    if pool <= budget:
        return claims
    if method == "first_come":
        return _in_turn(claims, budget)
    paid = [claim * budget // pool for claim in claims]
    if method == "largest_remainder":
        remainders = [claim * budget % pool for claim in claims]
        order = sorted(range(len(claims)), key=lambda i: -remainders[i])  # stable: the earlier first
        for i in order[: budget - sum(paid)]:
            paid[i] += 1
    return paid


def _in_turn(claims: list[int], budget: int) -> list[int]:
    paid = []
    for claim in claims:
        paid.append(min(claim, budget))
        budget -= paid[-1]
    return paid


# -- arrays --------------------------------------------------------------------------------------------------


def _array(claims: npt.NDArray[Any], budget: int, method: str) -> Fen:
    if claims.dtype.kind not in "iu" or claims.ndim != 1:
        raise TypeError(f"claims are a row of whole fen, not {claims.dtype} with {claims.ndim} dimensions")
    if claims.dtype.kind == "u" and claims.size and int(claims.max()) >= _INT64:
        raise ValueError("a claim does not fit 64 bits")
    whole = claims.astype(np.int64)
    if whole.size and int(whole.min()) < 0:
        raise ValueError(f"a claim cannot be negative: {int(whole.min())}")
    pool = _sum(whole)
    if pool <= budget:
        return whole
    if method == "first_come":
        return _first_come(whole, budget)
    largest = int(whole.max())
    narrow = largest * budget < _INT64 and pool < _INT64
    paid = whole * budget // pool if narrow else _wide(whole, budget, pool)
    if method == "largest_remainder":
        remainders = whole * budget % pool if narrow else _wide_remainders(whole, budget, pool)
        order = np.argsort(-remainders, kind="stable")  # stable: the earlier first
        paid[order[: budget - _sum(paid)]] += 1
    return paid


def _wide(claims: Fen, budget: int, pool: int) -> Fen:
    paid = np.empty_like(claims)
    for start in range(0, claims.size, _BLOCK):
        block = claims[start : start + _BLOCK].tolist()
        paid[start : start + _BLOCK] = [claim * budget // pool for claim in block]
    return paid


def _wide_remainders(claims: Fen, budget: int, pool: int) -> npt.NDArray[Any]:
    """Remainders as Python's integers where the sum of claims does not fit 64 bits."""
    kind = np.int64 if pool < _INT64 else object
    return np.array([claim * budget % pool for claim in claims.tolist()], dtype=kind)


def _sum(claims: Fen) -> int:
    """Exact whatever the number of claims: both halves of each are summed by themselves."""
    return (int((claims >> 32).sum()) << 32) + int((claims & 0xFFFFFFFF).sum())


def _first_come(claims: Fen, budget: int) -> Fen:
    paid = np.zeros_like(claims)
    for start in range(0, claims.size, _BLOCK):
        block = claims[start : start + _BLOCK]
        due = _sum(block)
        if due > budget:
            paid[start : start + _BLOCK] = _in_turn(block.tolist(), budget)
            return paid
        paid[start : start + _BLOCK] = block
        budget -= due
    return paid
