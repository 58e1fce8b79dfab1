"""Files on any record: a room registers its records, and their pages show the list with its form.

A room calls `register` in its `AppConfig.ready` and draws `{% attachments record user %}`. See
docs/how-to-add-a-room.md.
"""

from sanchuang.core.attachments.actions import add, open_file, remove, scan_pending
from sanchuang.core.attachments.kinds import register
from sanchuang.core.attachments.queries import of
from sanchuang.core.attachments.storage import Upload

__all__ = ["Upload", "add", "of", "open_file", "register", "remove", "scan_pending"]
