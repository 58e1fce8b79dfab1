"""How notices that are no inbox items are told: by kind, in the reader's language."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from sanchuang.core.inbox.kinds import Told, kind_of, tell
from sanchuang.core.models import Notice

Teller = Callable[[Mapping[str, Any]], Told]

_tellers: dict[str, Teller] = {}
_log = logging.getLogger(__name__)


def register(kind: str, teller: Teller) -> None:
    """Let notices of `kind` be told by `teller`, from their `data`, in the language active when it is called.

    Only the title goes into a mail: say nothing in it that only those who are signed in may know.
    """
    if kind in _tellers and _tellers[kind] is not teller:
        raise ValueError(f"notice kind {kind!r} is registered twice")
    _tellers[kind] = teller


def known(kind: str) -> bool:
    """Whether somebody registered `kind`."""
    return kind in _tellers


def title(notice: Notice) -> str:
    """What the notice says, in one line. One that cannot be told any more is named by its kind.

    A room's fault in telling one of its notices must not keep everybody's mail from going out; it is logged.
    """
    try:
        if notice.item is not None:
            told = tell(notice.item)
        elif notice.kind in _tellers:
            told = _tellers[notice.kind](notice.data)
        else:
            return notice.kind
    except Exception:
        _log.exception("notice %s cannot be told", notice.pk)
        return str(kind_of(notice.item).label) if notice.item is not None else notice.kind
    return told.title
