"""Static files: only chosen files of locked packages are copied, and nothing comes from elsewhere."""

from __future__ import annotations

import json
import re
from pathlib import Path

import build_static
import pytest

from sanchuang.web.storage import StaticStorage

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with one package, installed as locked."""
    (tmp_path / "node_modules/pack/dist").mkdir(parents=True)
    (tmp_path / "node_modules/pack/package.json").write_text('{"version": "1.2.0"}')
    (tmp_path / "node_modules/pack/dist/a.js").write_text("one")
    (tmp_path / "package.json").write_text('{"dependencies": {"pack": "1.2.0"}}')
    (tmp_path / "package-lock.json").write_text('{"packages": {"node_modules/pack": {"version": "1.2.0"}}}')
    return tmp_path


def test_a_copy_holds_the_chosen_files_and_no_others(project: Path) -> None:
    target = project / "vendor"
    target.mkdir()
    (target / "left-over.js").write_text("old")
    assert build_static.problems(project) == []
    assert build_static.build(project, target, {"pack/dist/a.js": "a.js"}) == 1
    assert [path.name for path in target.iterdir()] == ["a.js"]
    assert build_static.build(project, target, {"pack/dist/a.js": "a.js"}) == 0


@pytest.mark.parametrize(("installed", "told"), [('{"version": "1.1.0"}', "1.1.0"), (None, "无")])
def test_a_package_that_is_not_the_locked_one_is_refused(
    installed: str | None, told: str, project: Path
) -> None:
    manifest = project / "node_modules/pack/package.json"
    if installed is None:
        manifest.unlink()
    else:
        manifest.write_text(installed)
    assert build_static.problems(project) == [f"pack: 需要 1.2.0, 现有 {told}; 请运行 npm ci"]


def test_every_style_sheet_comes_with_its_source_map() -> None:
    """The manifest storage follows the reference and would stop at a map that is not there."""
    names = set(build_static.FILES.values())
    assert {f"{name}.map" for name in names if name.endswith(".css")} <= names


def test_the_lock_names_versions_and_hashes_and_no_address() -> None:
    text = (ROOT / "package-lock.json").read_text()
    assert "://" not in text
    packages = json.loads(text)["packages"]
    assert all(about["integrity"].startswith("sha512-") for name, about in packages.items() if name)


def test_our_pages_take_nothing_from_elsewhere() -> None:
    sources = [
        *ROOT.glob("src/sanchuang/*/templates/**/*.html"),
        *(path for path in ROOT.glob("src/sanchuang/web/static/sanchuang/*") if path.is_file()),
    ]
    assert len(sources) > 10
    for source in sources:
        text = source.read_text().replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"(src|href|url)\s*[=(]\s*[\"']?(https?:)?//", text), source


def test_a_file_that_was_not_collected_keeps_its_plain_address(tmp_path: Path) -> None:
    storage = StaticStorage(location=tmp_path, base_url="/static/")
    assert storage.stored_name("sanchuang/app.css") == "sanchuang/app.css"
