"""Going through a file chunk by chunk: the dry run that only looks, and the import that writes.

What a chunk writes and the number of its last row are one transaction. A process that is killed loses the chunk at hand
and nothing else; whoever goes on begins behind the last row that was written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from sanchuang.core import audit
from sanchuang.core.attachments import storage
from sanchuang.core.errors import Conflict
from sanchuang.core.permissions import authorise
from sanchuang.core.search import changed
from sanchuang.engines.rules.dictionary import FactDictionary
from sanchuang.registry.definitions import pinned
from sanchuang.registry.imports.columns import Column
from sanchuang.registry.imports.files import Row, Source, open_table
from sanchuang.registry.imports.kinds import kind_of
from sanchuang.registry.imports.rows import Outcome, Plan, RowReader
from sanchuang.registry.models import Import, ImportRemark
from sanchuang.values import Evidence

CHUNK = 1000  # rows of one transaction
MOST = {  # remarks that are kept of an import; all are counted
    ImportRemark.Kind.FAULT: 20_000,
    ImportRemark.Kind.CHANGE: 500,
    ImportRemark.Kind.LIKE: 2_000,
}
State = Import.State
Progress = Callable[[Import], None]


def open_import(run: Import) -> Source:
    """The file of `run`."""
    return open_table(storage.path_of(run.blob.sha256), run.name, run.sheet)


def work(number: int, progress: Progress = lambda run: None) -> Import:
    """Do what import `number` is at, to its end or until somebody stops it; `progress` hears of each chunk.

    Raises `Conflict` where another process does the same at the same time, and what the file or a lost permission raises.
    """
    run = Import.objects.select_related("by", "blob").get(pk=number)
    with override(run.by.language), pinned() as known:
        return _Pass(run, known.dictionary).go(progress)


class _Pass:
    """One phase of an import, in one process."""

    def __init__(self, run: Import, dictionary: FactDictionary) -> None:
        self.run, self.phase = run, run.state
        if self.phase not in (State.CHECKING, State.RUNNING):
            raise Conflict(_("Nothing is under way: %(state)s") % {"state": run.get_state_display()})
        if self.phase == State.CHECKING:
            self._anew()  # what a dry run found before it was killed stood in its memory only
        self.kind = kind_of(run)(run)
        guide = self.kind.guide(dictionary)
        columns = [Column.of(column) for column in run.columns]
        self.reader = RowReader(columns, guide, self.kind.readers())
        self.kept = Counter(run.remarks.values_list("kind", flat=True))

    def _anew(self) -> None:
        with transaction.atomic():
            self.run.remarks.all().delete()
            Import.objects.filter(pk=self.run.pk).update(cursor=0, counts={}, last=None)
        self.run.cursor, self.run.counts = 0, {}

    def go(self, progress: Progress) -> Import:
        """Every chunk that is left."""
        rows = open_import(self.run).rows(after=max(self.run.cursor, self.run.heads))
        while chunk := list(islice(rows, CHUNK)):
            if not self._chunk(chunk):
                return self.run
            progress(self.run)
        self._end()
        progress(self.run)
        return self.run

    @transaction.atomic
    def _chunk(self, chunk: Sequence[Row]) -> bool:
        """Deal with some rows; false where somebody stopped the import meanwhile."""
        run = self._locked()
        if run.state != self.phase:
            self.run.state = run.state
            return False
        if self.phase == State.RUNNING:
            authorise(run.by, "registry.import_records")
            if run.evidence is not Evidence.CLAIMED:
                authorise(run.by, "registry.grade_fact")
        plans = self.kind.plan(list(self.reader.read(chunk)))
        if self.phase == State.RUNNING:
            self.kind.write(plans, self._why)
            changed()
        counts = Counter(run.counts)
        counts.update(plan.outcome.value for plan in plans)
        self._remark(plans)
        run.counts, run.cursor = dict(counts), chunk[-1].number
        run.save(update_fields=["counts", "cursor", "touched_at"])
        self.run.counts, self.run.cursor = run.counts, run.cursor
        return True

    def _locked(self) -> Import:
        """The import as it is now, held until the transaction ends; another process may have been faster."""
        run = Import.objects.select_for_update(of=("self",)).select_related("by").get(pk=self.run.pk)
        if run.cursor != self.run.cursor:
            raise Conflict(
                _("Another process goes on with import #%(number)s") % {"number": run.pk},
                _("Look at its page; nothing is to be done"),
            )
        return run

    def _why(self, number: int) -> str:
        return _("Import #%(number)s: %(file)s, row %(row)s") % {
            "number": self.run.pk,
            "file": self.run.name,
            "row": number,
        }

    def _remark(self, plans: Sequence[Plan]) -> None:
        found = []
        for remark in self._remarks(plans):
            if self.kept[remark.kind] < MOST[ImportRemark.Kind(remark.kind)]:
                self.kept[remark.kind] += 1
                found.append(remark)
        ImportRemark.objects.bulk_create(found)

    def _remarks(self, plans: Sequence[Plan]) -> Iterator[ImportRemark]:
        kinds = ImportRemark.Kind
        for plan in plans:
            for fault in plan.faults:
                yield ImportRemark(
                    run=self.run,
                    kind=kinds.FAULT,
                    row=plan.number,
                    column=fault.column[:120],
                    value=fault.value,
                    message=fault.message,
                    remedy=fault.remedy,
                )
            if plan.outcome is Outcome.CHANGED:
                for label, before, after in plan.changes:
                    yield ImportRemark(
                        run=self.run,
                        kind=kinds.CHANGE,
                        row=plan.number,
                        column=label[:120],
                        value=str(plan.record)[:200],
                        message=_("%(before)s → %(after)s") % {"before": before or "–", "after": after},
                    )
            for like in plan.likes:
                yield ImportRemark(
                    run=self.run,
                    kind=kinds.LIKE,
                    row=plan.number,
                    value=str(plan.record)[:200],
                    message=f"{like.how.label}: {like.name}",
                    organisation=plan.record.slug,
                    other=self.kind.slug_of(like.pk),
                )

    @transaction.atomic
    def _end(self) -> None:
        run = self._locked()
        if run.state != self.phase:
            self.run.state = run.state
            return
        run.last = run.cursor
        run.state = State.CHECKED if self.phase == State.CHECKING else State.DONE
        run.save(update_fields=["last", "state", "touched_at"])
        if run.state == State.DONE:
            audit.note(by=run.by, verb="registry.finish_import", record=run, after={"counts": run.counts})
        self.run.state, self.run.last = run.state, run.last


def rows_of(run: Import, numbers: Sequence[int]) -> Iterator[Row]:
    """The rows of the file with these numbers, in the order of the file."""
    wanted = set(numbers)
    for row in open_import(run).rows(after=run.heads):
        if row.number in wanted:
            yield row
