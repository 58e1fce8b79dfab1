"""What waits for whom: rooms put things here, people find them on their desk.

A room registers a `Kind` in its `AppConfig.ready`, calls `put` from its own actions and, once the thing is settled in
the room itself, `settle`. See docs/how-to-add-a-room.md.
"""

from sanchuang.core.inbox.actions import put, reopen, settle, take, withdraw
from sanchuang.core.inbox.kinds import Kind, Told, kind_of, register, tell

__all__ = [
    "Kind",
    "Told",
    "kind_of",
    "put",
    "register",
    "reopen",
    "settle",
    "take",
    "tell",
    "withdraw",
]
