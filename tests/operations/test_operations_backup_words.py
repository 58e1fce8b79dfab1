"""What is said in Chinese of a backup that cannot be opened."""

from __future__ import annotations

from pathlib import Path

import pytest

from sanchuang.operations.backup.archive import Reader
from sanchuang.values import Malformed


def test_a_backup_that_is_not_there_is_told_in_chinese(tmp_path: Path) -> None:
    with pytest.raises(Malformed, match="没有这个文件"):
        Reader(tmp_path / "nope.tar")
    with pytest.raises(Malformed, match="这是一个目录"):
        Reader(tmp_path)
