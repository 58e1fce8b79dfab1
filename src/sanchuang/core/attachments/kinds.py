"""The register of what files can be attached to, and whose permission is asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db.models import Model

from sanchuang.core.models import Attachment, User


@dataclass(frozen=True)
class Attachable:
    """A kind of record that files can be attached to.

    `view` and `add` are permissions of the room, asked of what `subject` makes of the record; whoever holds `remove`
    on it may remove anybody's file ("": nobody but who uploaded it, and administrators). `address` is the record's
    page. A download of a `confidential` one is written into the audit trail. A record holds at most `most` files.
    """

    model: type[Model]
    view: str
    add: str
    address: Callable[[Any], str]
    remove: str = ""
    subject: Callable[[Any], Any] = lambda record: record
    confidential: bool = False
    most: int = 100


_kinds: dict[str, Attachable] = {}


def register(
    model: type[Model],
    *,
    view: str,
    add: str,
    address: Callable[[Any], str],
    remove: str = "",
    subject: Callable[[Any], Any] = lambda record: record,
    confidential: bool = False,
    most: int = 100,
) -> None:
    """Let files be attached to records of `model`; see `Attachable`. Raises `ValueError` for a second time."""
    label = label_of(model)
    if label in _kinds:
        raise ValueError(
            f"files can be attached to {label!r} already; it is registered once, in AppConfig.ready"
        )
    _kinds[label] = Attachable(model, view, add, address, remove, subject, confidential, most)


def label_of(model: type[Model]) -> str:
    """How a kind of record is named in addresses and rows: "registry.organisation"."""
    return model._meta.label_lower


def attachable(record: Model) -> Attachable | None:
    """How files are attached to `record`; None where they are not."""
    return _kinds.get(label_of(type(record)))


def address_of(record: Model) -> str:
    """The page of a record that files can be attached to."""
    return _kinds[label_of(type(record))].address(record)


def find(label: str, key: str) -> Model | None:
    """The record of the registered kind `label` with the primary key `key` (text); None when there is none."""
    kind = _kinds.get(label)
    if kind is None:
        return None
    try:
        return kind.model._default_manager.filter(pk=key).first()
    except (ValueError, ValidationError, OverflowError):  # no such key can exist
        return None


def remember(attachment: Attachment, record: Model) -> None:
    """Tell a file its record where that is known, so that nobody reads it again for every file of a list."""
    attachment.__dict__["_record"] = record


def record_of(attachment: Attachment) -> Model | None:
    """The record that a file belongs to; None when it is gone, or its room not installed any more."""
    known: Model | None = attachment.__dict__.get("_record")
    return known or find(attachment.model, attachment.record)


def may(user: User | AnonymousUser, what: str, record: Model) -> bool:
    """Whether `user` may `what` ("view", "add", "remove") the files of `record`."""
    kind = attachable(record)
    if kind is None:
        return False
    permission = {"view": kind.view, "add": kind.add, "remove": kind.remove}[what]
    return bool(permission) and user.has_perm(permission, kind.subject(record))
