"""Importing a business register: what is new, what changes, what is the same, what is wrong, and who may."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from django.utils import timezone
from import_files import HEADS, company, credit_code, imported, received, text, tried, workbook

from sanchuang.core import audit, confidential
from sanchuang.core.audit.verifying import verify
from sanchuang.core.errors import Conflict, Refused
from sanchuang.core.models import AuditEntry, Blob
from sanchuang.core.roles import Role
from sanchuang.core.search import search
from sanchuang.registry.imports import actions, running
from sanchuang.registry.imports.running import work
from sanchuang.registry.imports.tasks import by_itself
from sanchuang.registry.models import Fact, Import, ImportRemark, Organisation, OrganisationName
from sanchuang.values import Evidence, Malformed

pytestmark = pytest.mark.usefixtures("westlake")
Use = OrganisationName.Kind


@pytest.fixture
def officer(westlake: None, make_user: Any) -> Any:
    return make_user(Role.OFFICER)


def faults(run: Import) -> list[tuple[int, str]]:
    """Row and column of each fault."""
    return list(run.remarks.filter(kind="fault").values_list("row", "column"))


def test_a_register_comes_in_as_it_is(officer: Any) -> None:
    rows = [
        HEADS,
        company(1, "杭州西湖智算科技有限公司", **{"注册资本(万元)": "１，２００.5"}),
        company(
            2,
            "杭州湖畔數聯有限公司",
            **{"注册资本(万元)": "1.2亿元", "成立日期": "42065", "行业": "软件和信息技术服务业"},
        ),
        company(3, **{"统一社会信用代码": "", "注册资本(万元)": ""}),
    ]
    run = imported(workbook(rows), officer, "名录.xlsx", evidence=Evidence.REGISTERED)
    assert (run.state, run.counts, run.last) == (Import.State.DONE, {"created": 3}, 4)
    first = Organisation.objects.get(code=credit_code(1))
    assert (first.slug, first.kind, first.industry.code, first.address) == (
        first.code,
        "company",
        "65",
        "文三路",
    )
    assert (first.source, first.synthetic, first.pack) == (run.source, False, "")
    facts = {fact.name: fact for fact in first.facts.all()}
    assert facts["registered_capital"].value == 1_200_50000 * 10
    assert (facts["registered_on"].value, facts["registered_on"].evidence) == (
        "2015-03-02",
        Evidence.REGISTERED,
    )
    second = Organisation.objects.get(code=credit_code(2))
    known = dict(second.facts.values_list("name", "value"))
    assert known == {"registered_capital": 12_000_000_000, "registered_on": "2015-03-02"}
    third = Organisation.objects.get(name="杭州第3号试验有限公司")
    assert (third.code, third.slug) == (None, f"import-{run.pk}-4")
    assert [fact.name for fact in third.facts.all()] == ["registered_on"]
    hits = search("西湖智算", officer).hits
    assert first.slug in {hit.id for hit in hits}


def test_every_record_says_from_which_row_it_came(officer: Any) -> None:
    run = imported(text([HEADS, company(1)]), officer)
    row = AuditEntry.objects.get(
        model="registry.Organisation", record=str(Organisation.objects.get(code=credit_code(1)).pk)
    )
    assert (row.verb, row.actor, row.after["code"]) == (
        "registry.create_organisation",
        officer.pseudonym,
        credit_code(1),
    )
    assert row.why == f"导入 #{run.pk}：名录.csv 第 2 行"
    batch = AuditEntry.objects.get(verb="registry.import_facts")
    assert (batch.count, batch.record) == (2, str(run.pk))
    assert verify().holds


def test_the_same_file_again_changes_nothing(officer: Any) -> None:
    content = text([HEADS, company(1), company(2), company(3, **{"统一社会信用代码": ""})])
    imported(content, officer)
    there = (Organisation.objects.count(), Fact.objects.count(), OrganisationName.objects.count())
    again = imported(content, officer)
    assert again.counts == {"same": 3}
    assert (Organisation.objects.count(), Fact.objects.count(), OrganisationName.objects.count()) == there


def test_what_a_row_says_more_or_otherwise_is_changed_and_told(officer: Any) -> None:
    imported(text([HEADS, company(1, "杭州旧名有限公司"), company(2)]), officer)
    changed = company(1, "杭州新名有限公司", **{"注册资本(万元)": 800, "住所": "", "行业": ""})
    rows = [(*HEADS, "曾用名"), [*changed, "杭州更旧名有限公司"], [*company(2), ""]]
    run = tried(received(text(rows), officer), officer)
    assert run.counts == {"changed": 1, "same": 1}
    told = {r.column: r.message for r in run.remarks.filter(kind="change")}
    assert told["注册资本"] == "500万元 → 800万元"
    assert "杭州旧名有限公司 → 杭州新名有限公司" in told.values()
    assert Organisation.objects.get(code=credit_code(1)).name == "杭州旧名有限公司"  # a dry run only looks
    with by_itself():
        actions.start(run, by=officer)
        work(run.pk)
    now = Organisation.objects.get(code=credit_code(1))
    assert (now.name, now.address) == ("杭州新名有限公司", "文三路")  # an empty cell says nothing
    assert {(n.name, n.kind) for n in now.names.all()} == {
        ("杭州新名有限公司", Use.CURRENT),
        ("杭州旧名有限公司", Use.FORMER),
        ("杭州更旧名有限公司", Use.FORMER),
    }
    assert now.facts.get(name="registered_capital").value == 80_000_0000 * 1
    row = AuditEntry.objects.filter(verb="registry.change_organisation").first()
    assert (row.before["name"], row.after["name"]) == ("杭州旧名有限公司", "杭州新名有限公司")


def test_a_new_value_stands_beside_what_was_known_before_today(officer: Any) -> None:
    imported(text([HEADS, company(1)]), officer)
    Fact.objects.update(known_from="2025-01-01")
    imported(text([HEADS, company(1, **{"注册资本(万元)": 800})]), officer)
    values = Fact.objects.filter(organisation__code=credit_code(1), name="registered_capital")
    assert sorted(values.values_list("value", flat=True)) == [5_000_000_00, 8_000_000_00]


def test_names_are_one_whatever_their_script_and_spelling(officer: Any) -> None:
    imported(text([["企业名称"], ["杭州西湖数字文化有限公司"]]), officer)
    again = imported(
        text([["企业名称"], ["杭州西湖數字文化有限公司 "], ["杭州西湖数字文化有限责任公司"]]), officer
    )
    assert again.counts == {"same": 1, "created": 1}
    like = again.remarks.get(kind="like")  # not sure, so it is imported and shown
    assert like.row == 3
    assert Organisation.objects.get(slug=like.other).name == "杭州西湖数字文化有限公司"
    assert Organisation.objects.get(slug=like.organisation).name == "杭州西湖数字文化有限责任公司"


def test_two_rows_of_one_file_about_the_same_company_make_one(officer: Any) -> None:
    rows = [HEADS, company(1), company(1, **{"住所": "文二路"}), company(2), company(2)]
    run = imported(text(rows), officer)
    assert run.counts == {"created": 2, "changed": 1, "same": 1}
    assert Organisation.objects.get(code=credit_code(1)).address == "文二路"


def test_faults_name_row_and_column_and_hold_up_no_good_row(officer: Any) -> None:
    rows = [
        HEADS,
        company(1),
        company(2, **{"统一社会信用代码": credit_code(2)[:-1] + "#", "成立日期": "2015-13-40"}),
        company(3, **{"企业名称": ""}),
        company(4, **{"注册资本(万元)": "很多"}),
        company(5, **{"注册资本(万元)": "500万美元"}),
        company(6, **{"行业": "炼金术"}),
        company(7, **{"成立日期": "2199-01-01"}),
        company(8, **{"统一社会信用代码": "9.13301E+17"}),
        company(9, **{"住所": "路" * 40_000}),
        company(10, **{"注册资本(万元)": "#REF!"}),
        company(11, "名" * 201),
        company(12),
    ]
    run = imported(text(rows), officer)
    assert run.counts == {"created": 2, "faulty": 10}
    assert faults(run) == [
        (3, "统一社会信用代码"),
        (3, "成立日期"),
        (4, "企业名称"),
        (5, "注册资本(万元)"),
        (6, "注册资本(万元)"),
        (7, "行业"),
        (8, "成立日期"),
        (9, "统一社会信用代码"),
        (10, "住所"),
        (11, "注册资本(万元)"),
        (12, "企业名称"),
    ]
    assert all(run.remarks.filter(kind="fault").values_list("remedy", flat=True))


def test_only_if_every_row_is_good(officer: Any) -> None:
    run = tried(received(text([HEADS, company(1), company(2, "")]), officer), officer, all_or_none=True)
    assert run.counts == {"created": 2}
    faulty = text([HEADS, company(1), company(2, **{"成立日期": "x"})])
    run = tried(received(faulty, officer), officer, all_or_none=True)
    with pytest.raises(Malformed, match="1 行有问题"):
        actions.start(run, by=officer)
    assert not Organisation.objects.filter(code=credit_code(1)).exists()


def test_a_code_that_belongs_to_another_name_is_the_same_organisation_and_two_of_a_name_are_asked_about(
    officer: Any,
) -> None:
    imported(text([HEADS, company(1, "杭州同名有限公司"), company(2, "杭州同名有限公司")]), officer)
    assert Organisation.objects.filter(name="杭州同名有限公司").count() == 2  # the code decides
    nameless = text([["企业名称", "住所"], ["杭州同名有限公司", "文二路"]])
    run = tried(received(nameless, officer), officer)
    assert run.counts == {"faulty": 1}
    assert "有几家机构都叫" in run.remarks.get(kind="fault").message
    kept = Organisation.objects.get(code=credit_code(1))
    run = tried(
        received(text([["标识", "企业名称", "统一社会信用代码"], [kept.slug, "x", credit_code(3)]]), officer),
        officer,
    )
    assert run.counts == {"faulty": 1}


def test_an_organisation_of_the_pack_keeps_what_was_imported_over_the_next_load(officer: Any) -> None:
    found = Organisation.objects.filter(pack="westlake", kind="company").exclude(code=None).first()
    row = [found.code, found.name, "文三路 9 号"]
    imported(text([["统一社会信用代码", "企业名称", "住所"], row]), officer)
    found.refresh_from_db()
    assert (found.address, found.changed_here) == ("文三路 9 号", ["address"])


@pytest.mark.parametrize(
    "role", [None, *(role for role in Role if role not in (Role.OFFICER, Role.ADMINISTRATOR))]
)
def test_nobody_else_imports(role: Role | None, make_user: Any) -> None:
    with pytest.raises(Refused):
        received(text([HEADS, company(1)]), make_user(role))
    assert not Import.objects.exists()


def test_a_role_that_is_taken_away_stops_the_import(officer: Any) -> None:
    run = tried(received(text([HEADS, company(1)]), officer), officer)
    with by_itself():
        actions.start(run, by=officer)
        officer.memberships.all().delete()
        with pytest.raises(Refused):
            work(run.pk)
    assert not Organisation.objects.filter(code=credit_code(1)).exists()


def test_steps_come_one_after_the_other(officer: Any) -> None:
    run = received(text([HEADS, company(1)]), officer)
    with pytest.raises(Conflict):
        actions.start(run, by=officer)
    with pytest.raises(Conflict):
        work(run.pk)
    run = tried(run, officer)
    with by_itself():
        actions.stop(run, by=officer)
        actions.go_on(run, by=officer)  # a dry run begins anew
        assert work(run.pk).counts == {"created": 1}
        actions.start(run, by=officer)
        actions.stop(run, by=officer)
        with pytest.raises(Conflict):
            work(run.pk)
        actions.go_on(run, by=officer)
        work(run.pk)
    with pytest.raises(Conflict):
        actions.start(run, by=officer)
    assert Import.objects.get().counts == {"created": 1}
    assert audit.version_of(run)


def test_facts_that_an_import_brought_are_confidential_in_the_trail_too(officer: Any, make_user: Any) -> None:
    imported(text([HEADS, company(1)]), officer)
    entry = AuditEntry.objects.get(verb="registry.create_organisation")
    assert "registered_capital" not in str(entry.after)
    fact = Fact.objects.filter(organisation__code=credit_code(1)).first()
    assert not confidential.may_see(make_user(Role.FUND_MANAGER, "x"), fact)


def test_remarks_on_rows_are_kept_up_to_a_limit_and_all_are_counted(
    officer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(running.MOST, ImportRemark.Kind.FAULT, 3)
    rows = [HEADS, *(company(n, **{"成立日期": "x"}) for n in range(1, 9))]
    run = tried(received(text(rows), officer), officer)
    assert (run.counts, run.remarks.count()) == ({"faulty": 8}, 3)


def test_what_was_found_infected_once_is_not_taken_in_unscanned(officer: Any) -> None:
    content = text([HEADS, company(1)])
    Blob.objects.create(
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        content_type="text/csv",
        scan=Blob.Scan.INFECTED,
        scanned_at=timezone.now(),
    )
    with pytest.raises(Malformed, match="查毒"):
        received(content, officer)
    assert not Import.objects.exists()


def test_a_short_name_of_somebody_is_asked_about_and_makes_no_second_organisation(officer: Any) -> None:
    heads = ["企业名称", "注册资本（万元）", "统一社会信用代码"]
    run = tried(received(text([heads, ["浙大", "100", ""]]), officer), officer)
    assert run.counts == {"faulty": 1}
    fault = run.remarks.get(kind="fault")
    assert "浙江大学" in fault.message
    assert "zju" in fault.remedy
    run = tried(received(text([heads, ["浙大", "100", credit_code(77)]]), officer), officer)
    assert run.counts == {"created": 1}  # another one, by its own code


def test_values_that_cannot_be_are_faults_and_words_of_precision_are_kept(officer: Any) -> None:
    heads = [
        "统一社会信用代码", "企业名称", "行业代码", "注册资本（万元）", "2024年营业收入（万元）", "2024年从业人员",
        "2024年应纳税所得额（万元）",
    ]  # fmt: skip
    rows = [
        [credit_code(1), "甲试验有限公司", "6510", "100", "约1234", "近50人", "-3"],
        [credit_code(2), "乙试验有限公司", "651099", "100", "", "", ""],
        [credit_code(3), "丙试验有限公司", "65", "-5", "", "", ""],
        [credit_code(4), "丁试验有限公司", "65", "5", "1e400", "", ""],
        [credit_code(5), "戊试验有限公司", "65", "5", "", "-3", ""],
    ]
    run = imported(text([heads, *rows]), officer)
    assert faults(run) == [
        (3, "行业代码"),
        (4, "注册资本（万元）"),
        (5, "2024年营业收入（万元）"),
        (6, "2024年从业人员"),
    ]
    told = run.remarks.get(kind="fault", row=5)
    assert "不是数" in told.message
    assert "1元" not in told.remedy
    first = Organisation.objects.get(code=credit_code(1))
    known = {fact.name: (fact.op.value, fact.value) for fact in first.facts.all()}
    assert known["revenue"] == ("≈", 1234_0000_00)
    assert known["employees"] == ("<~", 50)
    assert known["taxable_income"] == ("=", -3_0000_00)
