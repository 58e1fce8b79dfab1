"""How texts are read before they are matched."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanchuang.engines.matching.english import singular
from sanchuang.engines.matching.text import (
    fold,
    join,
    line,
    origins,
    sentences,
    terms,
    units,
    word_spans,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("光合细菌的培养", "光合细菌的培养"),
        ("基于 Deep-Learning 的图像识别，精度 97.5%", "基于|deep||learning|的图像识别 精度|97.5|"),
        ("ＡＢＣ１２３", "|abc123|"),
        ("100㎡", "|100m2|"),
        ("热点.针对电厂", "热点 针对电厂"),
        ("Web服务", "|web|服务"),
        ("GaN 功放  芯片", "|gan|功放 芯片"),
        ("γ-氨基 丁酸", "|γ|氨基 丁酸"),
        ("a|b_c", "|a| |b| |c|"),
        ("α-Fe 间隙原子", "|α||fe|间隙原子"),
        # both scripts of Chinese and older forms of a character read as one; 著 is written in both
        ("無線傳感與電網說明", "无线传感与电网说明"),
        ("乾燥、爲、裏、顯著", "干燥 为 里 显著"),
        # English words in the singular, in any case and width
        ("Batteries, Boxes; SENSORS", "|battery| |box| |sensor|"),
        ("ｐｒｏｃｅｓｓｅｓ analysis virus gas GNSS", "|process||analysis||virus||gas||gnss|"),
        ("@@ ……", ""),
        ("", ""),
    ],
)
def test_a_line_holds_the_units_and_nothing_else(text: str, expected: str) -> None:
    assert line(text) == expected


def test_terms_are_characters_pairs_and_words() -> None:
    read = terms(units("无线传感器与5G，节能"))
    assert read.characters == ["无", "线", "传", "感", "器", "与", "|5g|", "节", "能"]
    assert read.pairs == ["无线", "线传", "传感", "感器", "器与", "与|5g|", "节能"]
    assert sorted(read.words) == sorted(["|5g|", "无线", "传感", "感器", "传感器", "与", "节能"])


def test_pairs_do_not_reach_over_punctuation() -> None:
    assert "电，网" not in terms(units("发电，网络")).pairs
    assert terms(units("发电，网络")).pairs == ["发电", "网络"]


def test_word_spans_count_units() -> None:
    # units: 0 GPU, 1 集, 2 群, 3 传, 4 感, 5 器; the parts of a compound count as words, too
    assert word_spans(units("GPU 集群，传感器")) == {(0, 1), (1, 3), (3, 5), (4, 6), (3, 6)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("精度达97.5%。续航更长！", ["精度达97.5%。", "续航更长！"]),
        ("总线是热点.针对电厂的要求,设计系统.", ["总线是热点.", "针对电厂的要求,设计系统."]),
        ("用 node.js 写成。 后端另配", ["用 node.js 写成。", "后端另配"]),
        ("第一行\n第二行", ["第一行", "第二行"]),
        ("  ", []),
    ],
)
def test_sentences_end_where_a_reader_ends_them(text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in sentences(text)] == expected


@given(st.text())
def test_every_folded_character_has_its_place_in_the_original(text: str) -> None:
    places = origins(text)
    assert len(places) == len(fold(text)) + 1
    assert places[-1] == len(text)
    assert all(fold(text[at]) and fold(text[at]) in fold(text) for at in places[:-1])
    assert places == sorted(places)


@given(st.text())
def test_units_lie_in_order_and_make_the_line(text: str) -> None:
    read = units(text)
    folded = fold(text)
    assert all(singular(folded[unit.start : unit.end]) == unit.form.strip("|") for unit in read)
    assert all(a.end <= b.start for a, b in pairwise(read))
    assert join(read) == line(text)
    assert line(text).replace(" ", "") == "".join(terms(read).characters)


@given(st.text())
def test_every_term_stands_in_the_line(text: str) -> None:
    assert all(form in line(text) for forms in terms(units(text)) for form in forms)


@given(st.text())
def test_word_spans_stay_inside_the_text(text: str) -> None:
    read = units(text)
    assert all(0 <= start < end <= len(read) for start, end in word_spans(read))


def test_a_character_becomes_one_character_and_what_is_simplified_stays() -> None:
    chinese = [chr(code) for code in range(0x3400, 0xA000)]
    simplified = [fold(character) for character in chinese]
    assert all(len(character) == 1 for character in simplified)
    assert simplified == [fold(character) for character in simplified]
    assert sum(one != other for one, other in zip(chinese, simplified, strict=True)) > 3000
    assert fold("顯著 显著 軟體 後 里") == "显著 显著 软体 后 里"


@given(st.text())
def test_a_folded_text_folds_to_itself(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("batteries", "battery"),
        ("classes", "class"),
        ("matches", "match"),
        ("databases", "database"),
        ("films", "film"),
        ("mass", "mass"),
        ("analysis", "analysis"),
        ("bios", "bios"),
        ("gps", "gps"),
        ("h2s", "h2s"),
        ("s", "s"),
    ],
)
def test_english_words_are_read_in_the_singular(word: str, expected: str) -> None:
    assert singular(word) == expected


@given(st.from_regex(r"[a-z]{1,12}", fullmatch=True))
def test_what_is_left_of_a_word_begins_it(word: str) -> None:
    left = singular(word)
    assert word.startswith(left.removesuffix("y") if word.endswith("ies") else left)
