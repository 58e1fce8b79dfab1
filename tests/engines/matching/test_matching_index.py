"""What a collection answers to a query."""

from __future__ import annotations

import string
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sanchuang.engines.matching import Document, DuplicateId, Index, Shares, Weights
from sanchuang.engines.matching.plain import plain
from sanchuang.engines.matching.repeats import tempered
from sanchuang.engines.matching.text import fold, join, line, units

RESULTS = [
    Document("r1", "光合细菌的厌氧培养工艺。以废水为原料，产率提高三成。"),
    Document("r2", "钙钛矿太阳能电池的封装方法，湿热条件下稳定运行 1000 小时。"),
    Document("r3", "面向5G基站的毫米波功放芯片。采用GaN工艺，效率达 45.5%。"),
    Document("r4", "基于深度学习的肺结节 CT 图像识别系统。灵敏度 96%。"),
    Document("r5", "废水中重金属的吸附材料。"),
]


@pytest.fixture(scope="module")
def index() -> Index:
    return Index.build(RESULTS)


def ids(index: Index, query: str, top: int = 10) -> list[str]:
    return [hit.id for hit in index.rank(query, top)]


def test_texts_are_read_by_their_ids_as_they_were_given(index: Index) -> None:
    assert index.texts(["r5", "nowhere", "r1"]) == {"r5": RESULTS[4].text, "r1": RESULTS[0].text}
    assert index.texts([]) == {}


@pytest.mark.parametrize(
    ("query", "best"),
    [
        ("光合细菌 培养", "r1"),
        ("太阳能电池怎么封装", "r2"),
        ("５Ｇ 功放", "r3"),
        ("gan 工艺的芯片", "r3"),
        ("用 ct 图像识别肺结节", "r4"),
        ("吸附废水里的重金属", "r5"),
    ],
)
def test_the_result_that_answers_comes_first(index: Index, query: str, best: str) -> None:
    assert ids(index, query)[0] == best


def test_only_documents_with_a_common_character_are_found(index: Index) -> None:
    assert ids(index, "肺") == ["r4"]
    assert ids(index, "区块链") == []


@pytest.mark.parametrize("query", ["", "   ", "？！……", "@@", "_|_"])
def test_a_query_that_says_nothing_finds_nothing(index: Index, query: str) -> None:
    assert index.rank(query) == []


def test_a_latin_word_is_not_found_inside_another() -> None:
    index = Index.build([Document("a", "train the model"), Document("b", "AI model")])
    assert ids(index, "AI") == ["b"]


def test_top_limits_the_list_and_keep_says_who_may_appear(index: Index) -> None:
    assert ids(index, "废水 工艺", top=2) == ids(index, "废水 工艺")[:2]
    assert index.rank("废水", top=0) == []
    kept = index.rank("废水 工艺", keep=lambda identifier: identifier != "r1")
    assert [hit.id for hit in kept] == [name for name in ids(index, "废水 工艺") if name != "r1"]


def test_keep_is_asked_beyond_the_first_candidates() -> None:
    """250 short texts fit better than the only one that may appear."""
    many = [Document(f"d{number:03}", "废水处理") for number in range(250)]
    index = Index.build([*many, Document("wanted", "钢厂和矿山排出的废水怎样处理，是个老问题")])
    assert [hit.id for hit in index.rank("废水处理", keep=lambda identifier: identifier == "wanted")] == [
        "wanted"
    ]


def test_common_characters_are_not_searched_once_enough_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    documents = [*RESULTS, *(Document(f"d{number}", "水泵的阀") for number in range(300))]
    index = Index.build(documents)
    assert len(ids(index, "的光合细菌", 400)) == 305
    monkeypatch.setattr("sanchuang.engines.matching.index._OCCURRENCES", 0.1)
    assert ids(index, "的光合细菌", 400) == ["r1"]
    # The weightiest term is searched, however common.
    assert len(ids(index, "的", 400)) == 305


def test_equal_scores_are_in_order_of_id() -> None:
    index = Index.build([Document(name, "相同的文本") for name in ("c", "a", "b")])
    assert [(hit.id, hit.score) for hit in index.rank("文本")] == [
        (name, index.rank("文本")[0].score) for name in ("a", "b", "c")
    ]


def test_a_document_that_says_exactly_the_query_scores_1(index: Index) -> None:
    best = index.rank("废水中，重金属的吸附材料")
    assert (best[0].id, best[0].score < 1) == ("r5", True)
    best = index.rank("废水中重金属的吸附材料！")
    assert (best[0].id, best[0].score) == ("r5", 1.0)


def test_weights_change_the_order_but_not_who_is_found() -> None:
    documents = [
        Document("loose", "水与废料，处与理"),
        Document("tight", "废水处理" + "及其他很长的说明文字" * 6),
    ]
    pairs = Index.build(documents, weights=Weights(characters=0, pairs=1, words=0, coverage=0))
    characters = Index.build(documents, weights=Weights(characters=1, pairs=0, words=0, coverage=0))
    assert ids(pairs, "废水处理") == ["tight", "loose"]
    assert ids(characters, "废水处理") == ["loose", "tight"]


@pytest.mark.parametrize(
    "values", [(-1, 1, 1, 1), (0, 0, 0, 0), (float("nan"), 1, 1, 1), (float("inf"), 0, 0, 0)]
)
def test_weights_must_make_a_mean(values: tuple[float, float, float, float]) -> None:
    with pytest.raises(ValueError, match="weights"):
        Weights(*values)


def test_the_measures_of_a_candidate_by_hand() -> None:
    """Two documents of the same length, so that a length is 1 mean; a share is then times / (times + 1)."""
    index = Index.build([Document("a", "膜膜片"), Document("b", "电池组")])
    (found,) = index.candidates("膜", 10)
    assert found.id == "a"
    assert found.shares == Shares(
        characters=pytest.approx(2 / 3), pairs=0.0, words=pytest.approx(2 / 3), coverage=1.0
    )


def test_duplicate_ids_are_refused() -> None:
    with pytest.raises(DuplicateId, match="文本编号重复：a"):
        Index.build([Document("a", "甲"), Document("a", "乙")])


def test_an_empty_collection_finds_nothing() -> None:
    index = Index.build([])
    assert (len(index), index.rank("废水")) == (0, [])


def test_an_index_on_disk_answers_like_one_in_memory(index: Index, tmp_path: Path) -> None:
    Index.build(RESULTS, directory=tmp_path / "index")
    opened = Index.open(tmp_path / "index")
    assert len(opened) == len(RESULTS)
    assert opened.rank("废水处理工艺") == index.rank("废水处理工艺")
    with pytest.raises(FileExistsError, match="目录不是空的"):
        Index.build(RESULTS, directory=tmp_path / "index")
    with pytest.raises(FileNotFoundError, match="没有索引"):
        Index.open(tmp_path)


WILD = st.text(max_size=60) | st.text(alphabet="废水处理工艺电池的ABcd5.,，。 -|_㎡½①", max_size=60)


@settings(max_examples=60, deadline=None)
@given(st.lists(WILD, max_size=6), WILD)
def test_any_text_is_ranked_in_order_with_scores_from_0_to_1(texts: list[str], query: str) -> None:
    index = Index.build(Document(f"d{number}", text) for number, text in enumerate(texts))
    hits = index.rank(query)
    assert [(-hit.score, hit.id) for hit in hits] == sorted((-hit.score, hit.id) for hit in hits)
    assert all(0 < hit.score <= 1 for hit in hits)
    common = {unit.form for unit in units(plain(query))}
    assert {hit.id for hit in hits} == {
        f"d{number}"
        for number, text in enumerate(texts)
        if common & {unit.form for unit in units(plain(text))}
    }


def _read(text: str) -> str:
    return join(tempered(units(plain(text))))


@settings(max_examples=60, deadline=None)
@given(st.lists(WILD.filter(_read), min_size=1, max_size=6, unique_by=_read))
def test_a_documents_own_text_ranks_it_first(texts: list[str]) -> None:
    index = Index.build(Document(f"d{number}", text) for number, text in enumerate(texts))
    assert [index.rank(text, 1)[0].id for text in texts] == [f"d{number}" for number in range(len(texts))]


@settings(max_examples=100, deadline=None)
@given(WILD, WILD)
def test_a_reason_stands_in_both_texts(document: str, query: str) -> None:
    index = Index.build([Document("d", document)])
    for hit in index.rank(query):
        assert 0 <= len(hit.reasons) <= 8
        weights = [reason.weight for reason in hit.reasons]
        assert weights == sorted(weights, reverse=True)
        for reason in hit.reasons:
            text = plain(document)
            assert text[reason.offset : reason.offset + len(reason.sentence)] == reason.sentence
            assert reason.sentence[reason.start : reason.end] == reason.term
            assert 0 < reason.weight <= 1 + 1e-9


@settings(max_examples=100, deadline=None)
@given(*[st.text(alphabet=string.ascii_letters + "废水处理工艺电池的膜 ，。", max_size=60)] * 2)
def test_a_reason_reads_the_same_in_both_texts(document: str, query: str) -> None:
    for hit in Index.build([Document("d", document)]).rank(query):
        for reason in hit.reasons:
            assert line(reason.term) in line(query)
            assert line(reason.term) in line(document)
            assert len(fold(reason.term)) > 1
