"""`sanchuang files`: are all files there and whole, what can go, what was not scanned."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from sample_files import pdf
from sanchuang.cli import main
from sanchuang.core import attachments
from sanchuang.core.attachments import storage
from sanchuang.core.models import Attachment
from sanchuang.core.operator import operator
from sanchuang.registry.models import Organisation

runner = CliRunner()


@pytest.fixture(autouse=True)
def file(tiny: Any, settings: Any, tmp_path: Path) -> Attachment:
    """A paper of a company, in a store of its own."""
    settings.VAR = tmp_path
    company = Organisation.objects.get(slug="999000011")
    with attachments.Upload.of("执照[1].pdf", [pdf()]) as upload:
        return attachments.add(company, by=operator(), upload=upload)


def test_a_whole_store_ends_well(file: Attachment) -> None:
    done = runner.invoke(main, ["files", "verify"])
    assert done.exit_code == 0
    assert f"核对了 1 个文件，{file.blob.size} 字节，损坏 0 个" in done.stdout


def test_what_is_broken_is_named_with_whose_it_is(file: Attachment) -> None:
    storage.path_of(file.blob.sha256).write_bytes(b"x" * file.blob.size)
    done = runner.invoke(main, ["files", "verify"])
    assert done.exit_code == 1
    for part in (file.blob.sha256[:12], "内容变了", "执照[1].pdf", "损坏 1 个"):
        assert part in done.stdout


def test_the_same_as_json(file: Attachment) -> None:
    storage.path_of(file.blob.sha256).unlink()
    orphan = storage.path_of("0" * 64)
    orphan.parent.mkdir()
    orphan.write_text("x")
    done = runner.invoke(main, ["files", "verify", "--format", "json"])
    assert done.exit_code == 1
    assert json.loads(done.stdout) == {
        "files": 1,
        "bytes": file.blob.size,
        "broken": [
            {
                "sha256": file.blob.sha256,
                "fault": "missing",
                "attachments": [f"registry.organisation {file.record}: 执照[1].pdf"],
            }
        ],
        "orphans": [str(orphan)],
        "abandoned": [],
    }


def test_what_nobody_knows_is_tidied_up_when_it_is_old(file: Attachment) -> None:
    orphan = storage.path_of("0" * 64)
    orphan.parent.mkdir()
    orphan.write_text("x")
    assert "sanchuang files tidy" in runner.invoke(main, ["files", "verify"]).stdout
    assert "共删除 0 个文件" in runner.invoke(main, ["files", "tidy"]).stdout
    os.utime(orphan, (0, 0))
    done = runner.invoke(main, ["files", "tidy", "--format", "json"])
    assert json.loads(done.stdout) == {"deleted": [str(orphan)]}
    assert runner.invoke(main, ["files", "verify"]).exit_code == 0


def test_scanning_needs_a_scanner() -> None:
    done = runner.invoke(main, ["files", "scan"])
    assert done.exit_code == 2
    assert "SANCHUANG_SCANNER" in done.stderr


def test_what_was_not_scanned_is_scanned(settings: Any) -> None:
    settings.SCANNER = ["true"]
    assert "干净 1 个，染毒 0 个，未能查毒 0 个" in runner.invoke(main, ["files", "scan"]).stdout
    done = runner.invoke(main, ["files", "scan", "--format", "json"])
    assert json.loads(done.stdout) == {"pending": 0, "clean": 0, "infected": 0}
