"""Dependencies are pinned, hashed and tied to no index: the lock files hold on any mirror."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
LOCKS = sorted((ROOT / "requirements").glob("*.lock"))


def pins(lock: Path) -> dict[str, tuple[Requirement, int]]:
    """What a lock file pins: name -> the pin and how many hashes it accepts."""
    found = {}
    for entry in re.split(r"\n(?=\S)", re.sub(r"\s*#.*", "", lock.read_text())):
        text, *hashes = re.split(r"\s*\\?\s*--hash=", entry.strip())
        if text:
            requirement = Requirement(text)
            assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", digest) for digest in hashes), entry
            found[canonicalize_name(requirement.name)] = (requirement, len(hashes))
    return found


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_pin_is_exact_and_hashed(lock: Path) -> None:
    for name, (requirement, hashes) in pins(lock).items():
        assert re.fullmatch(r"==[0-9][^,*]*", str(requirement.specifier)), name
        assert hashes > 0, name


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_no_lock_names_an_index_or_an_address(lock: Path) -> None:
    text = lock.read_text()
    assert "://" not in text
    assert re.findall(r"^\s*(?:-i|-f|--(?:extra-)?index-url|--find-links|--trusted-host)", text, re.M) == []


def test_no_other_lock_of_python_packages_exists() -> None:
    assert [path.name for path in LOCKS] == ["dev.lock", "node.lock", "run.lock"]
    assert not (ROOT / "uv.lock").exists()


def test_locks_hold_what_pyproject_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    asked = {
        "run.lock": project["dependencies"] + extras["build"],
        "dev.lock": project["dependencies"] + extras["build"] + extras["dev"],
    }
    for lock, requirements in asked.items():
        pinned = pins(ROOT / "requirements" / lock)
        for text in requirements:
            requirement = Requirement(text)
            assert canonicalize_name(requirement.name) in pinned, f"{lock}: {text}; run `make lock`"
            version = str(pinned[canonicalize_name(requirement.name)][0].specifier).removeprefix("==")
            assert requirement.specifier.contains(version), f"{lock}: {text}; run `make lock`"


def test_tests_run_with_the_versions_that_users_run() -> None:
    run, dev = (pins(ROOT / "requirements" / name) for name in ("run.lock", "dev.lock"))
    assert {name: str(dev[name][0]) for name in run} == {name: str(pin) for name, (pin, _) in run.items()}


def test_node_packages_are_pinned_and_tied_to_no_registry() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text())
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert packages
    for name, entry in packages.items():
        assert entry["integrity"].startswith("sha512-"), name
        assert "resolved" not in entry, name
    assert "omit-lockfile-registry-resolved=true" in (ROOT / ".npmrc").read_text().splitlines()
