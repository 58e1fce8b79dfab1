"""YAML whose nodes know where they stand. `⌖` marks the place that a fault must name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanchuang.engines import markup
from sanchuang.engines.markup import Problems, load_yaml


def place(text: str) -> tuple[str, tuple[int, int]]:
    at = text.index("⌖")
    return text.replace("⌖", ""), (text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\n⌖a: 2", "键“a”重复"),
        ("a:\n  - b: 1\n    ⌖b: 2", "键“b”重复"),
        ("⌖[a, b]: 1", "键必须是文字"),
        ("a: ⌖\x07", "看不懂的控制字符 U+0007"),
        ("说明: 文字\nb: 长\u2028短\n⌖b: 1", "键“b”重复"),
        ("a: ⌖!!python/object:os.system x", "不能用标签"),
        ("a: ⌖!money 5", "不能用标签"),
        ("a: ⌖!!int five", "不能用标签"),
        ("a: ⌖&x 1\nb: *x", "不能用锚点和引用"),
        ("a: ⌖*x", "不能用锚点和引用"),
        ("a: ⌖&x [*x]", "不能用锚点和引用"),
        ("a: ⌖'b\n", "YAML 语法错误：引号没有结束"),
        ("a: ⌖[1, 2\nb: 3", "YAML 语法错误：方括号没有结束"),
        ("a: ⌖{b: 1\nc: 2", "YAML 语法错误：花括号没有结束"),
        ("a: 1\n⌖\tb: 2", "YAML 语法错误：不能用制表符缩进"),
        ("a: 1\n b⌖: 2", "YAML 语法错误：这里不该有冒号"),
        ("a: 1\n  - b⌖: 2", "YAML 语法错误：这里不该有冒号"),
        ("a: ⌖`b`", "YAML 语法错误：“`”不能在值的开头"),
        ("a: ⌖@b", "YAML 语法错误：“@”不能在值的开头"),
        ("a: 1\n⌖---\nb: 2", "YAML 语法错误：只能有一份内容"),
        ("a：1\nb⌖: 2", "YAML 语法错误：这里不该有冒号"),
    ],
)
def test_faults_name_their_place(text, message):
    text, expected = place(text)
    with pytest.raises(Problems) as error:
        load_yaml(text, "f.yaml")
    found = error.value.problems[0]
    assert found.message.startswith(message)
    assert (found.line, found.column) == expected
    assert found.remedy


def test_deep_nesting_is_a_fault_and_not_a_crash():
    for text in ("[" * 10_000, "a: " + "{b: " * 10_000, "- " * 10_000 + "1"):
        with pytest.raises(Problems, match="嵌套太深"):
            load_yaml(text, "f.yaml")


PIECES = (
    *("key", "b", "中文", "12", "true", "~", "50%", "2026-01-01", "a b", "it''s", "é", "x:y", "<<", "="),
    *(": ", ":", "- ", "-", ", ", ",", "[", "]", "{", "}", "'", '"', "|", "|-", ">", "#", " #", "? ", "?", "!t", "&a", "*a"),
    *("\n", "\n", "\n  ", "\n    ", "\r\n", "\r", " ", "  ", "\t", "\u2028", "\ufeff", "\x07", "\ud800", "\\", "\\x41", "---\n", "...\n"),
)  # fmt: skip


def read(text: str) -> object:
    """All that is read of a text; of an empty value not where it is, which nobody sees."""
    try:
        found = load_yaml(text, "f.yaml")
    except Problems as error:
        return error.problems
    marks = {path: at for path, at in found.marks.items() if found.values.get(path) != ""}
    starts = {path: at for path, at in found.starts.items() if found.values[path]}
    return found.data, marks, found.key_marks, found.styles, starts, found.values


@given(text=st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_the_parser_in_c_reads_the_same(text):
    assert markup.FAST is not None
    fast = read(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(markup, "FAST", None)
        assert fast == read(text)


def test_a_huge_integer_stays_text():
    assert load_yaml("a: " + "9" * 5000, "f").data == {"a": "9" * 5000}
    assert load_yaml("a: -12345", "f").data == {"a": -12345}


def test_byte_order_mark_and_windows_line_ends_do_not_move_places():
    found = load_yaml("\ufeffa: 1\r\nb:\r\n  c: 2\r\n", "f.yaml")
    assert found.data == {"a": 1, "b": {"c": 2}}
    assert found.place(("a",)) == (1, 4)
    assert found.key_place(("b", "c")) == (3, 3)


def test_only_null_true_false_and_whole_numbers_are_more_than_text():
    text = "[null, ~, true, yes, on, 12:30, 2025-01-01, 1.5, 0x10, 010, 1e3, 7]"
    values = [None, None, True, "yes", "on", "12:30", "2025-01-01", "1.5", "0x10", "010", "1e3", 7]
    assert load_yaml(text, "f").data == values


@pytest.mark.parametrize(
    "text",
    [
        "key: one ⌖two",
        "key:   one ⌖two   # comment",
        "key: 'one ⌖two'",
        "key: 'it''s ⌖two'",
        'key: "one ⌖two"',
        'key: "\\"one\\" \\u4e00 \\x41 ⌖two"',
        "key: |\n  one ⌖two",
        "key: |\n\n  one\n\n    more ⌖two",
        "key: |2\n    one ⌖two",
        "key: |-\n  one\n  ⌖two",
        "key: >\n  one\n  ⌖two",
        "key: >\n  one\n\n  more ⌖two\n  three",
        "key: one\n  more\n\n  ⌖two",
        "key: 'one\n  more\n  ⌖two'",
        'key: "one\n  more \\\n  ⌖two"',
        "before: [x]\nkey:\n  # comment\n  one ⌖two",
        "before: '⌂'\nkey: 价格 one ⌖two",
    ],
)
def test_a_character_inside_a_value_is_found_in_the_file(text):
    text, expected = place(text)
    found = load_yaml(text, "f.yaml")
    value = found.data["key"]
    assert found.inside(("key",), value.index("two")) == expected
    later = load_yaml(text, "f.md", first_line=41)
    assert later.inside(("key",), value.index("two")) == (expected[0] + 40, expected[1])


def test_the_end_of_a_value_is_just_after_its_last_character():
    assert load_yaml("key: one", "f").inside(("key",), 3) == (1, 9)
    assert load_yaml("key: |\n  one\n", "f").inside(("key",), 4) == (2, 6)
    assert load_yaml("key: ''", "f").inside(("key",), 0) == (1, 7)
