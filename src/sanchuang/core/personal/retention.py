"""Deleting personal data whose time is over, by dated law."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.utils.functional import Promise

from sanchuang.core import audit
from sanchuang.core.law import LawValue, NoLaw, law
from sanchuang.core.models import User
from sanchuang.core.permissions import authorise
from sanchuang.core.personal.holders import retentions


@dataclass(frozen=True)
class Swept:
    """What the sweep did for one kind of data: how many rows it deleted, by which law; without a law, nothing."""

    key: str
    label: str | Promise
    law: LawValue | None
    before: dt.date | None = None
    deleted: int = 0


@transaction.atomic
def sweep(*, by: User, today: dt.date) -> list[Swept]:
    """Delete what is older than the law in force on `today` lets it be kept. What no law limits is kept and told.

    One row of the audit trail says how much of what was deleted. Raises `Refused`.
    """
    authorise(by, "core.sweep")
    done = []
    for each in retentions():
        try:
            limit = law(each.law, on=today)
        except NoLaw:
            done.append(Swept(each.key, each.label, None))
            continue
        before = today - dt.timedelta(days=int(limit.value))  # type: ignore[arg-type]  # a number of days
        done.append(Swept(each.key, each.label, limit, before, each.delete(before)))
    deleted = {swept.key: swept.deleted for swept in done if swept.deleted}
    if deleted:
        audit.note(by=by, verb="core.sweep", after=deleted, count=sum(deleted.values()))
    return done
