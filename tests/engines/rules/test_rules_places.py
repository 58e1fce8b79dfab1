"""Every fault names the line and the column at which an author must look. `⌖` marks that place."""

import pytest
from rulekit import document, faults, marked

UNKNOWN = "不认识的名称“营业收人”"

STYLES = {
    "plain": "definitions:\n  a:\n    value: 利润 + ⌖营业收人\n",
    "plain on two lines": "definitions:\n  a:\n    value: 利润\n      + ⌖营业收人\n",
    "plain below its key": "definitions:\n  a:\n    value:\n      利润 + ⌖营业收人\n",
    "plain before a comment": "definitions:\n  a:\n    value: 利润 + ⌖营业收人 # 营业收人\n",
    "single quotes": "definitions:\n  a:\n    value: '利润 + ⌖营业收人'\n",
    "single quotes, doubled": "definitions:\n  a:\n    value: 'known(''利润'') 且 ⌖营业收人'\n",
    "single quotes on two lines": "definitions:\n  a:\n    value: '利润\n\n      + ⌖营业收人'\n",
    "double quotes": 'definitions:\n  a:\n    value: "利润 + ⌖营业收人"\n',
    "double quotes, escaped": 'definitions:\n  a:\n    value: "known(\\"利润\\") 且 ⌖营业收人"\n',
    "double quotes, escaped letters": 'definitions:\n  a:\n    value: "\\u5229\\u6da6 + ⌖营业收人"\n',
    "literal block": "definitions:\n  a:\n    value: |\n      利润\n      + ⌖营业收人\n",
    "literal block, deeper line": "definitions:\n  a:\n    value: |\n      利润\n          + ⌖营业收人\n",
    "literal block with indicator": "definitions:\n  a:\n    value: |2-\n        利润 + ⌖营业收人\n",
    "literal block after a blank line": "definitions:\n  a:\n    value: |\n\n      利润 + ⌖营业收人\n",
    "folded block": "definitions:\n  a:\n    value: >\n      利润\n      + ⌖营业收人\n",
    "folded block with a blank line": "definitions:\n  a:\n    value: >\n      利润\n\n      + ⌖营业收人\n",
    "flow mapping": "definitions:\n  a: {label: 甲, value: 利润 + ⌖营业收人}\n",
    "flow mapping, quoted": "definitions:\n  a: {label: 甲, value: '利润 + ⌖营业收人'}\n",
    "a case": "definitions:\n  a:\n    cases:\n    - {when: ⌖营业收人 > 0元, then: 1}\n    - {else: 0}\n",
    "a condition": "conditions:\n- id: c\n  when: 利润 > ⌖营业收人\n",
    "an exception": "conditions:\n- {id: c, when: 上市}\nexceptions:\n- {id: e, to: c, when: 非 ⌖营业收人}\n",
    "the amount": "amount:\n  value: floor_yuan(⌖营业收人 * 50%)\n",
    "a paper": "papers:\n- {id: p, when: ⌖营业收人 > 0元}\n",
}


@pytest.mark.parametrize("rules", STYLES.values(), ids=STYLES)
def test_a_fault_in_an_expression(rules):
    text, (place,) = marked(document(rules))
    assert UNKNOWN in {m for line, column, m, _ in faults(text) if (line, column) == place}


@pytest.mark.parametrize("rules", STYLES.values(), ids=STYLES)
def test_a_block_further_down_counts_from_the_top_of_the_file(rules):
    below = "\n第二条的说明。\n\n## 第二条 {#article-2}\n\n说明。\n\n```yaml\n" + rules + "```\n\n结尾。\n"
    text, (place,) = marked(document("definitions:\n  first:\n    value: 1\n") + below)
    assert UNKNOWN in {m for line, column, m, _ in faults(text) if (line, column) == place}


@pytest.mark.parametrize("rules", STYLES.values(), ids=STYLES)
def test_windows_line_ends_and_a_byte_order_mark_change_no_place(rules):
    text, (place,) = marked(document(rules))
    for variant in (text.replace("\n", "\r\n"), "\ufeff" + text, "\ufeff" + text.replace("\n", "\r\n")):
        assert UNKNOWN in {m for line, column, m, _ in faults(variant) if (line, column) == place}


@pytest.mark.parametrize("odd", ["\u2028", "\u0085", "\x0b", "\x0c", "\x1c", "\u2029"])
def test_odd_line_breaks_in_the_text_do_not_count_as_lines(odd):
    text = document(STYLES["plain"]).replace("## 第一条", f"前{odd}后\n\n## 第一条")
    text, (place,) = marked(text)
    assert UNKNOWN in {m for line, column, m, _ in faults(text) if (line, column) == place}


@pytest.mark.parametrize("odd", ["\u2028", "\u0085", "\u2029"])
def test_odd_line_breaks_in_a_block_do_not_count_as_lines(odd):
    rules = f"definitions:\n  b: {{label: 前{odd}后, value: 1}}\n  a:\n    value: 利润 + ⌖营业收人\n"
    text, (place,) = marked(document(rules))
    assert UNKNOWN in {m for line, column, m, _ in faults(text) if (line, column) == place}


def test_an_indented_fence_keeps_its_columns():
    rules = "definitions:\n  a:\n    value: 利润 + ⌖营业收人\n"
    text = document("definitions:\n  b:\n    value: 1\n")
    text += "\n  ```yaml\n" + "".join(f"  {line}\n" for line in rules.splitlines()) + "  ```\n"
    text, (place,) = marked(text)
    assert UNKNOWN in {m for line, column, m, _ in faults(text) if (line, column) == place}


def test_the_first_block_of_the_sample_begins_on_line_13():
    """The layout that other tests count on."""
    assert document("x").splitlines()[12] == "x"


def test_faults_are_told_all_at_once_and_in_the_order_of_the_file():
    text, places = marked(
        document(
            "conditions:\n"
            "- {id: a, when: 利润 > ⌖20人}\n"
            "- {id: ⌖a, when: ⌖收入 > 0元}\n"
            "papers:\n"
            "- {id: p, ⌖wen: 上市}\n"
        ).replace("20人", "20人")
    )
    found = [(line, column) for line, column, _, _ in faults(text)]
    assert found == sorted(found)
    assert set(places[1:]) <= set(found)
