"""What heads mean, and what is remembered of a source."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.utils.translation import override
from import_files import HEADS, SOURCE, company, received, text, tried, workbook

from sanchuang.core.roles import Role
from sanchuang.engines.rules.dictionary import FactDictionary, FactSpec, FactType, Per
from sanchuang.registry.definitions import dictionary
from sanchuang.registry.imports import actions
from sanchuang.registry.imports.columns import Column, Guide
from sanchuang.registry.imports.kinds import KINDS
from sanchuang.registry.models import ColumnMemory
from sanchuang.values import Malformed

pytestmark = pytest.mark.usefixtures("westlake")


@pytest.fixture
def officer(westlake: None, make_user: Any) -> Any:
    return make_user(Role.OFFICER)


@pytest.fixture
def guide(westlake: None) -> Guide:
    return KINDS["organisations"].guide(dictionary())


@pytest.mark.parametrize(
    ("head", "column"),
    [
        ("统一社会信用代码", ("code", "", "")),
        ("企业名称", ("name", "", "")),
        ("單位名稱", ("name", "", "")),
        ("Name", ("name", "", "")),
        ("注册资本(万元)", ("fact:registered_capital", "万元", "")),
        ("注册资本（单位：万元）", ("fact:registered_capital", "万元", "")),
        ("2024年营业收入（万元）", ("fact:revenue", "万元", "2024")),
        ("研发费用 2023年度", ("fact:rd_expense", "", "2023")),
        ("从业人数(人)2024", ("fact:employees", "人", "2024")),
        ("成立日期", ("fact:registered_on", "", "")),
        ("所属行业", ("industry", "", "")),
        ("序号", ("", "", "")),
    ],
)
def test_heads_are_taken_apart(guide: Guide, head: str, column: tuple[str, str, str]) -> None:
    assert guide.guess(head) == Column(head, *column)


@pytest.mark.parametrize(
    ("head", "quarter"),
    [
        ("2024年三季度季末人数（人）", "2024Q3"),
        ("2024Q1 季末人数(人)", "2024Q1"),
        ("2024年第4季度 季末人数(人)", "2024Q4"),
        ("季末人数(人)", ""),
        ("2024年季末人数(人)", "2024"),
    ],
)
def test_a_fact_of_a_quarter_names_its_quarter_in_the_head(head: str, quarter: str) -> None:
    closing = FactSpec("closing", FactType.COUNT, Per.QUARTER, {"zh": "季末人数"}, unit="人")
    guide = Guide([], FactDictionary.of([closing]))
    column = guide.guess(head)
    assert column == Column(head, "fact:closing", "人", quarter)
    if "Q" in quarter:
        guide.check([column])
    else:
        with pytest.raises(Malformed, match="哪个季度"):
            guide.check([column])


def test_a_quarter_never_passes_for_a_year(guide: Guide) -> None:
    column = guide.guess("2024年一季度营业收入（万元）")
    assert column.year == "2024Q1"
    with pytest.raises(Malformed, match="年"):
        guide.check([replace(column, to="fact:revenue")])


def test_a_unit_or_a_year_is_never_guessed(officer: Any) -> None:
    run = received(text([["企业名称", "注册资本", "营业收入"], ["甲公司", "500", "3"]]), officer)
    with pytest.raises(Malformed, match=r"注册资本.*单位"):
        tried(run, officer)
    with pytest.raises(Malformed, match="营业收入"):
        tried(run, officer, actions.columns_from(run, {1: {"unit": "万元"}, 2: {"unit": "万元"}}))
    columns = actions.columns_from(run, {1: {"unit": "万元"}, 2: {"unit": "万元", "year": "2024"}})
    assert tried(run, officer, columns).counts == {"created": 1}


def test_what_a_source_called_its_columns_is_remembered(officer: Any) -> None:
    content = text([["企业名称", "资本", "杂项"], ["甲公司", "500", "x"]])
    run = received(content, officer)
    assert [column["to"] for column in run.columns] == ["name", "", ""]
    said = actions.columns_from(run, {1: {"to": "fact:registered_capital", "unit": "万元"}})
    tried(run, officer, said)
    assert ColumnMemory.objects.get().source == SOURCE
    again = received(content, officer)
    assert [(c["to"], c["unit"]) for c in again.columns] == [
        ("name", ""),
        ("fact:registered_capital", "万元"),
        ("", ""),
    ]
    assert received(content, officer, source="别处").columns[1]["to"] == ""


def test_heads_are_found_below_titles_or_where_somebody_says(officer: Any) -> None:
    rows = [["企业名录"], ["截至2026年10月"], HEADS, company(1)]
    run = received(workbook(rows, ["A1:F1"]), officer, "a.xlsx")
    assert (run.heads, run.columns[1]["to"]) == (3, "name")
    moved = actions.move_heads(run, by=officer, heads=4)
    assert moved.columns[0]["head"] == company(1)[0]
    with pytest.raises(Malformed, match="第 99 行"):
        actions.move_heads(run, by=officer, heads=99)
    with pytest.raises(Malformed, match="列名"):
        received(text([["甲", "乙"], ["1", "2"]]), officer)


def test_a_mapping_that_would_guess_is_refused(guide: Guide) -> None:
    name, code = Column("企业名称", "name"), Column("代码", "code")
    guide.check([name, code])
    for columns, said in (
        ([code], "名称"),
        ([name, replace(code, to="name")], "两列"),
        ([name, replace(code, to="fact:none")], "不存在"),
        ([name, replace(code, to="password")], "不存在"),
    ):
        with pytest.raises(Malformed, match=said):
            guide.check(columns)


def test_a_table_that_went_out_in_one_language_comes_in_in_all(guide: Guide) -> None:
    for kind in KINDS.values():
        for language in ("zh-hans", "zh-hant", "en"):
            with override(language):
                heads = [str(target.label) for target in kind.targets()]
            found = kind.guide(dictionary()).mapped(heads, {})
            assert [column.to for column in found] == [target.key for target in kind.targets()], language
