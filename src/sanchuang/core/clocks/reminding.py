"""What the inbox says of clocks: that one is due soon, and that one is late; each said once for a last day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from sanchuang.core import audit, calendar, inbox
from sanchuang.core.clocks.actions import reminders_of
from sanchuang.core.clocks.kinds import known
from sanchuang.core.clocks.queries import Standing, open_clocks, standing, with_records
from sanchuang.core.language import page_script
from sanchuang.core.models import Clock, InboxItem, User
from sanchuang.core.permissions import administrator, authorise, permit
from sanchuang.core.roles import Role

KIND = "clock"

permit(
    "core.remind_clocks",
    administrator,
    what=gettext_lazy("send reminders of deadlines"),
    who=gettext_lazy("administrators"),
)
audit.register("core.remind_clocks", gettext_lazy("send reminders of deadlines"))


@transaction.atomic
def remind(today: dt.date, *, by: User) -> list[InboxItem]:
    """Put into the inbox what is due soon or late on `today`; gives the items that are new.

    However often it runs, each last day of a clock is told once as due soon and once as late. A clock seen to be late
    stays late, also when the system's clock goes back. Raises `Refused`.
    """
    authorise(by, "core.remind_clocks")
    days = calendar.current()
    put, rows = [], []
    for clock, record in with_records(open_clocks().select_for_update(of=("self",))):
        stands = standing(clock, today, days)
        if not stands.late and not stands.soon:
            continue
        if stands.late and clock.late_on is None:
            clock.late_on = stands.day
            clock.save(update_fields=["late_on"])
            rows.append({"clock": clock.pk, "late_on": clock.late_on.isoformat()})
        item = _put(stands, record, by)
        if item is not None:
            put.append(item)
            rows.append({"clock": clock.pk, "item": item.pk})
    if rows:
        audit.batch(by=by, verb="core.remind_clocks", rows=rows)
    return put


def _put(stands: Standing, record: Any, by: User) -> InboxItem | None:
    """The new item; None where nobody is to be reminded, or where it has been put before."""
    clock, kind = stands.clock, stands.kind
    whom = _whom(clock)
    key = f"{reminders_of(clock)}{'late' if stands.late else 'soon'}:{clock.due}"
    if not whom or InboxItem.objects.filter(key=key).exists():
        return None
    # What was due soon is late now, or has another day: the new item says it all.
    inbox.withdraw(reminders_of(clock), by=by, outcome="overtaken")
    data = {
        "clock": clock.kind,
        "names": dict(kind.names(record)) if record is not None else {"zh-hans": str(clock)},
        "late": stands.late,
        "due": clock.due.isoformat(),
        "provisional": stands.provisional,
        "length": clock.length,
        "unit": clock.unit,
        "source": clock.source,
    }
    link = kind.link(record) if record is not None else ""
    return inbox.put(by=by, key=key, kind=KIND, data=data, link=link, due=clock.due, **whom)


def _whom(clock: Clock) -> dict[str, Any]:
    """Whom the item waits for; administrators, where the one user to be reminded cannot sign in any more."""
    if clock.user is not None:
        return {"user": clock.user} if clock.user.is_active else {"role": Role.ADMINISTRATOR}
    return {"role": Role(clock.role), "organisation": clock.organisation} if clock.role else {}


def length_text(length: int, unit: str) -> str:
    """ "15 working days" in the page's language."""
    if unit == Clock.Unit.WORKDAYS:
        return ngettext("%(n)s working day", "%(n)s working days", length) % {"n": length}
    return ngettext("%(n)s calendar day", "%(n)s calendar days", length) % {"n": length}


def _tell(data: Mapping[str, Any]) -> inbox.Told:
    kind = known(data["clock"])
    label = kind.label if kind is not None else data["clock"]
    name = data["names"].get(page_script()) or data["names"].get("zh-hans", "")
    said = {"kind": label, "name": name}
    title = (_("Late: %(kind)s, %(name)s") if data["late"] else _("Due soon: %(kind)s, %(name)s")) % said
    due = _("%(day)s (provisional)") % {"day": data["due"]} if data["provisional"] else data["due"]
    terms = (
        (_("Last day"), due),
        (_("Length"), length_text(data["length"], data["unit"])),
        (_("Source"), data["source"]),
    )
    return inbox.Told(title, terms=terms)


inbox.register(
    inbox.Kind(
        KIND,
        gettext_lazy("Deadline"),
        _tell,
        {"noted": gettext_lazy("Noted"), "overtaken": gettext_lazy("No longer needed")},
    )
)
