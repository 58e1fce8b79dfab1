"""Matches on the pages of needs, results and organisations, what people say of them there, and what is learnt."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from signing_in import text

from registry.matching.district import furnish, say
from sanchuang.core.roles import Role
from sanchuang.registry.matching import keeping, tasks
from sanchuang.registry.models import MatchFeedback, MatchTraining, Need, Result

pytestmark = pytest.mark.usefixtures("tiny")
SAID = {"side": "result", "other": "r-sonar", "answer": "worth", "why": "fits"}
SignIn = Callable[..., Client]


def test_a_need_shows_results_labs_and_their_people_with_reasons(sign_in: SignIn) -> None:
    shown = text(sign_in(Role.OFFICER).get("/needs/n-sonar/"))
    for words in (
        "可能合适的成果",
        "低功耗鱼群声呐",
        "双方都提到“声呐”",
        "技术成熟度：要求至少 TRL 6，成果为 TRL 6",
        "可以帮忙的院所",
        "凭它的成果“低功耗鱼群声呐”",
        "卡丽",
        "成果：还说不出有多大可能值得引荐，还差 20 个“值得引荐”和 20 个“不值得”的回答",
        "院所和企业：还说不出有多大可能值得引荐，还差 20 个",
    ):
        assert words in shown


def test_a_match_whose_figure_is_met_is_not_called_close_in_wording_only(sign_in: SignIn) -> None:
    client = sign_in(Role.OFFICER)
    assert "只是文字相近" in text(client.get("/needs/n-sonar/"))
    Need.objects.update(title="渔船用的省电声呐", text="低功耗鱼群声呐，功耗不高于 50 W。")
    Result.objects.update(title="低功耗鱼群声呐", text="低功耗鱼群声呐，功耗 30 W。")
    shown = text(client.get("/needs/n-sonar/"))
    assert "写出的指标已经比对" in shown
    assert "只是文字相近" not in shown


def test_a_result_and_its_maker_show_the_need_that_it_may_answer(sign_in: SignIn) -> None:
    client = sign_in(Role.OFFICER)
    result = text(client.get("/results/r-sonar/"))
    assert "它可能满足的需求" in result
    assert "渔船用的省电声呐" in result
    maker = text(client.get("/organisations/fjord-university/"))
    assert "它的成果可能满足的需求" in maker
    assert "#match-result-n-sonar-r-sonar" in maker


def test_what_comes_nowhere_near_says_so(sign_in: SignIn) -> None:
    Need.objects.update(title="面包", text="烘焙", keywords=[])
    client = sign_in(Role.OFFICER)
    assert "登记的成果里没有接近的" in text(client.get("/needs/n-sonar/"))
    assert "没有相近的需求" in text(client.get("/results/r-sonar/"))


def test_budget_and_deadline_stay_out_of_the_pages_of_who_may_not_see_them(sign_in: SignIn) -> None:
    client = sign_in()
    for address in ("/results/r-sonar/", "/organisations/fjord-university/", "/needs/n-sonar/"):
        shown = text(client.get(address))
        assert "40万元" not in shown
        assert "2027" not in shown


def test_an_answer_is_given_changed_and_taken_back_where_it_stands(sign_in: SignIn) -> None:
    client = sign_in(Role.SCOUT)
    given = client.post("/needs/n-sonar/answer/", SAID)
    assert (given.status_code, given["Location"]) == (302, "/needs/n-sonar/#match-result-n-sonar-r-sonar")
    shown = text(client.get("/needs/n-sonar/"))
    assert 'value="worth" aria-pressed="true"' in shown
    assert '<option value="fits" selected>' in shown
    back = client.post("/needs/n-sonar/answer/", {**SAID, "answer": "no", "why": "", "back": "result"})
    assert back["Location"].startswith("/results/r-sonar/#match-")
    assert 'value="no" aria-pressed="true"' in text(client.get("/results/r-sonar/"))
    client.post("/needs/n-sonar/answer/", {**SAID, "answer": ""})
    assert not MatchFeedback.objects.exists()
    assert 'aria-pressed="true"' not in text(client.get("/needs/n-sonar/"))


def test_scouts_and_officials_see_how_often_others_gave_each_answer_and_nobody_who(
    sign_in: SignIn,
) -> None:
    sign_in(Role.SCOUT).post("/needs/n-sonar/answer/", SAID)
    official = text(sign_in(Role.OFFICER).get("/needs/n-sonar/"))
    assert 'aria-pressed="true"' not in official
    assert '别人的回答： 值得引荐 <span class="num">1</span>' in official
    assert "别人的回答" not in text(sign_in(Role.MEMBER, "999000011").get("/needs/n-sonar/"))


def test_who_may_not_answer_sees_no_form(sign_in: SignIn) -> None:
    for client in (sign_in(), sign_in(Role.AUDITOR), sign_in(Role.MEMBER, "999000022")):
        shown = text(client.get("/needs/n-sonar/"))
        assert "低功耗鱼群声呐" in shown
        assert "/needs/n-sonar/answer/" not in shown
        assert client.post("/needs/n-sonar/answer/", SAID).status_code == 403


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"side": "place"}, 404),
        ({"other": "no-such"}, 404),
        ({"answer": "perhaps"}, 302),
        ({"why": "x"}, 302),
    ],
)
def test_a_form_that_nobody_drew_changes_nothing(sign_in: SignIn, wrong: dict[str, str], status: int) -> None:
    client = sign_in(Role.OFFICER)
    answer = client.post("/needs/n-sonar/answer/", {**SAID, **wrong})
    assert answer.status_code == status
    assert not MatchFeedback.objects.exists()
    if status == 302:
        assert "可用的回答" in text(client.get("/needs/n-sonar/"))


def test_too_few_answers_to_learn_from_are_told_on_the_page(sign_in: SignIn) -> None:
    response = sign_in(Role.OFFICER).post("/matching/", {"act": "learn"})
    assert response.status_code == 400
    assert "回答太少" in text(response)


def test_learning_shows_its_effect_and_can_be_left_and_used_again(sign_in: SignIn, make_user: Any) -> None:
    say(make_user(Role.OFFICER), *furnish())
    client = sign_in(Role.OFFICER)
    assert "还没有学习过" in text(client.get("/matching/"))
    assert client.post("/matching/", {"act": "learn"}).status_code == 302
    (row,) = MatchTraining.objects.all()
    assert "还没有学完" in text(client.get("/matching/"))
    tasks.work_on.call(row.pk)
    shown = text(client.get("/matching/"))
    for words in ("nDCG@10", "AUC", "学自 40 个值得引荐和 40 个不值得的回答", "Brier", "现行"):
        assert words in shown
    assert "% 值得引荐" in text(client.get("/needs/n-0/"))
    client.post("/matching/", {"act": "forget"})
    assert "退回出厂的排序" not in text(client.get("/matching/")).replace("已退回出厂的排序", "")
    assert "但现在用的学习说不出" in text(client.get("/needs/n-0/"))
    client.post("/matching/", {"act": "use", "training": str(row.pk)})
    assert MatchTraining.objects.get().in_force
    assert client.post("/matching/", {"act": "use", "training": "x"}).status_code == 404
    auditor = text(sign_in(Role.AUDITOR).get("/matching/"))
    assert "从全部回答学习" not in auditor


def test_the_full_ranker_s_effect_is_shown_and_a_lost_one_is_told(
    sign_in: SignIn, make_user: Any, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path
) -> None:
    settings.VAR = tmp_path
    monkeypatch.setattr("sanchuang.engines.matching.training.LEAST", 30)
    monkeypatch.setattr("sanchuang.engines.matching.feedback.Effect.no_worse", True)
    say(make_user(Role.OFFICER), *furnish())
    client = sign_in(Role.OFFICER)
    client.post("/matching/", {"act": "learn"})
    (row,) = MatchTraining.objects.all()
    tasks.work_on.call(row.pk)
    shown = text(client.get("/matching/"))
    for words in (
        f"按第 {row.pk} 次学习的完整排序",
        "完整排序学自 40 对配对；代替权重采用",
        "完整排序，在没有学过的回答上",
        "值得的排在第一（R@1）",
        "人员",
    ):
        assert words in shown
    shutil.rmtree(tmp_path / "matching")
    keeping._load.cache_clear()  # as for a process that begins now
    lost = text(client.get("/matching/"))
    assert "不见了或已损坏" in lost
    assert f"按第 {row.pk} 次学习的权重排序" in lost
    assert client.get("/needs/n-0/").status_code == 200


def test_programs_read_matches_and_answer_them(sign_in: SignIn) -> None:
    client = sign_in(Role.OFFICER)
    told = client.get("/api/v1/needs/n-sonar/matches").json()
    need, missing = told["items"], {"worth": 0, "not_worth": 0, "worth_missing": 20, "not_worth_missing": 20}
    assert told["untold"] == [{"kind": kind, **missing} for kind in ("result", "organisation")]
    assert [(each["kind"], each["other"]["id"]) for each in need] == [
        ("result", "r-sonar"),
        ("organisation", "fjord-university"),
    ]
    assert need[0]["chance"] is None
    assert need[0]["lines"][0]["answer"] == "yes"
    assert need[1]["by"] == [{"id": "r-sonar", "name": "低功耗鱼群声呐"}]
    for address in ("results/r-sonar", "organisations/fjord-university"):
        assert client.get(f"/api/v1/{address}/matches").json()["items"] == [need[0]]

    asked = client.get("/api/v1/matches", {"text": "港湾里要用声呐数鱼"}).json()["items"]
    assert (asked[0]["need"]["id"], asked[0]["other"]["id"]) == ("", "r-sonar")
    assert client.get("/api/v1/matches").status_code == 422

    def answer(**given: str) -> Any:
        body = {"kind": "result", "other": "r-sonar", **given}
        return client.post("/api/v1/needs/n-sonar/answers", json.dumps(body), "application/json")

    made = answer(answer="introduced", why="fits")
    assert (made.status_code, made.json()["answer"]) == (201, "introduced")
    assert MatchFeedback.objects.get().worth
    assert answer(answer="none").json()["answer"] is None
    assert not MatchFeedback.objects.exists()
    assert answer(answer="perhaps").status_code == 422
    assert answer(answer="worth", other="no-such").status_code == 404
