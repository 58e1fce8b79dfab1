"""Where the server listens, which pack it opens, and what it tells."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from ports import free_port
from sanchuang.cli import serve
from sanchuang.cli.options import Format
from sanchuang.cli.prepare import PACKS, pack_path
from sanchuang.core.demo import DemoUser
from sanchuang.values import Malformed

HOST = "127.0.0.1"


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which something listens."""
    with socket.socket() as server:
        server.bind((HOST, 0))
        server.listen()
        yield server.getsockname()[1]


def test_a_free_port_is_taken_as_wished() -> None:
    free = free_port()
    assert serve.choose_port(HOST, free) == free


def test_a_busy_port_that_was_wished_is_an_error_with_a_remedy(taken: int) -> None:
    with pytest.raises(Malformed) as caught:
        serve.choose_port(HOST, taken)
    assert caught.value.message == f"端口 {taken} 已被占用"
    assert "--port" in caught.value.remedy


def test_without_a_wish_the_next_free_port_is_taken(taken: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve, "FIRST_PORT", taken)
    monkeypatch.setattr(serve, "LAST_PORT", taken + 50)
    assert taken < serve.choose_port(HOST, None) <= taken + 50


def test_when_every_port_is_busy_the_range_is_named(taken: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve, "FIRST_PORT", taken)
    monkeypatch.setattr(serve, "LAST_PORT", taken)
    with pytest.raises(Malformed, match=f"端口 {taken} 至 {taken} 都被占用"):
        serve.choose_port(HOST, None)


@pytest.mark.parametrize("host", ["no.such.host.invalid", "192.0.2.1"])
def test_an_address_that_is_not_of_this_machine_is_refused(host: str) -> None:
    with pytest.raises(Malformed, match=f"本机没有地址“{host}”"):
        serve.is_free(host, 0)


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000"),
        ("0.0.0.0", "http://127.0.0.1:8000"),  # noqa: S104
        ("::1", "http://[::1]:8000"),
        ("district.example", "http://district.example:8000"),
    ],
)
def test_the_address_printed_can_be_opened(host: str, url: str) -> None:
    assert serve.url_of(host, 8000) == url


USER = DemoUser("lin", "林工", ("政策专员", "审计员"))


def test_the_announcement_names_address_and_sign_ins(capsys: pytest.CaptureFixture[str]) -> None:
    serve.announce("http://127.0.0.1:8000", [USER], "open-sesame", Format.TEXT)
    printed = capsys.readouterr().out
    for part in ("http://127.0.0.1:8000", "lin", "open-sesame", "林工", "政策专员、审计员"):
        assert part in printed


def test_the_announcement_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    serve.announce("http://127.0.0.1:8000", [USER], "open-sesame", Format.JSON)
    assert json.loads(capsys.readouterr().out) == {
        "url": "http://127.0.0.1:8000",
        "users": [{"username": "lin", "name": "林工", "roles": ["政策专员", "审计员"]}],
        "password": "open-sesame",
    }


def test_in_production_nobody_is_announced(capsys: pytest.CaptureFixture[str]) -> None:
    serve.announce("http://127.0.0.1:8000", [], "", Format.TEXT)
    assert "口令" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("host", "hosts", "demo", "told"),
    [
        ("127.0.0.1", "", True, []),
        ("0.0.0.0", "", True, ["SANCHUANG_HOSTS", "SANCHUANG_PRODUCTION"]),  # noqa: S104
        ("0.0.0.0", "district.example", False, []),  # noqa: S104
        ("district.example", "", True, ["SANCHUANG_PRODUCTION"]),
    ],
)
def test_listening_beyond_this_machine_is_warned_about(
    host: str,
    hosts: str,
    demo: bool,
    told: list[str],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("SANCHUANG_HOSTS", raising=False)
    if hosts:
        monkeypatch.setenv("SANCHUANG_HOSTS", hosts)
    serve.warn(host, demo)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == len(told)
    assert all(word in line for word, line in zip(told, lines, strict=True))


def make_packs(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).mkdir()
        (folder / name / "pack.yaml").touch()


def test_the_only_pack_shipped_needs_no_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_packs(tmp_path, "north")
    monkeypatch.setattr("sanchuang.cli.prepare.PACKS", tmp_path)
    assert pack_path("") == tmp_path / "north"


def test_a_pack_is_named_by_path_or_by_name(tmp_path: Path) -> None:
    make_packs(tmp_path, "north")
    assert pack_path(str(tmp_path / "north")) == tmp_path / "north"
    shipped = next(PACKS.glob("*/pack.yaml")).parent
    assert pack_path(shipped.name) == shipped


def test_an_unknown_pack_is_an_error_that_lists_those_shipped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_packs(tmp_path, "north", "south")
    monkeypatch.setattr("sanchuang.cli.prepare.PACKS", tmp_path)
    with pytest.raises(Malformed) as caught:
        pack_path("east")
    assert caught.value.message == "没有区包“east”：那里找不到 pack.yaml"
    assert caught.value.remedy.endswith("north、south")
    with pytest.raises(Malformed, match="不知道载入哪个区包（自带：north、south）"):
        pack_path("")


@pytest.mark.parametrize(
    ("given", "known"),
    [("", "http://127.0.0.1:8137"), ("https://district.example", "https://district.example")],
)
def test_papers_and_mails_name_the_port_that_is_listened_on(
    given: str, known: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    class Recorded:
        def __init__(self, *_args: object, **_more: object) -> None:
            seen.append(os.environ["SANCHUANG_SITE"])

        def serve(self) -> None:
            pass

    monkeypatch.setenv("SANCHUANG_SITE", given)
    monkeypatch.setattr("granian.Granian", Recorded)
    serve.listen("127.0.0.1", 8137, 1, worker=False)
    assert seen == [known]
