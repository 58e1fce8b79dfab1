"""Lines of the log: they say what happened, and nothing about persons."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from sanchuang.core.roles import Role
from sanchuang.operations import logs

NAME, MAIL, ADDRESS, SOUGHT = "王小明标记", "marked-person@example.org", "203.0.113.77", "标记检索词"
MARKS = (NAME, MAIL, "marked-person", ADDRESS, SOUGHT, "marked-token", "marked-password")


class Kept(logging.Handler):
    """Keeps what would be written, as JSON and as text."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines += [logs.Lines().format(record), logs.Text().format(record)]


@pytest.fixture
def kept() -> Iterator[Kept]:
    """Everything that any logger says, down to the smallest."""
    handler, root = Kept(), logging.getLogger()
    before = root.level
    root.addHandler(handler)
    yield handler
    root.removeHandler(handler)
    root.setLevel(before)


def said(kept: Kept) -> list[dict[str, Any]]:
    return [json.loads(line) for line in kept.lines if line.startswith("{")]


def broken(*_args: Any, **_more: Any) -> None:
    held = NAME  # a local value
    raise ValueError(f"cannot read {held} <{MAIL}> from {ADDRESS}")


def test_no_line_holds_what_names_a_person(
    tiny: Any, kept: Kept, make_user: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages of every kind by somebody with marked values: sought, mistyped, refused, not found, broken."""
    user = make_user(Role.OFFICER)
    user.display_name, user.email, user.username = NAME, MAIL, "marked-person"
    user.save()
    client = Client(raise_request_exception=False, REMOTE_ADDR=ADDRESS)
    client.post("/sign-in/", {"login": MAIL, "password": "marked-password"})
    client.get(f"/invitation/marked-token-{SOUGHT}/")
    client.force_login(user)
    for path in (
        "/",
        f"/search/?q={SOUGHT}",
        f"/organisations/?q={NAME}",
        f"/{SOUGHT}/{MAIL}/",
        f"/users/{user.pk}/",
    ):
        client.get(path)
    client.get("/", headers={"Host": f"{MAIL}.example"})
    Client(enforce_csrf_checks=True, REMOTE_ADDR=ADDRESS).post("/sign-in/", {"login": MAIL})
    monkeypatch.setattr("sanchuang.web.views.guide.render", broken)
    client.get(f"/guide/?q={SOUGHT}")
    lines = said(kept)
    assert {line["logger"] for line in lines} >= {"sanchuang.requests", "django.request"}
    assert {line.get("status") for line in lines} >= {200, 404, 500}
    assert [(mark, line) for mark in MARKS for line in kept.lines if mark in line] == []
    (error,) = [line for line in lines if line["logger"] == "django.request" and line.get("errors")]
    assert (error["route"], error["errors"][0]["kind"]) == ("guide", "ValueError")
    assert error["errors"][0]["trace"][-1].endswith(" broken")


def test_a_request_is_told_by_its_route(tiny: Any, kept: Kept) -> None:
    response = Client().get("/guide/start/?q=x")
    (line,) = [line for line in said(kept) if line["logger"] == "sanchuang.requests"]
    assert line["request"] == response.headers["X-Request-ID"]
    assert (line["method"], line["route"], line["status"], line["level"]) == (
        "GET",
        "guide-chapter",
        200,
        "info",
    )
    assert isinstance(line["ms"], int)
    assert line["time"].endswith("Z")


def test_what_machines_ask_for_is_told_only_when_it_is_refused(tiny: Any, kept: Kept, settings: Any) -> None:
    Client().get("/healthz")
    Client().get("/static/no-such.css")
    settings.PRODUCTION = True
    Client().get("/metrics")
    told = [(line["route"], line["status"]) for line in said(kept) if line["logger"] == "sanchuang.requests"]
    assert told == [("static", 404), ("metrics", 403)]


def record(message: str, *args: Any, **more: Any) -> logging.LogRecord:
    made = logging.LogRecord(
        "some.library", logging.WARNING, "x.py", 1, message, args, more.pop("exc_info", None)
    )
    made.__dict__.update(more)
    return made


@pytest.mark.parametrize("address", ["203.0.113.77", "2001:db8:0:1::7", "2001:db8:1:2:3:4:5:6"])
def test_addresses_in_the_words_of_libraries_are_taken_out(address: str) -> None:
    text = json.loads(logs.Lines().format(record("mail to %s from %s at 10:21:07", MAIL, address)))["message"]
    assert (MAIL in text, address in text) == (False, False)
    assert text.endswith("at 10:21:07")


def test_errors_behind_errors_are_told_without_their_words(settings: Any) -> None:
    try:
        try:
            broken()
        except ValueError as error:
            raise RuntimeError(NAME) from error
    except RuntimeError:
        line = logs.Lines().format(record("failed", exc_info=sys.exc_info()))
    told = json.loads(line)["errors"]
    assert [each["kind"] for each in told] == ["RuntimeError", "ValueError"]
    assert NAME not in line
    assert all("words" not in each for each in told)
    settings.DEBUG = True
    try:
        broken()
    except ValueError:
        assert NAME in logs.Text().format(record("failed", exc_info=sys.exc_info()))


@pytest.mark.parametrize(
    ("form", "terminal", "kind"),
    [
        ("json", True, logs.Lines),
        ("text", False, logs.Text),
        ("auto", True, logs.Text),
        ("auto", False, logs.Lines),
    ],
)
def test_people_get_text_and_machines_json(
    form: str, terminal: bool, kind: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal, raising=False)
    assert type(logs.formatter(form)) is kind


def test_a_line_never_breaks(kept: Kept) -> None:
    """What holds line feeds is still one line."""
    logging.getLogger("some.library").warning("two\nlines")
    assert json.loads(logs.Lines().format(record("two\nlines")))["message"] == "two\nlines"
    assert "\n" not in logs.Lines().format(record("two\nlines"))
