"""The register of who holds what about a person, so that nothing is forgotten when it is asked for or deleted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from sanchuang.core.models import User

Rows = Iterable[Mapping[str, Any]]


@dataclass(frozen=True)
class Holder:
    """One part of what is known about a person.

    `export(user)` gives its rows as JSON; `erase(user)` deletes what names the person, inside the transaction of the
    erasure. What the law says must stay, stays under the pseudonym.
    """

    key: str
    label: str | Promise
    export: Callable[[User], Rows]
    erase: Callable[[User], None] = lambda _user: None


@dataclass(frozen=True)
class Retention:
    """Personal data with an end: `law` is the key of dated law that says after how many days, `delete(before)` deletes
    what is older than a day and gives the number of rows."""

    key: str
    label: str | Promise
    law: str
    delete: Callable[[dt.date], int]


_holders: dict[str, Holder] = {}
_retentions: dict[str, Retention] = {}


def register(holder: Holder) -> None:
    """Say what a room holds about a person."""
    _holders[holder.key] = holder


def retain(retention: Retention) -> None:
    """Say how long a room may hold it."""
    _retentions[retention.key] = retention


def holders() -> list[Holder]:
    """All holders by key."""
    return [_holders[key] for key in sorted(_holders)]


def retentions() -> list[Retention]:
    """All limits of time by key."""
    return [_retentions[key] for key in sorted(_retentions)]
