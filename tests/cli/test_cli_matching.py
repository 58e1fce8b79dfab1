"""`sanchuang match need, result, org, text, learn, forget, status`: the registry's records."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from registry.matching.district import furnish, say
from sanchuang.cli import main
from sanchuang.core.operator import operator
from sanchuang.registry.models import MatchTraining

pytestmark = pytest.mark.usefixtures("tiny")


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["match", *words], env={"COLUMNS": "200"})


def data(*words: str) -> Any:
    return json.loads(run(*words, "--format", "json").stdout)


def test_a_need_is_answered_line_by_line() -> None:
    shown = run("need", "n-sonar").stdout
    assert shown.startswith("1. 成果：低功耗鱼群声呐（示例）　r-sonar　得分 0.")
    assert "✓ 技术成熟度：要求至少 TRL 6，成果为 TRL 6" in shown
    assert "2. 机构：" in shown
    for kind in ("成果", "院所和企业"):
        assert f"{kind}：还说不出有多大可能值得引荐：还差 20 个“值得引荐”和 20 个“不值得”的回答" in shown
    assert [each["kind"] for each in data("need", "n-sonar")["untold"]] == ["result", "organisation"]


def test_result_and_maker_lead_to_the_need() -> None:
    assert run("result", "r-sonar").stdout.startswith("1. 需求：渔船用的省电声呐（示例）　n-sonar")
    shown = run("org", "fjord-university").stdout
    assert shown.startswith(
        "1. 需求：渔船用的省电声呐（示例）　n-sonar ← 成果：低功耗鱼群声呐（示例）　r-sonar"
    )
    (own,) = data("org", "999000011")["matches"]
    assert (own["need"]["id"], own["other"]["id"]) == ("n-sonar", "r-sonar")


def test_a_text_is_asked_without_being_registered() -> None:
    (first, *_more) = data("text", "港湾里要用声呐数鱼")["matches"]
    assert first["other"]["id"] == "r-sonar"
    assert run("text", "区块链").stdout == "没有相近的。\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["need", "no-such"], "没有标识为“no-such”的需求"),
        (["result", "no-such"], "没有标识为“no-such”的成果"),
        (["need", "\udcff"], "命令里有不是 UTF-8 编码的文字"),
        (["text", " "], "没有写要找什么"),
        (["learn"], "回答太少"),
        (["forget", "--to", "7"], "没有第 7 次学习"),
        (["forget", "--to", "7", "--index", "i"], "只能给一个"),
    ],
)
def test_faults_say_what_to_do(words: list[str], said: str) -> None:
    result = run(*words)
    assert result.exit_code == 2
    assert said in result.stderr
    assert len(result.stderr.splitlines()) >= 2


def test_learning_is_told_left_and_used_again() -> None:
    assert "还没有学习过" in run("status").stdout
    say(operator(), *furnish())
    shown = run("learn").stdout
    assert "值得引荐 40 个，不值得 40 个" in shown
    assert "nDCG@10（没有学过的回答）" in shown
    row = MatchTraining.objects.get()
    assert f"第 {row.pk} 次学习，成果，" in shown
    told = data("status")
    assert [(each["kind"], each["worth"]) for each in told["answers"]] == [
        ("result", 40),
        ("organisation", 0),
        ("person", 0),
    ]
    (training,) = told["trainings"]
    assert (training["kind"], training["in_force"], training["ranker_effect"]) == ("result", True, None)
    assert told["faults"] == []
    run("forget")
    assert not MatchTraining.objects.filter(in_force=True).exists()
    assert "现在用它" in run("forget", "--to", str(row.pk)).stdout
