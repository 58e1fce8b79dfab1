"""Pages of the ledger."""

from sanchuang.ledger.views.accounts import account
from sanchuang.ledger.views.books import balance, budgets
from sanchuang.ledger.views.lists import Accounts, Reservations, Transfers
from sanchuang.ledger.views.moving import move, open_account
from sanchuang.ledger.views.transfers import memo, transfer

__all__ = [
    "Accounts",
    "Reservations",
    "Transfers",
    "account",
    "balance",
    "budgets",
    "memo",
    "move",
    "open_account",
    "transfer",
]
