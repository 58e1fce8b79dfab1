"""A collection that changes while others search in it, and that outlives whoever changes it."""

from __future__ import annotations

import json
import math
import os
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sanchuang.engines.matching import Document, DuplicateId, Index, Weights, living
from sanchuang.engines.matching.faults import (
    Busy,
    NoCollection,
    NotRebuilt,
    Occupied,
    UnknownId,
    Unwritable,
)
from sanchuang.engines.matching.files import remove
from sanchuang.engines.matching.living import Collection
from sanchuang.engines.matching.records import LONGEST_ID
from sanchuang.values import Malformed

RESULTS = [
    Document("r1", "光合细菌的厌氧培养工艺"),
    Document("r2", "钙钛矿太阳能电池的封装"),
    Document("r3", "废水中重金属的吸附材料"),
]


@pytest.fixture
def collection(tmp_path: Path) -> Collection:
    return Collection.create(tmp_path / "c", RESULTS)


def ids(collection: Collection, query: str) -> list[str]:
    return [hit.id for hit in collection.index.rank(query)]


def held(collection: Collection) -> dict[str, str]:
    return {document.id: document.text for document in collection.index.documents()}


def test_what_is_added_replaced_and_removed_is_found_at_once(collection: Collection) -> None:
    with collection.writer() as writer:
        writer.add(Document("r4", "肺结节图像识别"))
        writer.replace(Document("r2", "钠离子电池的正极"))
        writer.remove("r1")
        assert ids(collection, "光合细菌") == ["r1"]
        assert [name in writer for name in ("r1", "r2", "r4", "r5")] == [False, True, True, False]
        writer.commit()
        assert (ids(collection, "光合细菌"), ids(collection, "肺结节")) == ([], ["r4"])
        assert (ids(collection, "封装"), ids(collection, "正极")) == ([], ["r2"])
        assert len(collection.index) == len(writer) == 3


def test_a_writer_that_ends_well_commits_and_one_that_fails_discards(collection: Collection) -> None:
    with collection.writer() as writer:
        writer.add(Document("r4", "肺结节"))
    assert ids(collection, "肺结节") == ["r4"]

    def fail() -> None:
        with collection.writer() as writer:
            writer.remove("r4")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert ids(collection, "肺结节") == ["r4"]
    with collection.writer() as writer:
        writer.remove("r4")
    assert ids(collection, "肺结节") == []


def test_every_other_process_sees_a_commit(collection: Collection) -> None:
    script = (
        "import sys; from pathlib import Path\n"
        "from sanchuang.engines.matching.living import Collection\n"
        "c = Collection(Path(sys.argv[1]))\n"
        "for line in sys.stdin: print(len(c.index.rank('肺结节')), flush=True)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(collection.directory)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdin is not None
        assert other.stdout is not None

        def found() -> int:
            print(file=other.stdin, flush=True)
            return int(other.stdout.readline())

        assert found() == 0
        with collection.writer() as writer:
            writer.add(Document("r4", "肺结节"))
            assert found() == 0
            writer.commit()
            assert found() == 1
            writer.rebuild()
            assert found() == 1
            writer.finish()
            assert found() == 1
        other.stdin.close()


def test_what_cannot_be_is_refused(collection: Collection, tmp_path: Path) -> None:
    with collection.writer() as writer:
        with pytest.raises(DuplicateId, match="文本编号重复：r1"):
            writer.add(Document("r1", "另一篇"))
        with pytest.raises(UnknownId, match="没有编号为 r9 的文本"):
            writer.remove("r9")
        with pytest.raises(UnknownId):
            writer.replace(Document("r9", "新"))
        writer.add(Document("r9", "新"))
        with pytest.raises(DuplicateId):
            writer.add(Document("r9", "又"))
        writer.remove("r9")
        with pytest.raises(UnknownId):
            writer.remove("r9")
        with pytest.raises(Busy, match="另一个进程正在写"):
            collection.writer()
        with pytest.raises(Busy):
            collection.forget()
    with pytest.raises(Occupied, match="这里已有索引"):
        Collection.create(collection.directory)
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes/letter.txt").write_text("keep me")
    with pytest.raises(Occupied, match="目录不是空的"):
        Collection.create(tmp_path / "notes")
    for missing in (tmp_path / "notes", tmp_path / "nowhere", tmp_path / "notes/letter.txt"):
        with pytest.raises(NoCollection, match="没有索引"):
            Collection(missing)


def test_a_collection_that_could_not_be_made_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(DuplicateId):
        Collection.create(tmp_path / "c", [Document("a", "甲"), Document("a", "乙")])
    assert [file.name for file in (tmp_path / "c").iterdir()] == ["lock"]
    assert len(Collection.create(tmp_path / "c").index) == 0


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"{", "已损坏"),
        (b"[1]", "已损坏"),
        (b'{"format": 0, "collection": "", "generation": "g1-1"}', "另一个版本"),
        (b'{"format": 1, "collection": "", "generation": "../g1-1"}', "另一个版本"),
    ],
)
def test_a_damaged_or_foreign_index_says_so(collection: Collection, content: bytes, why: str) -> None:
    (collection.directory / "current").write_bytes(content)
    with pytest.raises(NoCollection, match=why):
        Collection(collection.directory)


def test_a_directory_that_cannot_be_written_is_told(collection: Collection, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("keep me")
    for place in (tmp_path / "file", tmp_path / "file/c"):
        with pytest.raises(Unwritable, match="写不了"):
            Collection.create(place, RESULTS)
    assert (tmp_path / "file").read_text() == "keep me"
    remove(collection.directory)
    for ask in (collection.writer, collection.forget, lambda: collection.index):
        with pytest.raises((NoCollection, Unwritable)):
            ask()


def test_an_index_that_may_not_be_read_is_not_called_damaged(
    collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Index, "open", refuse)
    monkeypatch.setattr(os, "access", lambda *_, **__: False)
    with pytest.raises(NoCollection, match="没有权限"):
        _ = collection.index
    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(NoCollection, match="读不了"):
        Collection(collection.directory)


def test_a_new_collection_in_the_place_of_another_is_known_by_its_own_name(collection: Collection) -> None:
    assert len(collection.index) == 3
    remove(collection.directory)
    made = Collection.create(collection.directory, [Document("n1", "肺结节")])
    made.teach(Weights(2.0, 1.0, 1.0, 1.0))
    assert collection.index.weights == Weights(2.0, 1.0, 1.0, 1.0)


def test_an_id_too_long_to_be_found_again_is_refused(collection: Collection) -> None:
    with collection.writer() as writer:
        with pytest.raises(Malformed, match="编号太长"):
            writer.add(Document("x" * 70_000, "肺结节"))
        writer.add(Document("字" * LONGEST_ID, "肺结节"))
        writer.commit()
        assert "字" * LONGEST_ID in writer
        writer.remove("字" * LONGEST_ID)
    assert len(collection.index) == 3


def test_a_full_disk_discards_what_was_not_committed_and_is_not_filled_for_good(
    collection: Collection,
) -> None:
    # Files of more than 200 kB cannot be written in this process.
    words = f"""
import random, resource, signal
from pathlib import Path
from sanchuang.engines.matching import Document
from sanchuang.engines.matching.faults import Unwritable
from sanchuang.engines.matching.files import remove
from sanchuang.engines.matching.living import Collection
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))
chance = random.Random(1)
collection = Collection(Path({str(collection.directory)!r}))
try:
    with collection.writer() as writer:
        for at in range(8):
            writer.add(Document(f"b{{at}}", "".join(chr(chance.randint(0x4e00, 0x9000)) for _ in range(20_000))))
except Unwritable:
    print("refused")
with collection.writer() as writer:
    writer.add(Document("small", "肺结节"))
"""
    done = subprocess.run(
        [sys.executable, "-c", words], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout == "refused\n"
    assert sorted(held(collection)) == ["r1", "r2", "r3", "small"]
    assert sum(file.stat().st_size for file in collection.directory.glob("g*/*")) < 100_000


def test_a_switch_that_fails_leaves_the_writer_in_the_generation_in_use(
    collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with collection.writer() as writer:
        writer.rebuild()
        writer.add(Document("r4", "肺结节"))
        with monkeypatch.context() as patch:
            patch.setattr(living, "_point", fail)
            with pytest.raises(Unwritable, match="No space left"):
                writer.finish()
        writer.add(Document("r5", "肺结节的识别"))
        writer.commit()
        assert sorted(held(collection)) == ["r1", "r2", "r3", "r4", "r5"]
        writer.rebuild()
    assert sorted(held(collection)) == ["r1", "r2", "r3", "r4", "r5"]
    assert [file.name for file in collection.directory.glob("g*")] == [generation(collection)]


def test_an_index_whose_files_are_gone_says_so(collection: Collection) -> None:
    shutil.rmtree(next(collection.directory.glob("g1-*")))
    with pytest.raises(NoCollection, match="索引已损坏"):
        _ = collection.index


def test_a_rebuild_goes_on_beside_searches_and_changes(collection: Collection) -> None:
    before = collection.index
    old = generation(collection)
    with collection.writer() as writer:
        writer.rebuild()
        writer.rebuild()
        writer.add(Document("r4", "肺结节"))
        writer.remove("r1")
        writer.commit()
        writer.replace(Document("r4", "肺结节的识别"))
        assert ids(collection, "肺结节") == ["r4"]
        writer.finish()
        assert generation(collection) != old
        assert held(collection) == {"r2": RESULTS[1].text, "r3": RESULTS[2].text, "r4": "肺结节的识别"}
        writer.add(Document("r5", "新的"))
    assert ids(collection, "新的")[0] == "r5"
    assert [file.name for file in collection.directory.glob("g*")] == [generation(collection)]
    # An index in hand stays as it was, though its files have gone from the directory.
    assert [hit.id for hit in before.rank("光合细菌")] == ["r1"]


def test_a_rebuild_that_fails_changes_nothing(
    collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    with collection.writer() as writer:
        monkeypatch.setattr(sys, "executable", shutil.which("false"))
        writer.rebuild()
        with pytest.raises(NotRebuilt, match="重建没有成功"):
            writer.finish()
        writer.add(Document("r4", "肺结节"))
    assert held(collection)["r4"] == "肺结节"
    assert len(list(collection.directory.glob("g*"))) == 1


def test_a_rebuild_given_up_leaves_nothing(collection: Collection) -> None:
    writer = collection.writer()
    writer.rebuild()
    writer.close()
    assert [file.name for file in collection.directory.glob("g*")] == [generation(collection)]


def generation(collection: Collection) -> str:
    return str(json.loads((collection.directory / "current").read_text())["generation"])


TEXTS = st.text(alphabet="废水处理工艺电池膜 ab，。", max_size=30)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.none() | TEXTS, st.booleans()), max_size=12), TEXTS)
def test_whatever_was_changed_it_ranks_like_an_index_made_at_once(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[int, str | None, bool]], query: str
) -> None:
    """Weights and mean lengths are those of the documents that are left."""
    collection = Collection.create(tmp_path_factory.mktemp("c"))
    state: dict[str, str] = {}
    with collection.writer() as writer:
        for number, text, commit in changes:
            name = f"d{number}"
            if text is None:
                if state.pop(name, None) is not None:
                    writer.remove(name)
            elif name in state:
                writer.replace(Document(name, text))
                state[name] = text
            else:
                writer.add(Document(name, text))
                state[name] = text
            if commit:
                writer.commit()
    assert held(collection) == state
    fresh = Index.build(Document(name, text) for name, text in state.items())
    assert collection.index.rank(query) == fresh.rank(query)


def test_weights_of_frequent_terms_follow_removals(tmp_path: Path) -> None:
    """Beyond a thousand documents a term's are not counted again; the share that is left is taken for each."""
    collection = Collection.create(
        tmp_path / "c",
        (Document(f"d{number}", "电池" if number < 1500 else "膜") for number in range(2000)),
    )
    assert collection.index.weight("characters", "膜") > collection.index.weight("characters", "电")
    with collection.writer() as writer:
        for number in range(1000, 2000):
            writer.remove(f"d{number}")
    index = collection.index
    assert len(index) == 1000
    fresh = Index.build(index.documents())
    assert index.weight("characters", "膜") == fresh.weight("characters", "膜")
    assert index.weight("characters", "电") == pytest.approx(math.log(1001 / 750.5))


# killed at any moment ----------------------------------------------------------------------------------------

WORKER = """
import sys
from pathlib import Path
from sanchuang.engines.matching import Document
from sanchuang.engines.matching.files import remove
from sanchuang.engines.matching.living import Collection

collection, first = Collection(Path(sys.argv[1])), int(sys.argv[2])
with collection.writer() as writer:
    for batch in range(first, 10_000):
        if batch % 4 == 1:
            writer.rebuild()
        for part in "abc":
            writer.add(Document(f"b{batch}{part}", f"batch {batch} part {part} 废水处理"))
        writer.replace(Document("counter", f"counted {batch}"))
        if batch >= 2:
            writer.remove(f"b{batch - 2}a")
        writer.commit()
        print(batch, flush=True)
        if batch % 4 == 2:
            writer.finish()
"""


def expected(batches: int) -> dict[str, str]:
    state = {
        f"b{batch}{part}": f"batch {batch} part {part} 废水处理" for batch in range(batches) for part in "abc"
    }
    for batch in range(2, batches):
        del state[f"b{batch - 2}a"]
    return state | {"counter": f"counted {batches - 1}" if batches else "counted nothing"}


def killed(folder: Path, first: int, chance: random.Random) -> int:
    """Let a writer go on from batch `first`, kill it after some commits, and give how many are acknowledged in all."""
    with subprocess.Popen(
        [sys.executable, "-c", WORKER, str(folder), str(first)], stdout=subprocess.PIPE, text=True
    ) as worker:
        assert worker.stdout is not None
        done = first
        for _ in range(chance.randrange(1, 6)):
            done = int(worker.stdout.readline()) + 1
        # Within the next commit, or within a rebuild and the change to its outcome.
        signal.sigtimedwait([], chance.random() * chance.choice([0.03, 1.0]))
        os.kill(worker.pid, signal.SIGKILL)
        rest = worker.stdout.read().split("\n")
    return int(rest[-2]) + 1 if len(rest) > 1 else done


def test_a_writer_killed_at_any_moment_loses_nothing_acknowledged(tmp_path: Path) -> None:
    collection = Collection.create(tmp_path / "c", [Document("counter", "counted nothing")])
    chance = random.Random(7)
    done = 0
    for _ in range(12):
        acknowledged = killed(collection.directory, done, chance)
        for reader in (collection, Collection(collection.directory)):
            state = held(reader)
            # The commit in progress is there whole or not at all.
            done = next(n for n in (acknowledged, acknowledged + 1) if len(expected(n)) == len(state))
            assert state == expected(done)
            assert reader.index.rank(f"batch {done - 1} part c")[0].id == f"b{done - 1}c"
    assert not generation(collection).startswith("g1-"), "no rebuild was taken into use"
    with collection.writer() as writer:
        assert len(list(collection.directory.glob("g*"))) == 1
        writer.add(Document("last", "最后"))
    assert held(collection) == expected(done) | {"last": "最后"}
