"""Acts that need four eyes: one person asks, another confirms, and only then it is done.

A room registers an `Act`, and its action calls `ask` instead of doing the thing; see docs/how-to-add-a-room.md.
"""

from sanchuang.core.approvals.actions import ask, confirm, refuse, withdraw
from sanchuang.core.approvals.acts import Act, act_of, record_of, register, terms

__all__ = ["Act", "act_of", "ask", "confirm", "record_of", "refuse", "register", "terms", "withdraw"]
