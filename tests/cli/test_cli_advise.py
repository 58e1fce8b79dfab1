"""`sanchuang advise`: one company on the screen, every company in a table."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner, Result

from sanchuang.cli import main

pytestmark = pytest.mark.usefixtures("tiny")


def run(*words: str) -> Result:
    """`sanchuang advise …` on a wide screen."""
    return CliRunner().invoke(main, ["advise", *words], env={"COLUMNS": "300"})


def test_the_text_says_what_why_and_where_it_stands() -> None:
    shown = run("Stim", "--on", "2025-06-01").stdout
    assert "北海鱼群公司 (示例)  999000011  以 2025-06-01 为准" in shown
    assert "可以  共用实验船  大船" in shown
    assert "✓ 员工不超过 50 人  〔第一条 谁可以借〕" in shown
    assert "员工数 2024：14personer" in shown


def test_brief_gives_one_line_a_finding() -> None:
    shown = run("Stim", "--on", "2025-06-01", "--brief").stdout.splitlines()
    assert shown[0] == "北海鱼群公司 (示例)  999000011  以 2025-06-01 为准"
    assert "  可以  共用实验船  大船  〔本包假设〕" in shown


def test_json_has_every_section_and_no_escaped_chinese() -> None:
    result = run("Stim", "--on", "2025-06-01", "--format", "json")
    found = json.loads(result.stdout)
    assert found["organisation"] == {"id": "999000011", "code": "999000011", "name": "北海鱼群公司"}
    assert [section["key"] for section in found["sections"]] == ["support", "fits", "file"]
    assert "\\u" not in result.stdout


def test_html_is_a_page_of_its_own() -> None:
    page = run("Stim", "--on", "2025-06-01", "--format", "html").stdout
    assert page.lstrip().startswith("<!doctype html>")
    assert "员工不超过 50 人" in page


def test_pdf_is_written_to_a_file(tmp_path: Path) -> None:
    out = tmp_path / "建议.pdf"
    result = run("Stim", "--on", "2025-06-01", "--format", "pdf", "--out", str(out))
    assert (result.exit_code, result.output.count("建议.pdf")) == (0, 1)
    assert out.read_bytes().startswith(b"%PDF-")
    assert [file.name for file in tmp_path.iterdir()] == ["建议.pdf"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("没有这家公司",), "找不到机构“没有这家公司”"),
        (("公司",), "可以指 2 家机构"),
        (("峡湾大学",), "建议只面向企业"),
        (("Stim", "--on", "2025-13-01"), "“2025-13-01”不是日期"),
        ((), "没有说是哪家企业"),
        (("Stim", "--format", "pdf"), "PDF 要写进文件"),
        (("Stim", "--format", "pdf", "--out", "a.txt"), "PDF 要写进文件"),
        (("Stim", "--format", "pdf", "--out", "/no/such/place/a.pdf"), "没有目录 /no/such/place"),
        (("--all",), "--all 需要 --out"),
        (("Stim", "--all", "--out", "a.parquet"), "不能同时给"),
        (("--all", "--out", "a.docx"), "文件名以 .parquet 或 .csv 结尾"),
        (("--all", "--out", "/no/such/place/a.csv"), "没有目录 /no/such/place"),
    ],
)
def test_faults_are_told_with_a_remedy_and_exit_2(words: tuple[str, ...], told: str) -> None:
    result = run(*words)
    assert result.exit_code == 2
    assert told in result.stderr
    assert "Traceback" not in result.output


def test_a_day_before_any_policy_is_a_fault_with_the_day_to_ask_for(tmp_path: Path) -> None:
    for words in (("Stim",), ("--all", "--out", str(tmp_path / "a.csv"))):
        result = run(*words, "--on", "1999-01-01")
        assert result.exit_code == 2
        assert "1999-01-01 没有任何政策施行：最早的一项自 2024-01-01 起施行" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_all_writes_a_row_for_each_company_and_finding(tmp_path: Path) -> None:
    out = tmp_path / "advice.parquet"
    result = run("--all", "--out", str(out), "--on", "2025-06-01", "--format", "json")
    summary = json.loads(result.stdout)
    table = pl.read_parquet(out)
    assert summary["companies"] == 2
    assert summary["findings"] == table.height
    boats = table.filter(pl.col("finding") == "shared_boat").sort("company")
    assert boats["answer"].to_list() == ["yes", "no"]
    assert boats["value"].to_list() == ["大船", None]
    assert boats["missing"].to_list() == [[], []]
    assert boats["status"].to_list() == ["本包假设", "本包假设"]
    assert [file.name for file in tmp_path.iterdir()] == ["advice.parquet"]


def test_csv_opens_in_a_spreadsheet(tmp_path: Path) -> None:
    out = tmp_path / "advice.csv"
    assert run("--all", "--out", str(out), "--on", "2025-06-01").exit_code == 0
    assert out.read_bytes().startswith(b"\xef\xbb\xbf")
    assert "共用实验船" in out.read_text("utf-8-sig")
