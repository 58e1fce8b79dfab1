"""A business register of 100,000 rows: dry run, import, and the same import killed three times."""

from __future__ import annotations

import csv
import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from measure import BIN, Section, Skipped, command

ROWS = 100_000
KILLS = 3
HEADS = ["统一社会信用代码", "企业名称", "注册资本(万元)", "成立日期", "行业", "住所"]
SYLLABLES = "云启智联数海创新科远景明德信安瑞达华星中凯博思睿恒泰格林蓝天宏图易通元方圆"
# Both phases in a process of their own, timed apart; what the file brought, whatever numbers the records have.
RUN = """
import django, json, resource, sys, time; django.setup()
from sanchuang.core.attachments import Upload
from sanchuang.core.operator import operator
from sanchuang.registry.imports import actions
from sanchuang.registry.imports.running import work
from sanchuang.registry.imports.tasks import by_itself
by, told = operator(), {}
with by_itself(), Upload.of("register.csv", [open(sys.argv[1], "rb").read()]) as upload:
    run = actions.receive(upload, by=by, kind="organisations", source="benchmark")
    actions.set_up(run, by=by, columns=actions.columns_from(run, {}))
    for phase in ("dry run", "import"):
        if phase == "import":
            actions.start(run, by=by)
        wall, cpu = time.perf_counter(), time.process_time()
        now = work(run.pk)
        told[phase] = [time.perf_counter() - wall, time.process_time() - cpu]
told["counts"], told["peak"] = now.counts, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps(told))
"""
STATE = """
import django, hashlib; django.setup()
from sanchuang.core.audit.verifying import verify
from sanchuang.registry.models import Fact, Import, Organisation, OrganisationName
found = hashlib.sha256()
for rows in (
    Organisation.objects.order_by("code", "slug").values_list("code", "slug", "name", "address", "industry__code"),
    OrganisationName.objects.order_by("organisation__code", "name", "kind").values_list("organisation__code", "name", "kind"),
    Fact.objects.order_by("organisation__code", "name", "period", "pk").values_list("organisation__code", "name", "value"),
):
    for row in rows.iterator():
        found.update(repr(row).encode())
print(found.hexdigest(), Import.objects.get().counts, verify().holds)
"""


def register(path: Path) -> None:
    """The file; its codes are valid, its names are made of syllables."""
    from sanchuang.registry.codes import check_character, organisation_check_character

    chance = random.Random(20261127)
    with path.open("w", encoding="gb18030", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(HEADS)
        for number in range(ROWS):
            own = f"{10_000_000 + number}"
            body = "91330106" + own + organisation_check_character(own)
            name = (
                "杭州" + "".join(chance.choices(SYLLABLES, k=4)) + chance.choice(("科技", "网络", "文化创意"))
            )
            day = f"20{chance.randint(10, 25)}/{chance.randint(1, 12)}/{chance.randint(1, 28)}"
            capital, industry = chance.randint(10, 5000), chance.choice(("6513", "I65", "M73", "R87"))
            rows.writerow(
                [
                    body + check_character(body),
                    f"{name}有限公司",
                    capital,
                    day,
                    industry,
                    f"文三路 {number} 号",
                ]
            )


def killed(folder: Path, path: Path, env: dict[str, str]) -> int:
    """The same import by the command line, killed three times while it writes; gives the rows written at the kills."""
    words = [str(BIN / "sanchuang"), "import", "file", str(path), "--source", "benchmark"]
    seen = 0
    for number in range(KILLS):
        with subprocess.Popen(words, env=env, stdout=subprocess.DEVNULL) as process:
            while not seen < (cursor := written(folder)) < ROWS:
                assert process.poll() is None, "it ended before it was killed"
                time.sleep(0.05)
            time.sleep(0.2 * number)
            process.kill()
        seen = max(cursor, written(folder))
        words = [str(BIN / "sanchuang"), "import", "resume", "1"]
    subprocess.run(words, env=env, check=False, stdout=subprocess.DEVNULL)
    return seen


def written(folder: Path) -> int:
    """The last row that the import wrote; 0 before it does."""
    with closing(sqlite3.connect(folder / "sanchuang.sqlite3", timeout=30)) as database:
        found = database.execute("SELECT cursor FROM registry_import WHERE state = 'running'").fetchone()
    return found[0] if found else 0


def importing(var: Path) -> Section:
    """On copies of the installation in `var`."""
    if not (BIN / "sanchuang").exists():
        raise Skipped("the command sanchuang is not installed beside this Python")
    with tempfile.TemporaryDirectory() as made:
        path = Path(made) / "register.csv"
        register(path)
        states = []
        for name in ("whole", "killed"):
            folder = Path(made) / name
            folder.mkdir()
            shutil.copy(var / "sanchuang.sqlite3", folder)
            env = {**os.environ, "SANCHUANG_VAR": str(folder), "DATABASE_URL": ""}
            if name == "whole":
                told = json.loads(command([sys.executable, "-c", RUN, str(path)], env))
            else:
                killed(folder, path, env)
            states.append(command([sys.executable, "-c", STATE], env).strip())
    same = states[0] == states[1]
    assert same, states
    rows = [[phase, f"{told[phase][0]:.0f}", f"{told[phase][1]:.0f}"] for phase in ("dry run", "import")]
    return Section(
        "Import a register",
        ["python benchmarks/run.py --only pack --only imports"],
        f"{ROWS:,} companies with code, name, two facts, industry and address, as CSV in GB 18030, into the loaded sample on "
        f"SQLite; {told['counts']['created']:,} organisations are made, with their names, facts and a row of the audit trail each. One run each. "
        f"Peak of memory over both: {told['peak']:.0f} MB. Killed {KILLS} times while it wrote and resumed, it left the same "
        "records, and the audit trail verifies. Goals: 2 minutes, 1 GB.",
        ["", "wall s", "CPU s"],
        rows,
    )
