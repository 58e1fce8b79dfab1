"""Readers' reports that a figure or a record is wrong, and their way to the pack's editor.

A room registers each kind of its records that can be reported; the report waits in the inbox of whoever holds the
editor's role, and the answer is seen by the reader who sent it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sanchuang.core import clocks, inbox
from sanchuang.core.errors import Unfit
from sanchuang.core.inbox.queries import somebody_holds
from sanchuang.core.language import page_language, page_script
from sanchuang.core.law import NoLaw
from sanchuang.core.models import InboxItem, User
from sanchuang.core.permissions import require
from sanchuang.core.roles import Role
from sanchuang.values import Malformed

KIND = "report"
SHORT, LONG = 200, 2000  # characters of an answer in one line, and of a text


@dataclass(frozen=True)
class Subject:
    """A record as a report shows it: its names by script, its value by language ("zh", "en"), its source and address.

    `value` is empty for a record of many entries; the report then says which entry is meant.
    """

    names: Mapping[str, str]
    link: str
    value: Mapping[str, str] = field(default_factory=dict)
    source: str = ""
    synthetic: bool = False

    def name(self) -> str:
        """The name in the page's script."""
        return by_script(self.names)

    def shown(self) -> str:
        """The value in the page's language."""
        return by_language(self.value)


@dataclass(frozen=True)
class Reportable:
    """A kind of record that can be reported: its words, who may see such a record, and how one is found."""

    label: str | Promise
    permission: str
    find: Callable[[str], Subject | None]


_kinds: dict[str, Reportable] = {}


def register(kind: str, reportable: Reportable) -> None:
    """Let records of `kind` be reported."""
    if kind in _kinds and _kinds[kind] != reportable:
        raise ValueError(f"reportable kind {kind!r} is registered twice")
    _kinds[kind] = reportable


def address(name: str, *args: str) -> str:
    """The address of a record's page, empty where no room serves it."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def by_script(names: Mapping[str, str]) -> str:
    """One of a record's names in the page's script, else the simplified one."""
    return names.get(page_script()) or names.get("zh-hans", "")


def by_language(texts: Mapping[str, str]) -> str:
    """One of two texts in the page's language, else the Chinese one."""
    return texts.get(page_language()) or texts.get("zh", "")


def subject(kind: str, slug: str, user: User) -> Subject:
    """The record to report; raises `Unfit` when there is none and `Refused` when `user` may not see it."""
    reportable = _kinds.get(kind)
    if reportable is None:
        raise Unfit(_("Records of this kind cannot be reported."), _("Open the record and follow its link."))
    require(user, reportable.permission)
    found = reportable.find(slug)
    if found is None:
        raise Unfit(_("There is no such record."), _("It may have been renamed or removed. Search for it."))
    return found


def reports_of(user: User, record: str) -> QuerySet[InboxItem]:
    """The reports that `user` sent about `record` ("figure:gdp")."""
    return InboxItem.objects.filter(kind=KIND, made_by=user, data__record=record)


def open_report(user: User, kind: str, slug: str) -> InboxItem | None:
    """The report about this record that `user` sent and that is not answered yet."""
    return reports_of(user, f"{kind}:{slug}").filter(state=InboxItem.State.OPEN).first()


@transaction.atomic
def report(
    *, by: User, kind: str, slug: str, wrong: str, part: str = "", right: str = "", seen: str = ""
) -> tuple[InboxItem, bool]:
    """Report that the record is wrong; gives the item that now waits, and whether it is a new one.

    `part` is the entry that is meant, `right` what it should be, `seen` where one can see it. Who reports a record
    again before the first report is answered is given the first one, unchanged. The pack says by when it is answered (`clocks: {report: …}`). Raises `Refused`, `Unfit` for a record
    that is not there, `Malformed` when nothing is said or too much.
    """
    require(by, "core.report")
    about = subject(kind, slug, by)
    said = {"part": part.strip(), "wrong": wrong.strip(), "right": right.strip(), "seen": seen.strip()}
    if not said["wrong"]:
        raise Malformed(_("It does not say what is wrong"), _("Tell it in a sentence or two"))
    for name, most in (("part", SHORT), ("wrong", LONG), ("right", LONG), ("seen", LONG)):
        if len(said[name]) > most:
            raise Malformed(
                _("This is too long: at most %(most)s characters") % {"most": most},
                _("Write the main points; of longer material, say where it can be seen"),
            )
    if waiting := open_report(by, kind, slug):
        return waiting, False
    record = f"{kind}:{slug}"
    number = reports_of(by, record).count() + 1  # two clicks at once make one key, and so one item
    item = inbox.put(
        by=by,
        key=f"{KIND}:{by.pk}:{record}:{number}",
        kind=KIND,
        data={
            "record": record,
            "names": dict(about.names),
            "value": dict(about.value),
            "source": about.source,
            **said,
        },
        link=about.link,
        role=Role.EDITOR if somebody_holds(Role.EDITOR, timezone.localdate()) else Role.ADMINISTRATOR,
    )
    if clocks.clock_of(item, KIND) is None:
        with suppress(NoLaw):  # a pack that sets no term for answers: the item has no day
            item.due = clocks.start(item, KIND, by=by).due
    return item, True


def _answered(item: InboxItem, by: User) -> None:
    """The term for the answer ends with the answer."""
    clock = clocks.clock_of(item, KIND)
    if clock is not None and clock.stopped is None:
        clocks.stop(clock, by=by)


def _asked_again(item: InboxItem, by: User) -> None:
    """The term goes on; the time since the answer is not counted."""
    clock = clocks.clock_of(item, KIND)
    if clock is not None and clock.stopped is not None:
        last = item.steps.order_by("-pk").first()
        item.due = clocks.reopen(clock, by=by, why=last.note if last else "").due


def _tell(data: Mapping[str, Any]) -> inbox.Told:
    """The report in words; what the reader wrote stays as written."""
    kind = str(data["record"]).partition(":")[0]
    label = str(_kinds[kind].label) if kind in _kinds else kind
    terms = (
        (_("Kind of record"), label),
        (_("Shown"), by_language(data["value"])),
        (_("Source"), data["source"]),
        (_("Which entry"), data["part"]),
        (_("What is wrong"), data["wrong"]),
        (_("What would be right"), data["right"]),
        (_("Where one can see it"), data["seen"]),
    )
    title = _("Reported as wrong: %(name)s") % {"name": by_script(data["names"])}
    return inbox.Told(title, terms=tuple(term for term in terms if term[1]))


inbox.register(
    inbox.Kind(
        KIND,
        gettext_lazy("Report of an error"),
        _tell,
        {
            "corrected": gettext_lazy("Corrected in the pack"),
            "stays": gettext_lazy("Stays as it is"),
        },
        explained=frozenset({"stays"}),
        settled=_answered,
        reopened=_asked_again,
    )
)
# How long an answer may take is the district's to say: `clocks: {report: …}` in pack.yaml. The item itself waits on
# somebody's desk with its day, so nobody is reminded of it a second time.
clocks.register(
    clocks.ClockKind(
        KIND,
        gettext_lazy("Answer to a report"),
        "core.InboxItem",
        "core.see_inbox",
        names=lambda item: item.data["names"],
        link=lambda item: reverse("desk-item", args=[item.pk]),
    )
)
