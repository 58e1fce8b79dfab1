"""What people do with a file on its way in: receive it, say what its columns are, try, start, stop, go on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from sanchuang.core import audit
from sanchuang.core.attachments import Upload, content
from sanchuang.core.attachments.actions import content_of
from sanchuang.core.attachments.names import cleaned
from sanchuang.core.attachments.scanner import scan
from sanchuang.core.errors import Conflict
from sanchuang.core.language import listed
from sanchuang.core.models import Blob, User
from sanchuang.core.permissions import authorise
from sanchuang.registry.definitions import dictionary
from sanchuang.registry.imports import tasks
from sanchuang.registry.imports.columns import Column, Guide, kept_columns
from sanchuang.registry.imports.files import Row, open_table
from sanchuang.registry.imports.kinds import KINDS, kind_of
from sanchuang.registry.imports.tops import keep_top, top_of
from sanchuang.registry.models import ColumnMemory, Import
from sanchuang.values import Evidence, Malformed

PERMISSION = "registry.import_records"
State = Import.State
SOURCE = 200  # characters


def receive(upload: Upload, *, by: User, kind: str, source: str, sheet: str = "") -> Import:
    """Take in a file: look at it, find its heads, and guess what its columns are.

    `source` says whose register it is; what its columns were last time is remembered under it. Raises `Refused`,
    `Malformed` for a file that is no table, and `NoScan`. Not to be called inside a transaction: reading takes long.
    """
    authorise(by, PERMISSION)
    source = source.strip()
    if kind not in KINDS:
        raise Malformed(
            _("There are no files of “%(kind)s”") % {"kind": kind},
            _("Kinds: %(kinds)s") % {"kinds": listed(KINDS)},
        )
    if not source or len(source) > SOURCE:
        raise Malformed(
            _("A file needs its source"), _("Say in a few words whose register it is, and of when")
        )
    name = cleaned(upload.name)
    scanned = scan(upload.path)
    if scanned.state is Blob.Scan.INFECTED:
        raise Malformed(_("The virus scanner refused the file"), _("Ask the sender for a clean one"))
    table = open_table(upload.path, name, sheet)
    guide = KINDS[kind].guide(dictionary())
    top = table.top()
    heads = guide.heads_at(top)
    columns = guide.mapped(heads_of(top, heads), _remembered(source, kind))
    file_type = content.type_of(name)
    with transaction.atomic():
        authorise(by, PERMISSION)
        content_type = file_type.content_type if file_type else "application/octet-stream"
        blob = content_of(upload, content_type, scanned)
        run = Import.objects.create(
            kind=kind,
            source=source,
            name=name,
            blob=blob,
            sheet=table.sheet,
            heads=heads,
            columns=[column.as_json() for column in columns],
            by=by,
        )
        audit.created(run, by=by, verb="registry.receive_import")
        upload.keep()
    keep_top(run, top)
    return run


def heads_of(top: Sequence[Row], number: int) -> list[str]:
    """The heads in row `number` of a table's first rows, up to the last that is not empty; empty ones are named after their column."""
    row = next((row for row in top if row.number == number), None)
    if row is None:
        raise Malformed(
            _("Row %(row)s is none of the first rows of the file") % {"row": number},
            _("Give the number of the row with the names of the columns"),
        )
    cells = list(row.cells)
    while cells and not cells[-1]:
        cells.pop()
    return [cell or f"[{letters(at)}]" for at, cell in enumerate(cells)]


def letters(at: int) -> str:
    """The letters of a column counted from 0, as a spreadsheet shows them."""
    text = ""
    at += 1
    while at:
        at, rest = divmod(at - 1, 26)
        text = chr(65 + rest) + text
    return text


def _remembered(source: str, kind: str) -> dict[str, Column]:
    found = ColumnMemory.objects.filter(source=source, kind=kind).values_list("columns", flat=True).first()
    return kept_columns(found or [])


@transaction.atomic
def set_up(
    run: Import,
    *,
    by: User,
    columns: Sequence[Column],
    evidence: Evidence = Evidence.CLAIMED,
    all_or_none: bool = False,
) -> Import:
    """Say what the columns are, and how facts are graded; remembered for the next file of this source. Begins the dry run.

    Raises `Refused`, `Conflict` once the import has begun, `Malformed` for columns that leave something to guess.
    """
    authorise(by, PERMISSION)
    if evidence is not Evidence.CLAIMED:
        authorise(by, "registry.grade_fact")
    now = _locked(run, (State.RECEIVED, State.CHECKING, State.CHECKED))
    guide_of(now).check(columns)
    kept = [column.as_json() for column in columns]
    with audit.change(now, by=by, verb="registry.set_up_import"):
        now.columns, now.evidence, now.all_or_none = kept, evidence, all_or_none
        now.state = State.CHECKING
        now.cursor, now.counts, now.last = 0, {}, None
        now.save()
    now.remarks.all().delete()
    ColumnMemory.objects.update_or_create(source=now.source, kind=now.kind, defaults={"columns": kept})
    tasks.enqueue(now)
    return now


def guide_of(run: Import) -> Guide:
    """What finds the columns of `run`."""
    return kind_of(run).guide(dictionary())


@transaction.atomic
def move_heads(run: Import, *, by: User, heads: int) -> Import:
    """The heads stand in another row than was guessed."""
    authorise(by, PERMISSION)
    now = _locked(run, (State.RECEIVED, State.CHECKED))
    columns = guide_of(now).mapped(heads_of(top_of(now), heads), _remembered(now.source, now.kind))
    with audit.change(now, by=by, verb="registry.set_up_import"):
        now.heads, now.columns = heads, [column.as_json() for column in columns]
        now.state, now.cursor, now.counts, now.last = State.RECEIVED, 0, {}, None
        now.save()
    return now


@transaction.atomic
def start(run: Import, *, by: User) -> Import:
    """Write what the dry run showed. Raises `Refused`, `Conflict`; `Malformed` with faulty rows where all or none was asked."""
    authorise(by, PERMISSION)
    now = _locked(run, (State.CHECKED,))
    faulty = now.counts.get("faulty", 0)
    if now.all_or_none and faulty:
        raise Malformed(
            _("%(count)s rows are faulty, and only a file without faults was to be imported")
            % {"count": faulty},
            _("Mend them and upload the file again, or import the good rows alone"),
        )
    if not sum(now.counts.values()) - faulty:
        raise Malformed(_("No row can be imported"), _("Mend the rows, and upload the file again"))
    with audit.change(now, by=by, verb="registry.start_import"):
        now.state, now.begun, now.cursor, now.counts, now.by = State.RUNNING, True, 0, {}, by
        now.save()
    now.remarks.all().delete()
    tasks.enqueue(now)
    return now


@transaction.atomic
def stop(run: Import, *, by: User) -> Import:
    """Stop behind the chunk at hand; what was written stays."""
    authorise(by, PERMISSION)
    now = _locked(run, (State.RECEIVED, State.CHECKING, State.CHECKED, State.RUNNING))
    with audit.change(now, by=by, verb="registry.stop_import"):
        now.state = State.STOPPED
        now.save()
    return now


@transaction.atomic
def go_on(run: Import, *, by: User) -> Import:
    """Go on behind the last row that was written: after a stop, or when the process that worked on it is gone."""
    authorise(by, PERMISSION)
    now = _locked(run, (State.STOPPED, State.RUNNING, State.CHECKING))
    if now.state == State.STOPPED:
        with audit.change(now, by=by, verb="registry.start_import"):
            now.state = State.RUNNING if now.begun else State.CHECKING
            now.save()
    tasks.enqueue(now)
    return now


def _locked(run: Import, states: Sequence[str]) -> Import:
    now = Import.objects.select_for_update(of=("self",)).select_related("by", "blob").get(pk=run.pk)
    if now.state not in states:
        raise Conflict(
            _("Import #%(number)s is at another step already: %(state)s")
            % {"number": now.pk, "state": now.get_state_display()},
            _("Reload the page"),
        )
    return now


def columns_from(run: Import, given: Mapping[int, Mapping[str, Any]]) -> list[Column]:
    """The columns of `run` with what a form says of each, by its place."""
    columns = []
    for at, kept in enumerate(run.columns):
        column = Column.of(kept)
        said = given.get(at, {})
        columns.append(
            Column(
                column.head,
                str(said.get("to", column.to)),
                str(said.get("unit", column.unit)).strip(),
                str(said.get("year", column.year)).strip(),
            )
        )
    return columns
