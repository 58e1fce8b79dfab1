"""Preparing an installation: each step works once and then sees that nothing changed."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpRequest
from django.test import Client

from sanchuang.cli import prepare
from sanchuang.core import demo
from sanchuang.core.models import PackLoad
from sanchuang.engines.markup import Problems

TINY = Path(__file__).resolve().parents[1] / "packs/tiny"


@pytest.fixture
def var(settings: Any, tmp_path: Path) -> Path:
    """An installation's own folder, empty."""
    settings.VAR = tmp_path / "var"
    settings.STATIC_ROOT = settings.VAR / "static"
    settings.VAR.mkdir()
    return settings.VAR


@pytest.fixture
def pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the tiny pack that may be changed, named by `SANCHUANG_PACK`."""
    folder = shutil.copytree(TINY, tmp_path / "tiny")
    monkeypatch.setenv("SANCHUANG_PACK", str(folder))
    return folder


@pytest.mark.django_db
def test_migrated_tables_have_nothing_pending() -> None:
    assert prepare.pending_migrations() == []
    assert prepare.migrate() == []


@pytest.mark.django_db
def test_a_pack_is_read_once_until_a_file_of_it_changes(var: Path, pack: Path) -> None:
    assert prepare.load_chosen_pack() is True
    assert prepare.load_chosen_pack() is False
    with (pack / "pack.yaml").open("a") as file:
        file.write("# a comment\n")
    assert prepare.load_chosen_pack() is True
    assert prepare.load_chosen_pack() is False


@pytest.mark.django_db
def test_another_database_takes_the_pack_in_although_the_files_did_not_change(var: Path, pack: Path) -> None:
    prepare.load_chosen_pack()
    PackLoad.objects.all().delete()
    assert prepare.load_chosen_pack() is True


@pytest.mark.django_db
def test_a_faulty_pack_is_refused_and_looked_at_again_next_time(var: Path, pack: Path) -> None:
    prepare.load_chosen_pack()
    before = PackLoad.objects.get().digest
    whole = (pack / "pack.yaml").read_text()
    (pack / "pack.yaml").write_text("id: [")
    for _ in range(2):
        with pytest.raises(Problems):
            prepare.load_chosen_pack()
    assert PackLoad.objects.get().digest == before
    (pack / "pack.yaml").write_text(whole)
    assert prepare.load_chosen_pack() is False


def test_static_files_are_collected_once_until_one_of_them_changes(
    var: Path, settings: Any, tmp_path: Path
) -> None:
    source = tmp_path / "static"
    source.mkdir()
    (source / "a.css").write_text("a { color: teal }")
    settings.STATICFILES_DIRS = [source]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    assert prepare.collect_static() is True
    assert prepare.collect_static() is False
    assert (settings.STATIC_ROOT / "a.css").exists()
    (source / "a.css").write_text("a { color: darkcyan }")
    assert prepare.collect_static() is True


@pytest.mark.django_db
def test_sign_ins_are_settled_once_until_password_or_use_changes(
    var: Path, pack: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    settle = demo.settle_demo_users
    monkeypatch.setattr(demo, "settle_demo_users", lambda: (asked.append(True), settle()))
    prepare.load_chosen_pack()
    for password, production in [
        ("one", False),
        ("one", False),
        ("two", False),
        ("two", True),
        ("two", False),
    ]:
        monkeypatch.setenv("SANCHUANG_DEMO_PASSWORD", password)
        settings.DEMO = not production
        prepare.settle_sign_ins()
        assert Client().login(request=HttpRequest(), username="stim", password=password) is not production
    assert len(asked) == 4
