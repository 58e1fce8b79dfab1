"""Copy the chosen files of the npm packages to where Django finds static files.

Run after `npm ci`. Only what the pages load is copied, each file with its source map: the manifest storage
follows every reference it meets, and whole `dist` folders hold references to files that are not there.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "src/sanchuang/web/static/vendor"

# Path under node_modules -> name under static/vendor.
FILES = {
    "@tabler/core/dist/css/tabler.min.css": "tabler.min.css",
    "@tabler/core/dist/css/tabler.min.css.map": "tabler.min.css.map",
    "echarts/dist/echarts.min.js": "echarts.min.js",
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
}


def installed_version(modules: Path, package: str) -> str:
    """The version of `package` found in `modules`, or an empty text."""
    manifest = modules / package / "package.json"
    return str(json.loads(manifest.read_text())["version"]) if manifest.exists() else ""


def problems(root: Path) -> list[str]:
    """What keeps the copy from being right: packages that are absent or not of the locked version."""
    locked = json.loads((root / "package-lock.json").read_text())["packages"]
    found = []
    for package in json.loads((root / "package.json").read_text())["dependencies"]:
        want, have = (
            locked[f"node_modules/{package}"]["version"],
            installed_version(root / "node_modules", package),
        )
        if want != have:
            found.append(f"{package}: 需要 {want}, 现有 {have or '无'}; 请运行 npm ci")
    return found


def build(root: Path, target: Path, files: dict[str, str]) -> int:
    """Make `target` hold exactly `files` of `root`'s node_modules; returns how many were copied anew."""
    target.mkdir(parents=True, exist_ok=True)
    for stale in [path for path in target.iterdir() if path.name not in files.values()]:
        stale.unlink()
    copied = 0
    for source, name in files.items():
        origin, copy = root / "node_modules" / source, target / name
        if not copy.exists() or copy.read_bytes() != origin.read_bytes():
            shutil.copyfile(origin, copy)
            copied += 1
    return copied


def main() -> int:
    """Copy, or say what is missing and how to mend it."""
    if found := problems(ROOT):
        print("\n".join(found), file=sys.stderr)
        return 1
    print(f"static/vendor: 更新 {build(ROOT, TARGET, FILES)} 个文件, 共 {len(FILES)} 个")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
