"""The calendar in a pack: what is read of it, and what its author is told about a fault."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanchuang.core.pack.reader import read_pack
from sanchuang.core.pack.schema import CalendarYear
from sanchuang.engines.markup import Problems

TINY = Path(__file__).parents[2] / "packs" / "tiny"
DOCS = Path(__file__).parents[3] / "docs" / "how-to-write-a-pack.md"
HEAD = "- year: 2024\n  source: paper\n  status: assumption\n  holidays:\n"
FJORD = '  - {names: {hans: 峡湾节}, from: "2024-05-16", to: "2024-05-17"}\n'


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A copy of the tiny pack."""
    return Path(shutil.copytree(TINY, tmp_path / "p"))


def complaints(pack: Path) -> list[str]:
    with pytest.raises(Problems) as caught:
        read_pack(pack)
    return [str(problem).replace(f"{pack.as_posix()}/", "") for problem in caught.value.problems]


def test_a_year_is_read_with_its_rest_and_holidays() -> None:
    first, second = read_pack(TINY).calendar
    assert (first.year, first.rest, second.rest) == (2024, ("sat", "sun"), ("fri", "sat", "sun"))
    fjord = first.holidays[1]
    assert fjord.days() == [dt.date(2024, 5, 16), dt.date(2024, 5, 17)]
    assert fjord.makeup == (dt.date(2024, 5, 25),)
    assert first.rests(dt.date(2024, 5, 25))


FAULTS = {
    "a holiday outside its year": (
        HEAD + '  - {names: {hans: 新年}, from: "2023-12-31", to: "2024-01-01"}\n',
        "calendar.yaml:5:31: 2023-12-31 不在 2024 年 — 跨年的假期分写在两年里，或改正日期",
    ),
    "a holiday that ends before it begins": (
        HEAD + '  - {names: {hans: 新年}, from: "2024-01-02", to: "2024-01-01"}\n',
        "calendar.yaml:5:5: from 晚于 to — 检查两个日期",
    ),
    "two holidays on one day": (
        HEAD + FJORD + '  - {names: {hans: 海节}, from: "2024-05-17", to: "2024-05-18"}\n',
        "calendar.yaml:6:31: 2024-05-17 已经写在“峡湾节”里 — 改正日期，或并成一个假期",
    ),
    "a day made up for that is worked anyway": (
        HEAD + FJORD.replace("}\n", ', makeup: ["2024-05-24"]}\n'),
        "calendar.yaml:5:73: 2024-05-24 本来就上班，不用补班 — 补班日应是每周的休息日：改正日期，或删去",
    ),
    "a day made up for twice": (
        HEAD + FJORD.replace("}\n", ', makeup: ["2024-05-25", "2024-05-25"]}\n'),
        "calendar.yaml:5:87: 2024-05-25 已经写在“峡湾节”里 — 改正日期，或删去",
    ),
    "a day made up for within a holiday": (
        HEAD + '  - {names: {hans: 长假}, from: "2024-05-24", to: "2024-05-26", makeup: ["2024-05-25"]}\n',
        "calendar.yaml:5:72: 2024-05-25 已经写在“长假”里 — 改正日期，或删去",
    ),
    "a day made up for in a year that is not there": (
        HEAD + FJORD.replace("}\n", ', makeup: ["2023-05-27"]}\n'),
        "calendar.yaml:5:73: 2023-05-27 在 2023 年，本文件没有这一年 — 补上那一年，或改正日期",
    ),
    "a year twice": (
        HEAD + FJORD + "- {year: 2024, source: paper, status: assumption}\n",
        "年份“2024”重复",
    ),
    "a day of rest that is no day": (
        "- {year: 2024, rest: [sat, sum], source: paper, status: assumption}\n",
        "calendar.yaml:1:28: “1”不能是“sum” — 是不是“sun”？",
    ),
    "a day of rest twice": (
        "- {year: 2024, rest: [sat, sat], source: paper, status: assumption}\n",
        "calendar.yaml:1:3: rest 里有重复的星期 — 每个休息日写一次",
    ),
    "a week without work": (
        "- {year: 2024, rest: [mon, tue, wed, thu, fri, sat, sun], source: paper, status: assumption}\n",
        "calendar.yaml:1:22:",
    ),
    "a source that is not there": (
        "- {year: 2024, source: papyrus, status: assumption}\n",
        "calendar.yaml:1:24: 没有来源“papyrus” — 是不是“paper”？",
    ),
    "a year as words": (
        "- {year: '2024年', source: paper, status: assumption}\n",
        "calendar.yaml:1:10: “year”应为整数",
    ),
}


@pytest.mark.parametrize(("text", "told"), FAULTS.values(), ids=FAULTS)
def test_an_author_is_told_where_and_what_to_do(text: str, told: str, pack: Path) -> None:
    (pack / "calendar.yaml").write_text(text, encoding="utf-8")
    [complaint] = complaints(pack)
    assert told in complaint


def test_all_faults_are_told_at_once(pack: Path) -> None:
    text = HEAD + FJORD.replace("}\n", ', makeup: ["2024-05-24", "2023-01-01"]}\n')
    (pack / "calendar.yaml").write_text(text, encoding="utf-8")
    assert len(complaints(pack)) == 2


def change_clocks(pack: Path, to: str) -> None:
    path = pack / "pack.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("report: answer.days", to), encoding="utf-8")


def test_a_clock_names_a_value_of_the_law(pack: Path) -> None:
    change_clocks(pack, "report: answer.day")
    [complaint] = complaints(pack)
    assert "没有法定数值“answer.day” — 是不是“answer.days”？" in complaint
    assert complaint.startswith("pack.yaml:")


def test_a_clock_runs_in_days(pack: Path) -> None:
    path = pack / "law.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("arbeidsdager", "personer"), encoding="utf-8")
    [complaint] = complaints(pack)
    assert "“answer.days”的单位“personer”量的是 count" in complaint
    assert complaint.endswith("可用的单位：dager、arbeidsdager")


def test_the_example_of_the_documentation_is_a_calendar(pack: Path) -> None:
    text = DOCS.read_text(encoding="utf-8").split("\n## calendar\n", 1)[1]
    example = re.search(r"```yaml\n(.*?)```", text, flags=re.DOTALL)
    assert example is not None
    (pack / "calendar.yaml").write_text(example[1].replace("source: own", "source: paper"), encoding="utf-8")
    assert [year.year for year in read_pack(pack).calendar] == [2024]


@given(
    st.dates(dt.date(2024, 1, 1), dt.date(2024, 12, 31)), st.dates(dt.date(2024, 1, 1), dt.date(2024, 12, 31))
)
def test_a_holiday_holds_its_first_and_last_day_and_all_between(a: dt.date, b: dt.date) -> None:
    first, last = sorted((a, b))
    year = CalendarYear.model_validate(
        {
            "year": 2024,
            "source": "paper",
            "status": "assumption",
            "holidays": [{"names": {"hans": "假"}, "from": first.isoformat(), "to": last.isoformat()}],
        }
    )
    days = year.holidays[0].days()
    assert (days[0], days[-1], len(days)) == (first, last, (last - first).days + 1)
