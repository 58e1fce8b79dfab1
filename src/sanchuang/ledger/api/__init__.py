"""The ledger for programs. Whoever may not see an account or a transfer is answered as if there were none."""

from sanchuang.ledger.api import accounts, moving, transfers
from sanchuang.ledger.api.router import router

__all__ = ["accounts", "moving", "router", "transfers"]
