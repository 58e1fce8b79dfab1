"""What a pack brings for the calendar; the clocks that run are counted anew by it."""

from __future__ import annotations

from sanchuang.core import calendar, clocks
from sanchuang.core.models import CalendarDay, CalendarYear, User
from sanchuang.core.pack.reader import Pack
from sanchuang.core.pack.register import Counts, Report, loader
from sanchuang.core.pack.schema.calendar import WEEKDAYS
from sanchuang.core.pack.sync import sync
from sanchuang.engines.markup import Problem, Problems


@loader(order=12)
def working_days(pack: Pack, by: User, report: Report) -> Counts:
    """The published years. Raises `Problems` when the pack sets a clock that no room has."""
    _known_clocks(pack)
    # What is left first runs last: the calendar is complete then.
    report.afterwards(lambda: _count_anew(by))
    cited = {source.id: source.cite_as for source in pack.manifest.sources}
    years = [
        CalendarYear(
            pack=pack.id,
            year=entry.year,
            rest="".join(str(n) for n, name in enumerate(WEEKDAYS, 1) if name in entry.rest),
            source=cited[entry.source],
            status=entry.status,
            note=entry.note or "",
        )
        for entry in pack.calendar
    ]
    counts = sync(
        CalendarYear.objects.filter(pack=pack.id), years, key=("year",), report=report, what="calendar"
    )
    days = []
    for year, entry in zip(years, pack.calendar, strict=True):
        for holiday in entry.holidays:
            names = holiday.names.model_dump(exclude_none=True)
            for kind, those in (
                (CalendarDay.Kind.HOLIDAY, holiday.days()),
                (CalendarDay.Kind.MAKEUP, list(holiday.makeup)),
            ):
                days += [CalendarDay(year_id=year.pk, day=day, kind=kind, names=names) for day in those]
    sync(
        CalendarDay.objects.filter(year__pack=pack.id),
        days,
        key=("day",),
        report=report,
        what="calendar_days",
    )
    return counts


def _count_anew(by: User) -> None:
    clocks.recount(by=by, days=calendar.read())


def _known_clocks(pack: Pack) -> None:
    known = {kind.name for kind in clocks.all_kinds()}
    where = (pack.root / "pack.yaml").as_posix()
    remedy = "可用：" + "、".join(sorted(known))
    faults = [
        Problem(where, 0, 0, f"clocks 里的“{name}”不是任何业务的期限", remedy)
        for name in pack.manifest.clocks
        if name not in known
    ]
    if faults:
        raise Problems(faults)
