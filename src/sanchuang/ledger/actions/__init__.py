"""What people do in the ledger by hand. Rooms that move money for a reason of their own call `posting` in their own actions.

Each asks its permission, moves through `posting`, and leaves one row of the audit trail. What is above the pack's limit is
asked for and done when a second person confirms it; closing a period always is.
"""

from sanchuang.ledger.actions.accounts import open_account
from sanchuang.ledger.actions.closing import close_period
from sanchuang.ledger.actions.moving import move, reserve, reverse
from sanchuang.ledger.actions.settling import expire, post, release
from sanchuang.ledger.actions.shared import limit_on

__all__ = [
    "close_period",
    "expire",
    "limit_on",
    "move",
    "open_account",
    "post",
    "release",
    "reserve",
    "reverse",
]
