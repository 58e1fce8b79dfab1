"""Why the ledger refuses. Each says what is wrong and what to do; nothing is written then."""

from __future__ import annotations

from sanchuang.core.errors import Conflict
from sanchuang.values import Malformed


class NotEnough(Malformed):
    """The account has less than is to be moved or reserved, and may not be overdrawn."""


class Closed(Malformed):
    """The day counts in a period that is closed, or outside of the account's own."""


class Settled(Malformed):
    """The reservation has not as much left, or none any more; or the transfer is reversed already."""


class SecondPerson(Malformed):
    """The amount is above the pack's limit: a second person has to confirm it."""


class KeyReused(Conflict):
    """The idempotency key belongs to a transfer that is another than this one."""


class Busy(Conflict):
    """Others write to the same accounts all the time; the same call may be made again."""
