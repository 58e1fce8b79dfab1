"""What an index was taught, kept on disk beside it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from test_matching_training import collection as synthetic

from sanchuang.engines.matching import Document, Index, Weights
from sanchuang.engines.matching.keeping import Unusable
from sanchuang.engines.matching.learned import Learned
from sanchuang.engines.matching.living import Collection
from sanchuang.engines.matching.training import train


@pytest.fixture(scope="module")
def learned() -> Learned:
    documents, pairs = synthetic()
    return train(Index.build(documents), pairs)


@pytest.fixture
def taught(tmp_path: Path, learned: Learned) -> Collection:
    collection = Collection.create(tmp_path / "c", synthetic()[0])
    collection.teach(learned)
    return collection


def test_what_was_learnt_ranks_the_same_after_a_return(taught: Collection, learned: Learned) -> None:
    documents, pairs = synthetic()
    fresh = Index.build(documents)
    fresh.learned = learned
    opened = Collection(taught.directory).index
    assert isinstance(opened.learned, Learned)
    for query, _ in pairs[::20]:
        assert opened.rank(query, 5) == fresh.rank(query, 5)
    assert opened.learned.ranker.names == learned.ranker.names


def test_learning_outlives_changes_and_is_undone_at_will(taught: Collection) -> None:
    first = taught.index.learned
    with taught.writer() as writer:
        writer.add(Document("new", "thing1 something new"))
    assert taught.index.learned is first is not None
    with taught.writer() as writer:
        writer.rebuild()
    assert taught.index.learned is first
    assert taught.forget()
    assert taught.index.learned is None
    assert not taught.forget()
    assert not list(taught.directory.glob("learned*"))


def test_weights_are_kept_too_and_replace_what_was_learnt_before(taught: Collection) -> None:
    taught.teach(Weights(0.4, 0.3, 0.2, 0.1))
    index = Collection(taught.directory).index
    assert (index.learned, index.weights) == (None, Weights(0.4, 0.3, 0.2, 0.1))
    assert taught.index.weights == index.weights
    assert len(list(taught.directory.glob("learned*.npz"))) == 1
    taught.forget()
    assert taught.index.weights == Weights()


def change(collection: Collection, values: dict[str, object]) -> None:
    file = collection.directory / "learned.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | values))


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"format": 0}, "属于程序的另一个版本"),
        ({"measures": "other"}, "属于程序的另一个版本"),
        ({"collection": "other"}, "属于另一个文本库"),
        ({"arrays": "0" * 64}, "数组文件不见了"),
        ({"content": {"class": "os.System", "parts": {}}}, "属于程序的另一个版本"),
        ({"content": {"class": "text.Nothing", "parts": {}}}, "属于程序的另一个版本"),
        ({"content": {"class": "index.Path", "parts": {}}}, "属于程序的另一个版本"),
        ({"content": {"class": "scoring.Weights", "parts": {"odd": 1}}}, "属于程序的另一个版本"),
        ({"content": {}}, "属于程序的另一个版本"),
        ({"content": 7}, "已损坏"),
    ],
)
def test_what_belongs_elsewhere_is_refused(tmp_path: Path, values: dict[str, object], why: str) -> None:
    collection = Collection.create(tmp_path / "c")
    collection.teach(Weights())
    change(collection, values)
    with pytest.raises(Unusable, match=f"learned.json：所学.*{why}.*\n?.*match forget"):
        _ = Collection(collection.directory).index


def test_damage_is_noticed(taught: Collection) -> None:
    arrays = next(taught.directory.glob("learned*.npz"))
    content = bytearray(arrays.read_bytes())
    content[len(content) // 2] ^= 1
    arrays.write_bytes(content)
    with pytest.raises(Unusable, match="已损坏"):
        _ = Collection(taught.directory).index
    (taught.directory / "learned.json").write_text("{")
    with pytest.raises(Unusable, match="已损坏"):
        _ = Collection(taught.directory).index


def test_another_collections_learning_is_refused(taught: Collection, tmp_path: Path) -> None:
    other = Collection.create(tmp_path / "other", [Document("a", "另一个文本库")])
    for file in taught.directory.glob("learned*"):
        (other.directory / file.name).write_bytes(file.read_bytes())
    with pytest.raises(Unusable, match="另一个文本库"):
        _ = other.index
