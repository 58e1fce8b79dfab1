"""The desk and the report of an error, as people use them: what is shown, what is kept, what is refused."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sanchuang.core import inbox, reports
from sanchuang.core.models import InboxItem
from sanchuang.core.roles import Role
from sanchuang.registry.models import PublishedFigure

pytestmark = pytest.mark.usefixtures("tiny")
HOSTILE = "<script>alert('x')</script>\"onmouseover=\"y"
REPORT = "/report/?record=organisation:999000011"


@pytest.fixture
def reader(make_user: Callable[..., Any]) -> Any:
    return make_user()


def browser_of(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def waiting(by: Any, number: int = 1, **kwargs: Any) -> list[InboxItem]:
    data = {"record": "place:x", "names": {"zh-hans": "港口"}, "value": {}, "source": "", "part": ""}
    data |= {"wrong": "写错了", "right": "", "seen": ""}
    return [
        inbox.put(by=by, key=f"t:{n}", kind="report", data=data, **(kwargs or {"role": Role.EDITOR}))
        for n in range(number)
    ]


def text(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200, url
    return response.content.decode()


def test_an_empty_desk_teaches(reader: Any) -> None:
    client = browser_of(reader)
    lessons = {
        "": "没有等您办理的事项。",
        "?show=colleagues": "没有同事在办的事项。",
        "?show=done": "还没有办结的事项。",
        "?show=own": "您还没有提出过事项。",
        "?show=nonsense&page=x": "没有等您办理的事项。",
    }
    assert [key for key, words in lessons.items() if words not in text(client, f"/desk/{key}")] == []


def test_the_number_waiting_stands_on_every_page(reader: Any, make_user: Callable[..., Any]) -> None:
    editor = browser_of(make_user(Role.EDITOR))
    assert "nav-badge" not in text(editor, "/places/")
    waiting(reader, 3)
    page = text(editor, "/places/")
    assert 'class="nav-badge num">3<' in page
    assert "topbar-waiting" in page
    assert "topbar-overdue" not in page
    assert "nav-badge" not in text(browser_of(reader), "/places/")


def test_what_is_past_its_day_is_marked(reader: Any, make_user: Callable[..., Any]) -> None:
    today = timezone.localdate()
    waiting(reader, role=Role.EDITOR, due=today - dt.timedelta(days=2))
    page = text(browser_of(make_user(Role.EDITOR)), "/desk/")
    assert "逾期 2 天" in page
    assert "其中 1 件已过期限" in page
    assert "topbar-overdue" in page


def test_the_desk_has_pages_and_takes_the_same_queries_however_much_waits(
    reader: Any, make_user: Callable[..., Any]
) -> None:
    editor = browser_of(make_user(Role.EDITOR))
    taken = []
    for number in (2, 45):
        waiting(reader, number)
        text(editor, "/desk/")
        with CaptureQueriesContext(connection) as captured:
            text(editor, "/desk/")
        taken.append(len(captured))
    assert taken[0] == taken[1]
    assert text(editor, "/desk/?page=3").count("item-head") == 5
    assert text(editor, "/desk/?page=99").count("item-head") == 5


def test_a_report_is_thanked_with_its_number_and_stands_on_the_readers_desk(
    reader: Any, make_user: Callable[..., Any]
) -> None:
    editor, client = browser_of(make_user(Role.EDITOR)), browser_of(reader)
    response = client.post(
        REPORT, {"part": "地址", "wrong": "早已搬走", "seen": "https://example.org"}, follow=True
    )
    item = InboxItem.objects.get()
    assert f"您的报告编号为 {item.pk}" in response.content.decode()
    assert "早已搬走" in text(editor, f"/desk/{item.pk}/")
    assert f"#{item.pk}" in text(client, "/desk/")
    settled = editor.post(
        f"/desk/{item.pk}/", {"do": "settle", "outcome": "corrected", "note": "已改，谢谢"}, follow=True
    )
    assert settled.status_code == 200
    for address in ("/desk/", "/desk/?show=own", f"/desk/{item.pk}/"):
        page = text(client, address)
        assert "已在区包中更正" in page, address
        assert "已改，谢谢" in page, address


def test_a_report_without_words_keeps_what_was_typed(reader: Any) -> None:
    response = browser_of(reader).post(REPORT, {"wrong": " ", "right": "杭州", "part": "地址"})
    page = response.content.decode()
    assert response.status_code == 200
    assert "请用一两句话写明哪里不对。" in page
    assert ">\n杭州</textarea>" in page
    assert 'value="地址"' in page
    assert 'aria-invalid="true"' in page
    assert not InboxItem.objects.exists()


def test_the_same_report_twice_shows_the_first(reader: Any) -> None:
    client = browser_of(reader)
    client.post(REPORT, {"wrong": "早已搬走"})
    item = InboxItem.objects.get()
    assert f'href="/desk/{item.pk}/"' in text(client, REPORT)
    again = client.post(REPORT, {"wrong": "再说一次"}, follow=True)
    assert "您已报告过，尚在办理。" in again.content.decode()
    assert InboxItem.objects.get() == item


@pytest.mark.parametrize(
    "asked",
    [
        "figure=none",
        "record=secret:x",
        "record=organisation",
        "record=:",
        "figure=%00",
        "record=person:%27--",
    ],
)
def test_what_is_not_there_is_explained(asked: str, reader: Any) -> None:
    client = browser_of(reader)
    for response in (client.get(f"/report/?{asked}"), client.post(f"/report/?{asked}", {"wrong": "x"})):
        assert response.status_code in {200, 404}
    assert not InboxItem.objects.exists()


def test_the_form_shows_the_value_that_is_reported(reader: Any) -> None:
    figure = PublishedFigure.objects.exclude(as_of="").order_by("slug")[0]
    page = text(browser_of(reader), f"/report/?figure={figure.slug}")
    assert "近1,200人（2024年3月）" in page
    assert "id_part" not in page  # a figure has one value


def test_nothing_typed_becomes_part_of_the_page(reader: Any, make_user: Callable[..., Any]) -> None:
    editor, client = browser_of(make_user(Role.EDITOR)), browser_of(reader)
    typed = dict.fromkeys(("part", "wrong", "right", "seen"), HOSTILE)
    assert HOSTILE not in client.post(REPORT, {**typed, "wrong": ""}).content.decode()
    client.post(REPORT, {**typed, "seen": f"javascript:alert(1) {HOSTILE}"})
    item = InboxItem.objects.get()
    refused = editor.post(f"/desk/{item.pk}/", {"do": "settle", "outcome": HOSTILE, "note": HOSTILE})
    assert refused.status_code == 200
    assert HOSTILE not in refused.content.decode()
    assert "&lt;script&gt;" in refused.content.decode()  # what was typed is kept
    editor.post(f"/desk/{item.pk}/", {"do": "settle", "outcome": "stays", "note": HOSTILE})
    for who in (editor, client):
        for address in ("/desk/", "/desk/?show=own", "/desk/?show=done", f"/desk/{item.pk}/"):
            page = text(who, address)
            assert "<script>alert" not in page
            assert 'href="javascript' not in page


def test_only_those_it_concerns_open_an_item_and_only_its_handlers_act(
    reader: Any, make_user: Callable[..., Any]
) -> None:
    item, _new = reports.report(by=reader, kind="organisation", slug="999000011", wrong="x")
    inbox.settle(item, by=make_user(Role.ADMINISTRATOR), outcome="corrected")
    address, form = f"/desk/{item.pk}/", {"do": "reopen", "note": "再看"}
    answers = {}
    for name, user in {
        "reader": reader,
        "stranger to it": make_user(),
        "other role": make_user(Role.OFFICER),
        "auditor": make_user(Role.AUDITOR),
    }.items():
        client = browser_of(user)
        answers[name] = (client.get(address).status_code, client.post(address, form).status_code)
    assert answers == {
        "reader": (200, 403),
        "stranger to it": (403, 403),
        "other role": (403, 403),
        "auditor": (200, 403),
    }
    item.refresh_from_db()
    assert item.state == "done"


@pytest.mark.parametrize("number", ["999999", "99999999999999999999999"])
def test_an_item_that_is_not_there_is_explained(number: str, reader: Any) -> None:
    assert browser_of(reader).get(f"/desk/{number}/").status_code == 404


def test_a_form_that_says_nothing_is_explained(reader: Any, make_user: Callable[..., Any]) -> None:
    item = waiting(reader)[0]
    editor = browser_of(make_user(Role.EDITOR))
    for form in ({}, {"do": "delete"}, {"do": "settle"}, {"do": "reopen"}):
        response = editor.post(f"/desk/{item.pk}/", form)
        assert response.status_code == 200
        assert 'id="fault"' in response.content.decode()
    assert editor.put(f"/desk/{item.pk}/").status_code == 405


def test_one_takes_it_and_the_others_see_with_whom_it_is(reader: Any, make_user: Callable[..., Any]) -> None:
    item = waiting(reader)[0]
    first, second = make_user(Role.EDITOR), make_user(Role.EDITOR)
    browser_of(first).post(f"/desk/{item.pk}/", {"do": "take"})
    other = browser_of(second)
    assert "没有等您办理的事项。" in text(other, "/desk/")
    assert f"{first} 在办" in text(other, "/desk/?show=colleagues")
    assert "转由我办" in text(other, f"/desk/{item.pk}/")
