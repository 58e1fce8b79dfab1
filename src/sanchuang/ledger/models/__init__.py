"""The ledger's records. Nothing here but `posting` writes transfers, and the database itself keeps the balances."""

from sanchuang.ledger.models.accounts import MOST, MOST_TURNOVER, Account
from sanchuang.ledger.models.closing import Closing
from sanchuang.ledger.models.memos import Memo
from sanchuang.ledger.models.transfers import Reservation, Transfer

__all__ = ["MOST", "MOST_TURNOVER", "Account", "Closing", "Memo", "Reservation", "Transfer"]
