"""`sanchuang org`: the list and one organisation's file, for people and as JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from sanchuang.cli import main

pytestmark = pytest.mark.usefixtures("tiny")


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["org", *words], env={"COLUMNS": "200"})


def told(*words: str) -> Any:
    result = run(*words, "--format", "json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_the_list_tells_kind_circle_and_tags() -> None:
    listed = told("list", "--kind", "university")
    assert listed == {
        "total": 1,
        "organisations": [
            {
                "id": "fjord-university",
                "name": "峡湾大学",
                "kind": "university",
                "code": None,
                "industry": None,
                "circle": "ring-harbour",
                "tags": ["blue"],
                "synthetic": True,
            }
        ],
    }


def test_the_list_says_how_many_it_leaves_out() -> None:
    assert "共 4 家，列出前 2 家" in run("list", "--limit", "2").stdout
    assert "峡湾大学（示例）" in run("list", "--search", "universitetet").stdout


def test_the_file_tells_each_fact_with_period_value_evidence_and_source() -> None:
    file = told("show", "stim", "--on", "2025-06-30")
    assert file["id"] == "999000011"
    assert {
        "name": "turnover",
        "label": "营业额",
        "period": "2024",
        "value": 1_100_000_000,
        "op": "≈",
        "text": "约 11,000,000 kr",
        "evidence": "registered",
        "source": "Invented for tests",
        "synthetic": True,
    } in file["facts"]
    assert [role["title"] for role in file["people"]] == ["顾问"]
    assert [need["id"] for need in file["needs"]] == ["n-sonar"]


def test_the_file_for_people_marks_evidence_and_samples() -> None:
    row = next(line for line in run("show", "stim").stdout.splitlines() if "约 11,000,000 kr" in line)
    assert "已登记" in row
    assert "Invented for tests（示例）" in row


def test_the_file_for_people_lists_what_is_not_known() -> None:
    text = run("show", "fjord-university").stdout
    assert "名称：峡湾大学" in text
    assert "峡湾学院" in text
    assert "还不知道：员工数、营业额、出口占比、设在本镇、行业、成立日期、阶段" in text


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("show", "峡湾大"), None),
        (("show", "峡湾"), "“峡湾”可以指 3 家机构"),
        (("show", "峡湾太学"), "找不到机构“峡湾太学”\n　　相近的名称：峡湾大学"),
        (("show", "stim", "--on", "yesterday"), "“yesterday”不是日期\n　　写成 2026-03-01"),
        (
            ("show", "stim", "--on", "1066-10-14"),
            "1066-10-14 不在可以查询的年份内\n　　写 1900-01-01 至 2199",
        ),
        (("list", "--kind", "firm"), "没有“firm”这类机构"),
    ],
)
def test_faults_are_told_with_a_remedy(words: tuple[str, ...], message: str | None) -> None:
    result = run(*words)
    if message is None:
        assert result.exit_code == 0
    else:
        assert result.exit_code == 2
        assert message in result.stderr


def test_likely_doubles_are_listed_and_merged() -> None:
    from sanchuang.core.operator import operator
    from sanchuang.registry.actions import create_organisation

    create_organisation(by=operator(), slug="one", kind="company", name="潮声数字科技有限公司", source="甲")
    create_organisation(
        by=operator(), slug="two", kind="company", name="潮声数字科技股份有限公司", source="乙"
    )
    found = told("duplicates")
    assert found["total"] == 1
    [pair] = found["pairs"]
    assert pair["how"] == "similar"
    assert [each["id"] for each in pair["organisations"]] == ["one", "two"]
    assert "90%" in run("duplicates").output or "85%" in run("duplicates").output
    merged = run("merge", "one", "two", "--why", "执照相同")
    assert merged.exit_code == 0
    assert "潮声数字科技股份有限公司（two）已并入 潮声数字科技有限公司（one）" in merged.output
    assert told("duplicates")["total"] == 0
    assert told("show", "two")["id"] == "one"
    for slug in ("three", "four"):
        create_organisation(by=operator(), slug=slug, kind="company", name="方[/b]括号有限公司", source="丙")
    assert "方[/b]括号有限公司（three）" in run("duplicates").output  # a name, and no mark of the terminal's
    assert told("merge", "three", "four", "--why", "x") == {"kept": "three", "merged": "four"}


def test_two_codes_are_merged_only_when_it_is_said() -> None:
    refused = run("merge", "999000022", "999000011", "--why", "执照相同")
    assert refused.exit_code != 0
    assert "代码" in refused.output
    assert run("merge", "999000022", "999000011", "--why", "执照相同", "--both-codes").exit_code == 0
