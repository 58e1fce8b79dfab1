"""Writing the trail. Each function is called inside the transaction of the change that it tells of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db.models import Model

from sanchuang.core.models import User


def note(
    *,
    by: User | None,
    verb: str,
    record: Model | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    why: str = "",
) -> None:
    """One row for one act; `by` is None only for somebody who is not signed in."""


def created(record: Model, *, by: User, verb: str, why: str = "") -> None:
    """One row for a record that was made: its fields are the row's `after`."""
    note(by=by, verb=verb, record=record, why=why)


def removed(record: Model, *, by: User, verb: str, why: str = "") -> None:
    """One row for a record about to be deleted: its fields are the row's `before`."""
    note(by=by, verb=verb, record=record, why=why)


@contextmanager
def change(record: Model, *, by: User, verb: str, why: str = "") -> Iterator[None]:
    """One row for what the block changes of `record`; none when nothing changed."""
    yield
    note(by=by, verb=verb, record=record, why=why)


def batch(
    *, by: User, verb: str, rows: Iterable[Mapping[str, Any]], record: Model | None = None, why: str = ""
) -> None:
    """One row for many records written at once: their number and the digest of `rows`."""
    note(by=by, verb=verb, record=record, why=why)


def reading(record: Model, *, by: User, what: str) -> None:
    """One row for somebody who reads what not everybody may see; `what` is a registered verb."""
    note(by=by, verb=what, record=record)
