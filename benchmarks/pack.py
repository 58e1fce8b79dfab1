"""Loading the pack: into an empty database, and again when nothing changed."""

from __future__ import annotations

import shutil
from pathlib import Path

from measure import BIN, REPEATS, ROOT, Section, Skipped, command, repeat

PACKS = ROOT / "src/sanchuang/packs"


def chosen_pack() -> Path:
    """The pack that the benchmarks load: the one that the project ships."""
    (manifest,) = PACKS.glob("*/pack.yaml")
    return manifest.parent


def loading(var: Path) -> Section:
    """Time both in the installation folder `var`, and leave the pack loaded there."""
    if not (BIN / "sanchuang").exists():
        raise Skipped("the command sanchuang is not installed beside this Python")
    env = {"SANCHUANG_VAR": str(var), "DATABASE_URL": "", "DJANGO_SETTINGS_MODULE": "sanchuang.web.settings"}
    pack = chosen_pack().relative_to(ROOT)
    load = [str(BIN / "sanchuang"), "pack", "load", str(pack)]
    database, empty = var / "sanchuang.sqlite3", var / "empty.sqlite3"
    assert not database.exists(), f"{database} is there before the tables are made"
    command([str(BIN / "django-admin"), "migrate", "--verbosity", "0"], env)
    shutil.copyfile(database, empty)

    def forget() -> None:
        for suffix in ("", "-wal", "-shm"):
            Path(f"{database}{suffix}").unlink(missing_ok=True)
        shutil.copyfile(empty, database)

    first = repeat(lambda: command(load, env), before=forget)
    again = repeat(lambda: command(load, env))
    return Section(
        "Load the pack",
        [f"sanchuang pack load {pack}"],
        f"The whole command on SQLite, its start included, {REPEATS} runs each. An unchanged pack is read and "
        "checked, and its records are left alone; `sanchuang run` skips even the reading.",
        ["", "wall s, median", "CPU s, median", "wall s, range"],
        [["into empty tables", *first.cells()], ["unchanged", *again.cells()]],
    )
