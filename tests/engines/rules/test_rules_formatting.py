"""Canonical rule blocks: read the same before and after, written the same twice, and nothing is lost."""

import dataclasses
import re
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rulekit import DICTIONARY, document
from test_rules_fuzz import WHOLE
from test_rules_scores import SHEET

import sanchuang
from sanchuang.engines.markup import Problems
from sanchuang.engines.rules import read_dictionary, read_policies, read_rules
from sanchuang.engines.rules.formatting import formatted

ROOT = Path(__file__).parents[3]
PACK = Path(sanchuang.__file__).parent / "packs" / "westlake"
BENCH = ROOT / "benchmarks" / "policy" / "bench6"
FILES = sorted([*(PACK / "policies").glob("*.md"), *BENCH.glob("*.md")])


def meaning(value):
    """A policy without its places and its text: what the rules say."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        left_out = {"place", "text", "line", "rules", "source"}
        return {
            f.name: meaning(getattr(value, f.name))
            for f in dataclasses.fields(value)
            if f.name not in left_out
        }
    if isinstance(value, dict):
        return {key: meaning(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [meaning(item) for item in value]
    return value


def read(text, dictionary=DICTIONARY):
    return [meaning(p) for p in read_policies([(text, "s.md")], dictionary).policies]


def once(text):
    new, kept = formatted(text, "s.md")
    again, kept_again = formatted(new, "s.md")
    assert (again, len(kept_again)) == (new, len(kept))
    return new, kept


def outside(text):
    return re.sub(r"(?ms)^```yaml.*?^```", "```yaml```", text)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_policy_of_the_packs_reads_the_same(path):
    text = path.read_text(encoding="utf-8")
    new, kept = once(text)
    assert kept == []
    assert outside(new) == outside(text)
    before, after = (policies(path.parent, changed)[path.name] for changed in (False, True))
    assert before == after


@cache
def policies(folder, changed):
    """What all policies of a folder say by their files' names, which are read together; `changed`: formatted first."""
    dictionary = (
        read_rules(BENCH).dictionary
        if folder == BENCH
        else read_dictionary((PACK / "facts.yaml").read_text("utf-8"), "f")
    )
    files = [path for path in FILES if path.parent == folder]
    texts = [path.read_text("utf-8") for path in files]
    if changed:
        texts = [formatted(text, path.name)[0] for text, path in zip(texts, files, strict=True)]
    found = read_policies([(text, path.name) for text, path in zip(texts, files, strict=True)], dictionary)
    return {path.name: meaning(policy) for path, policy in zip(files, found.policies, strict=True)}


@pytest.mark.parametrize("text", [WHOLE, document(SHEET)], ids=["whole", "scores"])
def test_the_tests_own_policies_read_the_same(text):
    new, kept = once(text)
    assert kept == []
    assert read(new) == read(text)


def block(rules):
    """The first block of a file around these rules, formatted; and what was left alone."""
    new, kept = once(f"# 题\n\n前文  \n\n```yaml\n{rules}```\n后文")
    assert new.startswith("# 题\n\n前文  \n\n```yaml\n")
    assert new.endswith("```\n后文")
    return new[len("# 题\n\n前文  \n\n```yaml\n") : -len("```\n后文")], [k.message for k in kept]


FORMS = [
    # order of keys, in blocks and in braces
    ("status: assumption\npolicy: a\n", "policy: a\nstatus: assumption\n"),
    ("conditions:\n- {when: 上市, id: c}\n", "conditions:\n- {id: c, when: 上市}\n"),
    ("conditions:\n- when: 上市\n  id: c\n  label: {en: b, zh: 乙}\n", "conditions:\n- id: c\n  label: {zh: 乙, en: b}\n  when: 上市\n"),
    ("amount: {op: ≤, value: 1元}\n", "amount: {value: 1元, op: ≤}\n"),
    # names of the author keep their order
    ("definitions:\n  乙: {value: 1}\n  甲: {value: 2}\n", "definitions:\n  乙: {value: 1}\n  甲: {value: 2}\n"),
    ("tests:\n- facts: {b: 1, a: 2}\n  name: x\n", "tests:\n- name: x\n  facts: {b: 1, a: 2}\n"),
    ("stacking: {shares: {district: 50%, city: 50%}, group: g}\n", "stacking: {group: g, shares: {district: 50%, city: 50%}}\n"),
    # quotes where they are needed and nowhere else; units and figures as written
    ("amount: {value: '2,000万元'}\n", "amount: {value: '2,000万元'}\n"),
    ("amount:\n  value: '2,000万元'\n", "amount:\n  value: 2,000万元\n"),
    ('amount: {value: "1元"}\n', "amount: {value: 1元}\n"),
    ("tables: {t: {rows: {'65': {a: '65', b: 65, c: 'null', d: null, e: ~}}}}\n",
     "tables: {t: {rows: {'65': {a: '65', b: 65, c: 'null', d: null, e: null}}}}\n"),
    ("title: 'a: b'\n", "title: 'a: b'\n"),
    ("title: \"a'b #c\"\n", "title: 'a''b #c'\n"),
    ('title: "a\\tb"\n', 'title: "a\\tb"\n'),
    # indentation; a list stands under its key
    ("papers:\n    -   id: a\n        when: 上市\n", "papers:\n- id: a\n  when: 上市\n"),
    ("definitions:\n     d:\n          value:   1\n", "definitions:\n  d:\n    value: 1\n"),
    ("definitions:\n   d:\n      value: |\n         甲\n           且 乙\n\n   e: {value: 1}\n",
     "definitions:\n  d:\n    value: |\n      甲\n        且 乙\n\n  e: {value: 1}\n"),
    ("definitions:\n  d:\n      value: 甲\n           且 乙\n", "definitions:\n  d:\n    value: 甲\n      且 乙\n"),
    ("papers: [\n  {id: a},\n  {id: b, when: 上市}\n]\n", "papers:\n- {id: a}\n- {id: b, when: 上市}\n"),
    ("papers: []\n", "papers: []\n"),
    ("papers: [\n  {id: a},  # 甲\n  {id: b}\n]\n", "papers:\n- {id: a}  # 甲\n- {id: b}\n"),
    # comments and blank lines go with what they stand at
    ("# 头\nstatus: assumption  # 尾\n# 标识\npolicy: a\n\n# 末\n", "# 标识\npolicy: a\n# 头\nstatus: assumption  # 尾\n# 末\n"),
    ("papers:\n\n# 一\n- id: a # 编号\n  # 何时\n  when: 上市\n", "papers:\n\n# 一\n- id: a  # 编号\n  # 何时\n  when: 上市\n"),
    ("definitions: # 定义\n  d: {value: 1} # 值\n", "definitions:  # 定义\n  d: {value: 1}  # 值\n"),
    ("title: a#b\n", "title: a#b\n"),
    ("# 只有注释\n", "# 只有注释\n"),
]  # fmt: skip


@pytest.mark.parametrize(("written", "canonical"), FORMS)
def test_the_canonical_form(written, canonical):
    assert block(written) == (canonical, [])


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("papers: [\n  {id: a},\n  # 乙\n  {id: b}\n]\n", "有的注释没有地方放"),
        ("title:\n  # 甲\n  乙\npolicy: a\n", "有的注释没有地方放"),
        ("title: | # 说明\n  甲\n", "“|”或“>”后面有缩进数、加号或注释"),
        ("title: |2\n   甲\n", "“|”或“>”后面有缩进数、加号或注释"),
        ("title: |+\n  甲\n\n", "“|”或“>”后面有缩进数、加号或注释"),
        ("papers:\n- # 甲\n  id: a\n", "有的注释没有地方放"),
    ],
)
def test_a_block_that_would_lose_something_is_left_alone_and_named(written, why):
    new, kept = block(written)
    assert new == written
    assert kept == [f"这个 yaml 块没有改动：{why}"]


def test_line_ends_and_a_byte_order_mark_stay():
    text = "\ufeff# 题\r\n\r\n```yaml\r\nstatus: assumption\r\npolicy: a\r\n```\r\n\r\n```yaml\r\namount: {value: '1元'}\r\n```"
    new, kept = once(text)
    assert kept == []
    assert (
        new
        == "\ufeff# 题\r\n\r\n```yaml\r\npolicy: a\r\nstatus: assumption\r\n```\r\n\r\n```yaml\r\namount: {value: 1元}\r\n```"
    )


def test_a_file_that_cannot_be_read_is_not_touched():
    with pytest.raises(Problems):
        formatted("```yaml\na: [\n```\n", "s.md")


COMMENT = st.sampled_from(["# 注", "#x", "  # 缩进的"])


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_shuffled_keys_and_comments_read_the_same(data):
    """Comments anywhere and odd spacing never change what is read, and no comment is lost."""
    lines = WHOLE.split("\n")
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(4, len(lines) - 3))
        how = data.draw(st.sampled_from(["line", "end", "blank"]))
        if how == "end":
            lines[at] += "   " + data.draw(COMMENT).strip()
        else:
            lines.insert(at, data.draw(COMMENT) if how == "line" else "")
    text = "\n".join(lines)
    try:
        before = read(text)
    except Problems:
        return
    new, _ = once(text)
    assert read(new) == before
    assert new.count("# 注") == text.count("# 注")
    assert new.count("#x") == text.count("#x")
    assert outside(new) == outside(text)
