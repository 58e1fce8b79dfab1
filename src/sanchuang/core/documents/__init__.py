"""Papers to hand over: PDF files made from templates, with the district's head and foot.

A room registers a `DocumentKind` in its `AppConfig.ready` and calls `render` from an action that has asked its own
permission. See docs/how-to-add-a-room.md.
"""

from sanchuang.core.documents.kinds import MOST_ROWS, DocumentKind, kind_of, register
from sanchuang.core.documents.paper import answer, render

__all__ = ["MOST_ROWS", "DocumentKind", "answer", "kind_of", "register", "render"]
