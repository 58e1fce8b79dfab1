"""Reads PDF files back as another program does: poppler's `pdftotext`, `pdffonts` and `pdfinfo`."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

FAMILY = "Noto Sans CJK SC"


@dataclass(frozen=True)
class Font:
    """A font of a file: its name without the mark of a subset, and whether it lies in the file."""

    name: str
    embedded: bool


@dataclass(frozen=True)
class Paper:
    """What another program finds in a PDF file."""

    text: str
    fonts: tuple[Font, ...]
    info: dict[str, str]

    @property
    def pages(self) -> int:
        """The number of its pages."""
        return int(self.info["Pages"])


def told_by(program: str, *words: str) -> str:
    """What a program of poppler prints; skips the test where poppler is absent."""
    if shutil.which(program) is None:
        pytest.skip("poppler-utils is absent: PDF files cannot be read back")
    return subprocess.run([program, *words], capture_output=True, text=True, check=True).stdout


def read(pdf: bytes, folder: Path) -> Paper:
    """The file `pdf` as poppler reads it."""
    path = folder / "read.pdf"
    path.write_bytes(pdf)
    fonts = tuple(
        Font(cells[0].partition("+")[2] or cells[0], cells[-5] == "yes")
        for cells in map(str.split, told_by("pdffonts", str(path)).splitlines()[2:])
    )
    info = dict(re.findall(r"^([^:]+):\s*(.*)$", told_by("pdfinfo", str(path)), re.MULTILINE))
    return Paper(told_by("pdftotext", "-layout", str(path), "-"), fonts, info)


def lacking(text: str, family: str = FAMILY) -> set[str]:
    """Of the characters of `text`, those for which `family` has no drawing: they would show as empty boxes."""
    return {
        char
        for char in set(text)
        if char > " " and not told_by("fc-list", f"{family}:charset={ord(char):x}", "family")
    }
