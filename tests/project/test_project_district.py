"""No district is written into the code: names, places and organisations of a shipped pack stay in the pack."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

import sanchuang

SOURCE = Path(sanchuang.__file__).parent
PACKS = sorted(path.parent for path in SOURCE.glob("packs/*/pack.yaml"))
SUFFIXES = {".py", ".html", ".js", ".css", ".po"}


def words_of(pack: Path) -> set[str]:
    """What names the district, its surroundings and everybody in it."""
    manifest = yaml.safe_load((pack / "pack.yaml").read_text())
    names = [manifest[key] for key in ("names", "province", "city", "district")]
    names += [entry["names"] for entry in yaml.safe_load((pack / "organisations.yaml").read_text())]
    found = {text for name in names for text in name.values() if isinstance(text, str)}
    for table in (pack / "sample").glob("companies*.csv"):
        with table.open(newline="") as file:
            found |= {value for row in csv.DictReader(file) for key, value in row.items() if "name" in key}
    # The bare name as well: people write 杭州 and West Lake where the pack has 杭州市 and West Lake District.
    endings = ("市", "区", " District")
    bare = {text.removesuffix(ending) for text in found for ending in endings}
    return {text for text in found | bare if len(text) > 1}


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.name)
def test_no_name_of_the_pack_stands_in_the_code(pack: Path) -> None:
    words = words_of(pack)
    assert len(words) > 100
    assert list(where(words)) == []


def where(words: set[str]) -> Iterator[str]:
    """Where in the code a word stands. Thousands of words: only those whose first two signs are there are looked for."""
    begun: dict[str, list[str]] = {}
    for word in words:
        begun.setdefault(word[:2], []).append(word)
    for path in sorted(SOURCE.rglob("*")):
        if path.suffix in SUFFIXES and "packs" not in path.parts and "vendor" not in path.parts:
            text = path.read_text()
            there = begun.keys() & set(map("".join, pairwise(text)))
            yield from (
                f"{path.relative_to(SOURCE)}: {word}" for two in there for word in begun[two] if word in text
            )


def test_a_word_that_stands_in_the_code_is_found() -> None:
    assert "core/law.py: NoLaw" in set(where({"NoLaw", "No such name as this"}))
