"""The audit trail: who did what to which record, when, on whose behalf and why.

A room registers its verbs and calls one of these functions in the transaction of each change; see
docs/how-to-add-a-room.md.
"""

from sanchuang.core.audit.snapshots import differing, leave_out, personal, snapshot, version_of
from sanchuang.core.audit.verbs import name_particulars, register
from sanchuang.core.audit.writing import (
    Told,
    batch,
    change,
    created,
    locked,
    many,
    note,
    reading,
    reading_list,
    removed,
)

__all__ = [
    "Told",
    "batch",
    "change",
    "created",
    "differing",
    "leave_out",
    "locked",
    "many",
    "name_particulars",
    "note",
    "personal",
    "reading",
    "reading_list",
    "register",
    "removed",
    "snapshot",
    "version_of",
]
