"""A plain folder of policies: `facts.yaml` beside the `*.md`, checked without any pack."""

import pytest
from rulekit import document

from sanchuang.engines.markup import Problems
from sanchuang.engines.rules import FactType, Per, read_dictionary, read_rules

FACTS = """\
- name: staff
  type: count
  per: year
  labels: {zh: 人数, en: Staff}
  aliases: [职工]
  unit: 人
  definition: 年末人数。
  source: own
  status: assumption
- name: sector
  type: choice
  per: static
  labels: {zh: 行业}
  choices: [软件业, 1]
  definition: 主营行业。
  source: own
  status: 未核实
"""


def told(text):
    with pytest.raises(Problems) as error:
        read_dictionary(text, "facts.yaml")
    return [str(p) for p in error.value.problems]


def changed(old, new):
    assert FACTS.count(old) >= 1
    return told(FACTS.replace(old, new, 1))


def test_entries_become_specs():
    dictionary = read_dictionary(FACTS, "facts.yaml")
    staff, sector = dictionary.specs.values()
    assert (staff.name, staff.type, staff.per, staff.unit) == ("staff", FactType.COUNT, Per.YEAR, "人")
    assert staff.labels == {"zh": "人数", "en": "Staff"}
    assert dictionary.find("职工") is staff
    assert sector.choices == ("软件业", "1")
    assert read_dictionary("[]", "facts.yaml").specs == {}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("type: count", "type: cuont", "facts.yaml:2:9: “type”不能是“cuont” — 是不是“count”？"),
        ("per: year", "per: decade", "facts.yaml:3:8: “per”不能是“decade” — 可用：year"),
        ("per: year", "per: [year]", "facts.yaml:3:8: “per”不能是“['year']” — "),
        ("  unit: 人\n", "", "facts.yaml:1:3: type: count 要写单位 — 补上 unit"),
        ("  choices: [软件业, 1]\n", "", "facts.yaml:10:3: choices 只用于 type: choice，且不能为空 — "),
        ("[软件业, 1]", "[软件业, 软件业]", "facts.yaml:14:12: choices 里有重复 — "),
        ("[软件业, 1]", "软件业", "facts.yaml:14:12: “choices”应为列表，读到的是 '软件业' — "),
        ("  definition: 年末人数。\n", "", "facts.yaml:1:3: 缺少“definition” — 补上 definition"),
        ("{zh: 行业}", "{en: Sector}", "facts.yaml:13:3: labels 缺少 zh — 补上中文名称"),
        ("en: Staff", "eng: Staff", "facts.yaml:4:20: “eng”不是一种语言 — 是不是“en”？"),
        ("{zh: 行业}", "行业", "facts.yaml:13:11: “labels”应为键和值，读到的是 '行业' — "),
        ("{zh: 行业}", "{zh: 人数}", "facts.yaml:10:9: 名称“人数”同时指 staff 和 sector — "),
        ("name: sector", "name: staff", "facts.yaml:10:9: 事实名称“staff”重复，facts.yaml:1 已有 — "),
        ("name: sector", "name: 行业", "facts.yaml:10:9: “name”的写法不对：“行业” — "),
        ("status: assumption", "status: sure", "facts.yaml:9:11: 不认识核实状态“sure” — 可用："),
        ("  aliases", "  alias", "facts.yaml:5:3: 不认识的键“alias” — 是不是“aliases”？"),
        ("- name: staff", "- 3\n- name: staff", "facts.yaml:1:3: 一项事实应为键和值，读到的是 3 — "),
        ("definition: 年末人数。", "definition: ''", "facts.yaml:7:15: “definition”是空的 — "),
        ("  source: own", "  values_from: classification\n  source: own", "facts.yaml:8:16: values_from 只用于 type: text — "),
    ],
)  # fmt: skip
def test_a_fault_of_the_dictionary_names_its_place(old, new, said):
    found = changed(old, new)
    assert len(found) == 1
    assert found[0].startswith(said)


@pytest.mark.parametrize(("text", "said"), [("", "文件是空的"), ("a: b", "文件应是一个列表")])
def test_a_dictionary_is_a_list(text, said):
    assert said in told(text)[0]


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "facts.yaml").write_text(FACTS, encoding="utf-8")
    text = document("conditions:\n- {id: c, when: 人数 300人以上}\namount: {value: 1元}\n")
    (tmp_path / "a.md").write_text(text, encoding="utf-8")
    return tmp_path


def test_a_folder_is_read_with_its_own_dictionary(folder):
    policies = read_rules(folder)
    assert [p.id for p in policies.policies] == ["sample"]
    assert set(policies.dictionary.specs) == {"staff", "sector"}


def test_a_fault_of_a_policy_names_the_file_in_the_folder(folder):
    text = document("amount: {value: 300人}\n")
    (folder / "a.md").write_text(text, encoding="utf-8")
    with pytest.raises(Problems) as error:
        read_rules(str(folder))
    assert error.value.problems[0].source == (folder / "a.md").as_posix()


def test_what_a_folder_lacks_is_told(folder):
    def said(path):
        with pytest.raises(Problems) as error:
            read_rules(path)
        (problem,) = error.value.problems
        assert problem.remedy
        return problem.message

    assert said(folder / "nowhere") == "没有这个文件夹"
    assert said(folder / "a.md") == "这不是文件夹"
    (folder / "b.md").write_bytes(b"\n\xff")
    assert said(folder) == "不是 UTF-8 文字"
    for path in folder.glob("*.md"):
        path.unlink()
    assert said(folder) == "没有政策文件（*.md）"
    (folder / "facts.yaml").unlink()
    assert said(folder) == "没有 facts.yaml"
