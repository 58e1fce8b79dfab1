"""Terms that run on records: a room registers a `ClockKind`, starts a clock, and lets it pause, go on and stop.

The length is dated law of the pack, the days are the pack's calendar. See docs/how-to-add-a-room.md.
"""

from sanchuang.core.clocks.actions import pause, recount, reopen, resume, start, stop
from sanchuang.core.clocks.kinds import ClockKind, all_kinds, kind_of, register
from sanchuang.core.clocks.queries import OnRecord, Standing, clock_of, clocks_of, late_clocks, standing
from sanchuang.core.clocks.reminding import remind

__all__ = [
    "ClockKind",
    "OnRecord",
    "Standing",
    "all_kinds",
    "clock_of",
    "clocks_of",
    "kind_of",
    "late_clocks",
    "pause",
    "recount",
    "register",
    "remind",
    "reopen",
    "resume",
    "standing",
    "start",
    "stop",
]
