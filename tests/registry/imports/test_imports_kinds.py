"""People, facts, results and needs from files; and that what goes out comes in again as the same."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import pytest
from django.utils.translation import override
from import_files import imported, text
from openpyxl import load_workbook

from sanchuang.core.audit.verifying import verify
from sanchuang.core.export import lines, workbook
from sanchuang.core.models import AuditEntry
from sanchuang.core.roles import Role
from sanchuang.registry import exporting
from sanchuang.registry.models import Fact, Import, Need, Organisation, Person, Result
from sanchuang.values import Evidence

pytestmark = pytest.mark.usefixtures("westlake")


@pytest.fixture
def officer(westlake: None, make_user: Any) -> Any:
    return make_user(Role.OFFICER)


@pytest.fixture
def company(westlake: None) -> Organisation:
    return Organisation.objects.filter(kind="company", pack="westlake").exclude(code=None).first()


def said(run: Import) -> list[tuple[int, str]]:
    return list(run.remarks.filter(kind="fault").values_list("row", "column"))


def test_people_come_with_what_they_do_where(officer: Any, company: Organisation) -> None:
    heads = ["姓名", "工作单位", "职务", "任职时间", "英文名"]
    rows = [
        heads,
        ["王小湖", company.code, "总经理", "2024-03", "Wang Xiaohu"],
        ["王小湖", company.name, "董事", "2025年", ""],
        ["李西溪", "没有这家公司", "顾问", "", ""],
        ["", company.code, "顾问", "", ""],
        ["赵转塘", company.code, "顾问", "不久前", ""],
    ]
    run = imported(text(rows), officer, kind="people")
    assert run.counts == {"created": 1, "changed": 1, "faulty": 3}
    assert said(run) == [(4, "工作单位"), (5, "姓名"), (6, "任职时间")]
    person = Person.objects.get(name="王小湖")
    assert [(r.title, r.since) for r in person.roles.order_by("title")] == [
        ("总经理", "2024-03"),
        ("董事", "2025"),
    ]
    later = [heads, ["王小湖", company.code, "总经理", "2024-04", "Wang Xiaohu"]]
    assert imported(text(later), officer, kind="people").counts == {"changed": 1}
    assert person.roles.get(title="总经理").since == "2024-04"
    assert imported(text(later), officer, kind="people").counts == {"same": 1}
    assert AuditEntry.objects.filter(model="registry.Person", record=str(person.pk)).count() == 3


def test_facts_come_one_by_one_with_their_grade_and_source(officer: Any, company: Organisation) -> None:
    Fact.objects.filter(organisation=company).delete()
    heads = ["统一社会信用代码", "指标", "数值", "单位", "年度", "证据等级", "出处"]
    code = company.code
    rows = [
        heads,
        [code, "营业收入", "3000", "万元", "2024", "已登记", "年报"],
        [code, "从业人员", "≈50", "", "2024年", "自报", ""],
        [code, "人工智能相关企业", "是", "", "", "", ""],
        [code, "营业收入", "很多", "", "2023", "", ""],
        [code, "营业收入", "5", "", "", "", ""],
        [code, "没有这个指标", "5", "", "2023", "", ""],
        [code, "营业收入", "5万元", "", "2023", "道听途说", ""],
        ["91330106MA00000000", "营业收入", "5万元", "", "2023", "", ""],
    ]
    run = imported(text(rows), officer, kind="facts")
    assert run.counts == {"created": 3, "faulty": 5}
    assert said(run) == [
        (5, "营业收入"),
        (6, "营业收入"),
        (7, "指标"),
        (8, "证据等级"),
        (9, "统一社会信用代码"),
    ]
    facts = {fact.name: fact for fact in Fact.objects.filter(organisation=company)}
    revenue = facts["revenue"]
    assert (revenue.value, revenue.period, revenue.evidence, revenue.source) == (
        3_000_000_000,
        "2024",
        Evidence.REGISTERED,
        "年报",
    )
    assert (facts["employees"].op.value, facts["employees"].value) == ("≈", 50)
    assert facts["ai_related"].value is True
    assert imported(text(rows[:4]), officer, kind="facts").counts == {"same": 3}
    changed = [heads, [code, "营业收入", "4000", "万元", "2024", "已登记", "更正"]]
    run = imported(text(changed), officer, kind="facts")
    assert run.counts == {"changed": 1}
    assert "3,000万元 → 4,000万元" in run.remarks.get(kind="change").message


def test_results_and_needs(officer: Any, company: Organisation) -> None:
    field = Result.objects.first().field
    rows = [
        ["成果名称", "成果简介", "技术领域", "技术成熟度", "完成单位", "关键词"],
        ["新成果", "一种方法。", field.name, "TRL 4", company.code, "影像；算法"],
        ["没有领域", "x", "炼金", "4", "", ""],
        ["成熟度不对", "x", field.name, "12", "", ""],
    ]
    run = imported(text(rows), officer, kind="results")
    assert (run.counts, said(run)) == ({"created": 1, "faulty": 2}, [(3, "技术领域"), (4, "技术成熟度")])
    made = Result.objects.get(title="新成果")
    assert (made.trl, made.organisation, made.keywords, made.field) == (4, company, ["影像", "算法"], field)
    rows[1][3] = "5"
    assert imported(text(rows[:2]), officer, kind="results").counts == {"changed": 1}
    assert Result.objects.get(title="新成果").trl == 5
    needs = [
        ["需求名称", "需求描述", "所属领域", "期望成熟度", "需求单位", "预算", "截止日期"],
        ["新需求", "要一种方法。", field.name, "6", company.name, "50万元", "2027/6/30"],
        ["新需求二", "要一种方法。", field.name, "", "", "-5元", ""],
    ]
    run = imported(text(needs), officer, kind="needs")
    assert said(run) == [(3, "预算")]
    need = Need.objects.get(title="新需求")
    assert (need.budget, need.deadline, need.trl_wanted) == (50_000_000, dt.date(2027, 6, 30), 6)
    assert verify().holds


@pytest.mark.parametrize("kind", list(exporting.EXPORTS))
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_what_goes_out_comes_in_as_the_same(kind: str, language: str, officer: Any) -> None:
    officer.language = language
    officer.save()
    some = Organisation.objects.filter(kind="company").order_by("pk")[:50].values("pk")
    Fact.objects.exclude(organisation__in=some).delete()  # all take a minute, and tell no more
    with override(language):
        out = exporting.sheet(kind, officer)
        content = "".join(lines(out)).encode()
        run = imported(content, officer, kind=kind)
    told = list(run.remarks.values_list("row", "column", "value", "message"))[:5]
    assert set(run.counts) == {"same"}, (run.counts, told)


def test_an_export_is_a_workbook_without_formulas_and_an_empty_one_has_its_heads(officer: Any) -> None:
    Organisation.objects.create(slug="odd", kind="company", name="=HYPERLINK(1)", source="x")
    with workbook(exporting.sheet("organisations", officer)) as file:
        book = load_workbook(io.BytesIO(file.read()))
    cells = [row[0] for row in book.active.iter_rows() if row[0].value == "=HYPERLINK(1)"]
    assert [cell.data_type for cell in cells] == ["s"]
    assert book.active.max_row == Organisation.objects.count() + 1
    empty = list(lines(exporting.sheet("facts", officer, empty=True)))
    assert len(empty) == 2
    assert empty[1].startswith("机构,")


def test_who_may_not_see_facts_exports_none(make_user: Any) -> None:
    facts = exporting.EXPORTS["facts"].records(make_user(Role.FUND_MANAGER, "nobody"))
    assert facts.count() == 0
    assert exporting.EXPORTS["facts"].records(make_user(Role.AUDITOR)).count() == Fact.objects.count() > 0
