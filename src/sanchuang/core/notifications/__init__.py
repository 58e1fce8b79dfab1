"""What waits in the inbox also reaches people by e-mail, as often as each of them wants.

The inbox announces its items by itself. A room that has to tell somebody something else registers how it is told and
calls `notify` from its own actions. See docs/how-to-add-a-room.md.
"""

from sanchuang.core.notifications.actions import notify, set_pace
from sanchuang.core.notifications.kinds import register

__all__ = ["notify", "register", "set_pace"]
