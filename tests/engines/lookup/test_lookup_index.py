"""Finding records by names, slips, sounds, pinyin, codes and words: the index by itself."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanchuang.core.search import search_key
from sanchuang.engines.lookup import Document, How, Index, Name, Use, sounds, spelt
from sanchuang.engines.lookup.space import Space

NAMES = {
    "zju": (Name("浙江大学"), Name("Zhejiang University", Use.OTHER), Name("浙大", Use.SHORT)),
    "gongda": (Name("浙江工业大学"),),
    "fund": (Name("西湖科创投"), Name("kechuangtou", Use.CODE)),
    "deep": (Name("深海机器人（中国）有限公司"), Name("91330106XN10001456", Use.CODE)),
    "old": (Name("光明银行"), Name("浅海机械厂", Use.FORMER)),
    "law": (Name("compute_voucher.city_cap", Use.NUMBER),),
    "sonar": (Name("低功耗鱼群声呐"), Name("渔船", Use.WORD)),
    "boat": (Name("渔船省电装置"),),
}
TEXTS = {"sonar": ("在八十米深的水里用 sonar arrays 听鱼群的声音",)}


@pytest.fixture(scope="module")
def index() -> Index:
    return Index([Document(NAMES[key], TEXTS.get(key, ())) for key in NAMES], search_key)


def found(index: Index, text: str) -> list[tuple[str, How]]:
    hits = index.find(text)
    keys = list(NAMES)
    return [(keys[number], How(how)) for number, how in zip(hits.documents, hits.how, strict=True)]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("浙江大学", ("zju", How.WHOLE)),
        ("浙江大學", ("zju", How.WHOLE)),
        ("浙大", ("zju", How.WHOLE)),
        ("浙工大", ("gongda", How.ORDER)),
        ("zhejiang university", ("zju", How.WHOLE)),
        ("Zhejaing Universty", ("zju", How.SLIP)),
        ("xihu kechuangtou", ("fund", How.PINYIN)),
        ("xhkct", ("fund", How.INITIALS)),
        ("西湖科窗投", ("fund", How.SOUND)),
        ("guangming yinhang", ("old", How.PINYIN)),  # 行 as in a bank
        ("深海机器人", ("deep", How.BEGINNING)),
        ("機器人(中國)", ("deep", How.PART)),
        ("深海机械人（中国）有限公司", ("deep", How.SLIP)),
        ("91330106xn10001456", ("deep", How.WHOLE)),
        ("91330106XN10001455", ("deep", How.SLIP)),
        ("9133", ("deep", How.BEGINNING)),
        ("浅海机械厂", ("old", How.WHOLE)),
        ("compute_voucher", ("law", How.BEGINNING)),
        ("八十米", ("sonar", How.TEXT)),
        ("Sonar Arrays", ("sonar", How.TEXT)),
        ("声呐 八十米", ("sonar", How.WORDS)),
    ],
)
def test_each_way_of_typing_finds_its_record_first(index: Index, text: str, first: tuple[str, How]) -> None:
    assert found(index, text)[0] == first


@pytest.mark.parametrize(
    "text", ["", "  ", "（）", "%", "——", "0106XN1000", "onar", "没有的词语", "声呐 没有"]
)
def test_what_stands_nowhere_is_not_found(index: Index, text: str) -> None:
    assert found(index, text) == []


def test_a_part_of_a_name_goes_before_a_whole_keyword(index: Index) -> None:
    assert found(index, "渔船") == [("boat", How.BEGINNING), ("sonar", How.KEYWORD)]


def test_of_equal_hits_the_smaller_rank_goes_first() -> None:
    index = Index(
        [Document((Name("蓝湖公司"),), rank=100), Document((Name("蓝湖公司"),), rank=1)], search_key
    )
    assert index.find("蓝湖").documents.tolist() == [1, 0]


def test_an_index_of_nothing_finds_nothing() -> None:
    index = Index([], search_key)
    assert index.find("浙江大学").documents.tolist() == []
    assert index.find("zju university").documents.tolist() == []
    assert index.nearest("浙江大学", 5) == []


def test_the_nearest_names_are_told_where_nothing_was_found(index: Index) -> None:
    assert [list(NAMES)[number] for number, _ in index.nearest("浙江工程师大学", 2)] == ["gongda", "zju"]


def test_sounds_and_spelling_follow_the_word() -> None:
    assert sounds("银行") == sounds("银航") != sounds("行走")
    assert spelt("西湖") == ("xihu", (0, 2), "xh")
    assert len(sounds("AI大模型𠀀")) == len("AI大模型𠀀")


letters = st.text("ab深海机", max_size=9)


@given(letters.filter(bool), st.lists(letters, min_size=1, max_size=12))
def test_parts_and_order_are_found_as_python_finds_them(text: str, rows: list[str]) -> None:
    space = Space(rows)
    places = [(n, at) for n, row in enumerate(rows) for at in range(len(row)) if row.startswith(text, at)]
    assert list(zip(*map(list, space.parts(text)), strict=True)) == places

    def in_order(row: str) -> bool:
        left = iter(row)
        return all(char in left for char in text)

    assert space.in_order(text)[0].tolist() == [n for n, row in enumerate(rows) if in_order(row)]


def slips(text: str, row: str, *, whole: bool) -> int:
    """The recurrence as the books print it (optimal string alignment), the start and end in `row` free if not whole."""
    table = [[0] * (len(row) + 1) for _ in range(len(text) + 1)]
    for i in range(len(text) + 1):
        for j in range(len(row) + 1):
            if i == 0:
                table[i][j] = j if whole else 0
                continue
            options = [table[i - 1][j] + 1]
            if j:
                options += [table[i][j - 1] + 1, table[i - 1][j - 1] + (text[i - 1] != row[j - 1])]
            if i > 1 and j > 1 and text[i - 1] == row[j - 2] and text[i - 2] == row[j - 1]:
                options.append(table[i - 2][j - 2] + 1)
            table[i][j] = min(options)
    return table[-1][-1] if whole else min(table[-1])


@given(letters.filter(bool), st.lists(letters, min_size=1, max_size=12), st.booleans())
def test_slips_are_counted_as_the_recurrence_counts_them(text: str, rows: list[str], whole: bool) -> None:
    counted = Space(rows).slips(text, np.arange(len(rows)), whole=whole)
    assert counted.tolist() == [slips(text, row, whole=whole) for row in rows]


@given(st.text(max_size=100))
def test_whatever_is_typed_the_search_answers(text: str) -> None:
    index = Index([Document(NAMES[key], TEXTS.get(key, ())) for key in ("zju", "sonar")], search_key)
    scores = index.find(text).scores
    assert all(0 < score <= 1 for score in scores)
