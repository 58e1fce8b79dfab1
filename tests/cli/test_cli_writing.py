"""Files that commands write: complete or not there, also where several write to one name at once."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import threading
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from sanchuang.cli import main
from sanchuang.cli.tables import table_written, write_table
from sanchuang.cli.writing import becoming, require_places, written
from sanchuang.values import Malformed

HELD = """
import sys, time
from pathlib import Path
from sanchuang.cli.writing import written
with written(Path(sys.argv[1])) as file:
    file.write("half")
    file.flush()
    print("writing", flush=True)
    time.sleep(60)
"""


def _write_and_fail(out: Path) -> None:
    with written(out) as file:
        file.write("new")
        raise ZeroDivisionError


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_two_at_once_each_write_a_whole_file(tmp_path: Path) -> None:
    out = tmp_path / "out.run"
    with written(out) as slow:
        slow.write("slow " * 10_000)
        with written(out) as fast:
            fast.write("fast")
        assert out.read_text() == "fast"
        slow.write("end")
    assert out.read_text() == "slow " * 10_000 + "end"
    assert left(tmp_path) == ["out.run"]


def test_two_tables_at_once_are_each_whole(tmp_path: Path) -> None:
    out = tmp_path / "out.parquet"
    with table_written(pl.DataFrame({"n": range(1000)}), out):
        write_table(pl.DataFrame({"n": [1]}), out)
        assert pl.read_parquet(out).height == 1
    assert pl.read_parquet(out).height == 1000
    assert left(tmp_path) == ["out.parquet"]


def test_two_commands_with_the_same_out_at_once(tmp_path: Path) -> None:
    """Each gives its own run whole, and the last one's stands."""
    for name, count in (("few", 3), ("many", 400)):
        rows = [{"id": f"{name}{n}", "text": "光合细菌的厌氧培养"} for n in range(count)]
        (tmp_path / name).write_text("".join(json.dumps(row) + "\n" for row in rows))
    (tmp_path / "q").write_text(json.dumps({"qid": "n", "query": "光合细菌"}) + "\n")
    out = tmp_path / "out.run"
    words = [
        sys.executable,
        "-m",
        "sanchuang.cli",
        "match",
        "rank",
        "--queries",
        str(tmp_path / "q"),
        "--top",
        "400",
    ]
    running = [
        subprocess.Popen(
            [*words, "--documents", str(tmp_path / name), "--out", str(out)], stderr=subprocess.PIPE
        )
        for name in ("few", "many", "few", "many")
    ]
    for each in running:
        _out, said = each.communicate(timeout=120)
        assert (each.returncode, said) == (0, b"")
    lines = out.read_text().splitlines()
    assert len(lines) in (3, 400)
    assert all(len(line.split()) == 6 for line in lines)
    assert left(tmp_path) == ["few", "many", "out.run", "q"]


def test_what_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    out = tmp_path / "out.run"
    out.write_text("old")
    with pytest.raises(ZeroDivisionError):
        _write_and_fail(out)
    assert (out.read_text(), left(tmp_path)) == ("old", ["out.run"])


@pytest.mark.parametrize("command", ["advise", "export"])
def test_a_command_that_fails_while_writing_leaves_nothing(
    command: str, tiny: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk, and the PDF or the sheet is neither half there nor beside it."""

    def full(*_given: object, **_more: object) -> None:
        raise OSError(28, "No space left on device")

    if command == "advise":
        monkeypatch.setattr(Path, "write_bytes", full)
        words = [
            "advise",
            "999000011",
            "--format",
            "pdf",
            "--on",
            "2026-03-01",
            "--out",
            str(tmp_path / "a.pdf"),
        ]
    else:
        monkeypatch.setattr("sanchuang.core.export.lines", lambda _sheet: map(full, ["head"]))
        words = ["export", "organisations", str(tmp_path / "a.csv")]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 2
    assert "写不了（No space left on device）" in done.stderr.replace("\n", "")
    assert left(tmp_path) == []


def test_what_a_killed_one_left_goes_with_the_next_and_what_is_being_written_stays(tmp_path: Path) -> None:
    out = tmp_path / "out[1].run"  # signs that a pattern would take for its own
    words = [sys.executable, "-c", HELD, str(out)]
    running = [subprocess.Popen(words, stdout=subprocess.PIPE) for _ in range(2)]
    try:
        for each in running:
            assert each.stdout is not None
            assert each.stdout.readline() == b"writing\n"
        assert len(left(tmp_path)) == 2
        running[0].send_signal(signal.SIGKILL)
        running[0].wait()
        with written(out) as file:
            file.write("whole")
        assert out.read_text() == "whole"
        assert len(left(tmp_path)) == 2  # the file, and what the other one still writes
    finally:
        for each in running:
            each.kill()
            each.communicate()


def test_the_file_has_the_rights_that_any_new_file_has(tmp_path: Path) -> None:
    (tmp_path / "plain").touch()
    with written(tmp_path / "out") as file:
        file.write("x")
    rights = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("plain", "out")]
    assert rights[0] == rights[1]


def test_a_name_as_long_as_names_may_be(tmp_path: Path) -> None:
    out = tmp_path / ("名" * 85)
    with written(out) as file:
        file.write("x")
    assert out.read_text() == "x"


def test_a_link_stays_and_its_target_gets_the_file(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    target, link = tmp_path / "there" / "real.run", tmp_path / "link.run"
    link.symlink_to(target)
    with written(link) as file:
        file.write("x")
    assert link.is_symlink()
    assert target.read_text() == "x"


def test_a_pipe_is_written_and_not_replaced(tmp_path: Path) -> None:
    pipe, read = tmp_path / "pipe", []
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()))
    reader.start()
    with written(pipe) as file:
        file.write("x")
    reader.join(timeout=10)
    assert read == ["x"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_where_no_file_can_stand_it_is_said_before_anything_is_done(tmp_path: Path) -> None:
    with pytest.raises(Malformed, match="这是一个目录"), becoming(tmp_path):
        pytest.fail("began")
    with pytest.raises(Malformed, match="没有目录"), becoming(tmp_path / "no" / "out"):
        pytest.fail("began")
    with pytest.raises(Malformed, match="两样结果"):
        require_places(tmp_path / "a", None, tmp_path / "." / "a")


@pytest.mark.parametrize(
    "words",
    [
        "pool place --nodes in --pods other --arrivals other --out in",
        "pool place --nodes other --pods in --arrivals other --out in",
        "pool place --nodes other --pods other --arrivals in --out in",
        "pool replay --nodes in --jobs other --out in",
        "pool replay --nodes other --jobs in --picture in",
        "pool replay --nodes other --jobs other --rules in --out in",
        "pool generate --nodes in --jobs 5 --days 1 --out in",
        "pool generate --nodes in --jobs 5 --days 1 --out new --nodes-out in",
        "policy simulate --population in.csv --out in.csv",
        "match rank --documents in --queries other --out in",
        "match rank --documents other --queries in --out in",
        "match rank --documents other --queries other --train in --out in",
        "match rank --documents other --queries other --encoder in --out in",
        "match experts --profiles in --queries other --out in",
        "match experts --profiles other --queries in --out in",
        "match batch --documents in --queries other --out in",
        "match batch --documents other --queries in.csv --out in.csv",
    ],
)
def test_a_command_does_not_overwrite_what_it_reads(tmp_path: Path, words: str) -> None:
    """Not even through a link, and before it reads: none of these files holds anything that it could read."""
    for name in ("in", "in.csv"):
        (tmp_path / name).write_text("kept", encoding="utf-8")
        (tmp_path / f"link-{name}").symlink_to(tmp_path / name)
    (tmp_path / "other").write_text("", encoding="utf-8")
    files = {name: str(tmp_path / name) for name in ("in", "in.csv", "other", "new")}
    given = [files.get(word, word) for word in words.split()]
    last = Path(given[-1])
    for written_to in (
        last,
        last.with_name(f"link-{last.name}"),
        tmp_path / ".." / tmp_path.name / last.name,
    ):
        done = CliRunner().invoke(main, [*given[:-1], str(written_to)])
        assert done.exit_code != 0
        assert f"{written_to}：这个文件是要读的" in done.output + str(done.exception)
        assert last.read_text(encoding="utf-8") == "kept"


def test_what_is_no_file_may_be_read_and_written() -> None:
    require_places(Path("/dev/null"), reading=[Path("/dev/null"), None])
