"""Removing the directory of an index."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path
from typing import Any

import pytest

from sanchuang.engines.matching import Document
from sanchuang.engines.matching.files import remove
from sanchuang.engines.matching.living import Collection


def test_an_index_can_be_removed_while_a_search_puts_its_lock_into_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lock comes between the removal of the last file and that of the directory, three times over."""
    Collection.create(tmp_path / "c", [Document("a", "膜")])
    comes, rmdir = 3, os.rmdir

    def late(path: Any, **place: Any) -> None:
        nonlocal comes
        if comes and str(path).startswith("g1-"):
            comes -= 1
            descriptor = os.open(f"{path}/.tantivy-meta.lock", os.O_CREAT | os.O_WRONLY, **place)
            os.close(descriptor)
        rmdir(path, **place)

    monkeypatch.setattr(os, "rmdir", late)
    with pytest.raises(OSError, match="not empty"):
        shutil.rmtree(tmp_path / "c")
    remove(tmp_path / "c")
    assert (comes, (tmp_path / "c").exists()) == (0, False)
    remove(tmp_path / "c")


def test_another_obstacle_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("keep")
    with pytest.raises(NotADirectoryError):
        remove(tmp_path / "file")
    assert (tmp_path / "file").read_text() == "keep"


def test_an_open_index_lets_its_directory_be(tmp_path: Path) -> None:
    """It would be opened anew by a thread, with a lock, soon after every change by whomever."""
    index = Collection.create(tmp_path / "c", [Document("a", "膜")]).index
    (folder,) = (tmp_path / "c").glob("g1-*")
    time.sleep(1.5)
    meta = folder / "meta.json"
    meta.write_bytes(meta.read_bytes() + b"\n")
    (folder / ".tantivy-meta.lock").unlink()
    time.sleep(1.5)
    assert index.rank("膜")[0].id == "a"
    assert not (folder / ".tantivy-meta.lock").exists()
