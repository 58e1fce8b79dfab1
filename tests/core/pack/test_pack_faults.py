"""What an author is told about a fault: file, line, column, what is wrong and what to do."""

import shutil
from pathlib import Path

import pytest

from sanchuang.core.pack.reader import read_pack
from sanchuang.engines.markup import Problems
from sanchuang.registry.codes import check_code

TINY = Path(__file__).parents[2] / "packs" / "tiny"


@pytest.fixture
def pack(tmp_path):
    """A copy of the tiny pack to break."""
    shutil.copytree(TINY, tmp_path / "p")
    return tmp_path / "p"


def change(pack: Path, file: str, old: str, new: str) -> None:
    """Replace the first `old` in a file of the pack; `old` must be there."""
    text = (pack / file).read_text(encoding="utf-8")
    assert old in text
    (pack / file).write_text(text.replace(old, new, 1), encoding="utf-8")


def complaints(pack: Path, **options) -> list[str]:
    """Every problem as printed, with paths inside the pack."""
    with pytest.raises(Problems) as caught:
        read_pack(pack, **options)
    return [str(problem).replace(f"{pack.as_posix()}/", "") for problem in caught.value.problems]


ONE_FAULT = {
    "unknown key": (
        "figures.yaml",
        "quote: over",
        "qoute: over",
        "figures.yaml:21:3: 不认识的键“qoute” — 是不是“quote”？",
    ),
    "missing key": (
        "mechanisms.yaml",
        "  does: 大学和渔业公司共用实验船。\n",
        "",
        "mechanisms.yaml:1:3: 缺少“does” — 补上 does",
    ),
    "unit of another kind": (
        "figures.yaml",
        "unit: kr",
        "unit: personer",
        "figures.yaml:18:9: 单位“personer”量的是 count，这里要的是 money — 可用：kr、kr/personer",
    ),
    "unknown unit": (
        "figures.yaml",
        "unit: personer",
        "unit: person",
        "figures.yaml:5:9: 没有单位“person” — 是不是“personer”？",
    ),
    "money fact counted in persons": (
        "facts.yaml",
        "unit: kr",
        "unit: personer",
        "facts.yaml:2:83: 单位“personer”量的是 count，这里要的是 money — 可用：kr",
    ),
    "half a person": (
        "figures.yaml",
        'value: "1200"',
        "value: 1200.5",
        "figures.yaml:1:3: “1200.5”不是整数，而 kind 是 count — 改用 kind: number，或改正 value",
    ),
    "computed without saying how": (
        "figures.yaml",
        '  how: "{ring-turnover} / {ring-members}"\n',
        "",
        "figures.yaml:25:3: 推算的数要写算法，公布的数不写 — derived: true 与 how 一起写，或一起删去",
    ),
    "computed from nothing": (
        "figures.yaml",
        '"{ring-turnover} / {ring-members}"',
        '"3400000000 / 1200"',
        "figures.yaml:32:8: 算法里没有用到任何数据 — 用 {编号} 引用数据，例如 {a} / {b}",
    ),
    "computed from a figure that is not there": (
        "figures.yaml",
        '"{ring-turnover} / {ring-members}"',
        '"{ring-turnover} / {ring-member}"',
        "figures.yaml:32:27: 没有数据“ring-member” — 是不是“ring-members”？",
    ),
    "computed from itself": (
        "figures.yaml",
        '"{ring-turnover} / {ring-members}"',
        '"{ring-turnover} / {turnover-per-head}"',
        "figures.yaml:32:27: “turnover-per-head”的算法用到了它自己 — 改用公布的数据",
    ),
    "computed from words": (
        "figures.yaml",
        '"{ring-turnover} / {ring-members}"',
        '"{ring-turnover} / {quay-length}"',
        "figures.yaml:32:27: “quay-length”只有文字“好几公里”，不能计算 — 换用有数值的数据",
    ),
    "divided by zero": (
        "figures.yaml",
        '"{ring-turnover} / {ring-members}"',
        '"{ring-turnover} / ({ring-members-2020} - 900[personer])"',
        "figures.yaml:32:25: 除数是零 — 改用不为零的数据",
    ),
    "a sum of kroner and heads": (
        "figures.yaml",
        '"{ring-turnover} / {ring-members}"',
        '"{ring-turnover} + {ring-members}"',
        "figures.yaml:32:25: 单位不同：“kr”和“personer”不能相加减",
    ),
    "a result in another unit": (
        "figures.yaml",
        '"{ring-turnover} / {ring-members}"',
        '"{ring-members-2020} * 2"',
        "figures.yaml:32:9: 算出来的单位是“personer”，而 unit 是“kr/personer”",
    ),
    "operators that allow no conclusion": (
        "figures.yaml",
        '"{ring-turnover} / {ring-members}"',
        '"({ring-turnover} - {ring-turnover}) / {ring-members}"',
        "figures.yaml:32:26: 由“",
    ),
    "a bracket left open": (
        "figures.yaml",
        '"{ring-turnover} / {ring-members}"',
        '"({ring-turnover} / {ring-members}"',
        "figures.yaml:32:9: 圆括号没有结束 — 补上 )",
    ),
    "a result without end": (
        "figures.yaml",
        "  digits: 0\n",
        "",
        "figures.yaml:32:8: 算出来是 8,500,000/3，小数没有尽头 — 用 digits 写明取到几位小数，例如 digits: 2",
    ),
    "a stated value that is not the computed one": (
        "figures.yaml",
        "  digits: 0\n",
        '  digits: 0\n  value: "2833334"\n',
        "figures.yaml:34:10: 写的是 2833334，算出来是 2,833,333 — 删去 value，或改正 how、digits",
    ),
    "a stated operator that is not the computed one": (
        "figures.yaml",
        "  digits: 0\n",
        '  digits: 0\n  op: "≈"\n',
        "figures.yaml:34:7: 写的关系是“≈”，算出来是“>” — 删去 op：关系由算法和所用的数决定",
    ),
    "a series in two units": (
        "figures.yaml",
        "  op: words\n",
        "  op: words\n  series: ring-members\n",
        "figures.yaml:40:9: 序列“ring-members”里单位不同：这里是“km”，figures.yaml:1 是“personer”"
        " — 改用同一单位，或另立一个序列",
    ),
    "a series that is not there": (
        "figures.yaml",
        "  series: ring-members\n  headline",
        "  series: ring-member\n  headline",
        "figures.yaml:10:11: 没有序列“ring-member” — 是不是“ring-members”？",
    ),
    "a check of a figure that is not there": (
        "checks.yaml",
        "{ring-members-2020}",
        "{ring-members-2021}",
        "checks.yaml:3:28: 没有数据“ring-members-2021” — 是不是“ring-members-2020”？",
    ),
    "a check that compares nothing": (
        "checks.yaml",
        "{ring-members} > {ring-members-2020}",
        "{ring-members}",
        "checks.yaml:3:25: 条件要比较两个式子 — 写成 {甲} <= {乙}，可用 = < > <= >=",
    ),
    "a check of heads against kroner": (
        "checks.yaml",
        "{ring-members} > {ring-members-2020}",
        "{ring-members} > {ring-turnover}",
        "checks.yaml:3:26: 两边的单位不同，不能比较 — 改正式子；若本来就不是一回事，在 incomparable 里说明",
    ),
    "a missing quantity that is published": (
        "checks.yaml",
        "  - {id: quay-needed,",
        "  - {id: quay-length, names: {hans: 长}, unit: km}\n  - {id: quay-needed,",
        "checks.yaml:11:10: “quay-length”已经有了 — 从 missing 中删去",
    ),
    "unknown operator": (
        "figures.yaml",
        'op: "<~"',
        'op: "~~"',
        "figures.yaml:6:7: 不认识",
    ),
    "impossible period": (
        "figures.yaml",
        'as_of: "2024-03"',
        'as_of: "2024-13"',
        "figures.yaml:7:10: ",
    ),
    "number where a name is due": (
        "people.yaml",
        "hans: 卡丽",
        "hans: 17",
        "people.yaml:2:17: “hans”应为文字，读到的是 17 — 整数、true、false、null 要加引号才是文字",
    ),
    "kind that does not exist": (
        "places.yaml",
        "kind: park",
        "kind: parc",
        "places.yaml:13:9: “kind”不能是“parc” — 是不是“park”？",
    ),
    "one coordinate": (
        "places.yaml",
        '  lon: "10.7500"\n',
        "",
        "places.yaml:12:3: lat 和 lon 要同时给出 — 补上另一个，或两个都删去",
    ),
    "coordinate off the globe": (
        "places.yaml",
        '"59.9100"',
        '"599100"',
        "places.yaml:12:3: lat “599100”不是经纬度 — 写成 -90 到 90 之间的度数",
    ),
    "status that does not exist": (
        "law.yaml",
        "status: assumption",
        "status: sure",
        "law.yaml:1:104: 不认识核实状态“sure”",
    ),
    "place that does not exist": (
        "places.yaml",
        "parent: fjordby",
        "parent: fjordbi",
        "places.yaml:9:11: 没有地点“fjordbi” — 是不是“fjordby”？",
    ),
    "circle that is a park": (
        "results.yaml",
        "circle: ring-harbour",
        "circle: quay",
        "results.yaml:8:11: 没有圈（kind: circle 的地点）“quay” — 在地点文件中登记，或改正 kind",
    ),
    "organisation that does not exist": (
        "users.yaml",
        "organisation: district-office",
        "organisation: district-offise",
        "users.yaml:1:79: 没有机构“district-offise” — 是不是“district-office”？",
    ),
    "role in an unknown organisation": (
        "people.yaml",
        '"999000011"',
        '"999000012"',
        "people.yaml:5:20: 没有机构“999000012” — 是不是",
    ),
    "tag in the second place of a list": (
        "data/companies.csv",
        "blue;green",
        "blue;grean",
        "data/companies.csv:3:8: tags 列：没有标签“grean” — 是不是“green”？",
    ),
    "industry that does not exist": (
        "data/companies.csv",
        "Stim,03,",
        "Stim,99,",
        "data/companies.csv:2:5: industry 列：没有行业代码“99” — 用分类表中的代码",
    ),
    "fact of an unknown industry": (
        "data/facts.csv",
        "no,62,",
        "no,63,",
        "data/facts.csv:6:7: branch 列：行业分类中没有“63” — 用分类表中的代码",
    ),
    "the same id twice": (
        "figures.yaml",
        "id: quay-length",
        "id: ring-members",
        "figures.yaml:36:7: 数据编号“ring-members”重复，",
    ),
    "two facts with one label": (
        "facts.yaml",
        "zh: 营业额, en: Turnover",
        "zh: 员工数, en: Turnover",
        "facts.yaml:2:10: 名称“员工数”同时指 staff 和 turnover — 改掉其中一个 labels 或 aliases",
    ),
    "law that overlaps itself": (
        "law.yaml",
        '"2024-01-01"',
        '"2023-06-01"',
        "law.yaml:2:9: “enquiry.days”与 ",
    ),
    "half a day of law": (
        "law.yaml",
        'value: "3"',
        'value: "3.5"',
        "law.yaml:2:30: “3.5”不是整数，而单位“dager”只用整数 — 改正这个数，或换一个单位",
    ),
    "place inside itself": (
        "places.yaml",
        "kind: district\n",
        "kind: district\n  parent: fjordby\n",
        "places.yaml:3:11: 地点“fjordby”经由上级又回到自己 — 改正 parent",
    ),
    "readiness level 11": (
        "results.yaml",
        "trl: 6",
        "trl: 11",
        "results.yaml:5:8: “trl”是 11 — 应不大于 9",
    ),
    "words in a count": (
        "data/facts.csv",
        "2023,12,",
        "2023,十二个,",
        "data/facts.csv:2:3: staff 列：",
    ),
    "persons in money": (
        "data/facts.csv",
        "14,≈11000000",
        "14,≈11人",
        "data/facts.csv:3:4: turnover 列：",
    ),
    "neither yes nor no": (
        "data/facts.csv",
        ",yes,",
        ",ja,",
        "data/facts.csv:4:6: based_here 列：“ja”不是是或否 — 写 是 / 否（或 yes / no）；不知道就空着",
    ),
    "choice that is none": (
        "data/facts.csv",
        "scaling",
        "scalling",
        "data/facts.csv:4:9: stage 列：“scalling”不在可选值中 — 是不是“scaling”？",
    ),
    "yearly fact without a year": (
        "data/facts.csv",
        "999000022,2024,3,0,",
        "999000022,2024-06,3,,",
        "data/facts.csv:5:3: staff 列：这一项按年，而这一行没有年份 — 在 period 列写年份，例如 2024",
    ),
    "a row too short": (
        "data/facts.csv",
        "999000022,2024,3,0,,,,,",
        "999000022,2024,3,0",
        "data/facts.csv:5: 这一行有 4 格，表头有 9 列 — 补齐或删去多余的格；含逗号的文字加双引号",
    ),
    "unknown column": (
        "data/facts.csv",
        "turnover",
        "turnovr",
        "data/facts.csv:1:4: 不认识的列“turnovr” — 是不是“turnover”？",
    ),
    "missing column": (
        "data/companies.csv",
        "name_hans",
        "note",
        "data/companies.csv:1: 缺少 name_hans 列 — 在表头加上 name_hans",
    ),
    "facts of nobody": (
        "data/facts.csv",
        "999000022,2024,",
        "999000023,2024,",
        "data/facts.csv:5:1: code 列：没有代码或编号为“999000023”的机构 — 先在机构或企业表中登记",
    ),
    "industry below a missing one": (
        "data/industries.csv",
        "62,division,J",
        "62,division,K",
        "data/industries.csv:5:3: parent 列：没有上级“K” — 改正 parent，或补上这个上级",
    ),
    "a rule with a typo": (
        "policies/boat.md",
        "when: based_here",
        "when: based_her",
        "policies/boat.md:28:9: ",
    ),
    "a policy of an unknown source": (
        "policies/boat.md",
        "sources: [invented]",
        "sources: [inventd]",
        "policies/boat.md:14: 没有来源“inventd” — 是不是“invented”？",
    ),
    "an unfinished line of YAML": (
        "needs.yaml",
        "keywords: [声呐, 省电]",
        "keywords: [声呐, 省电",
        "needs.yaml:9:13: YAML 语法错误：",
    ),
    "an empty list of people": ("people.yaml", None, "", "people.yaml:1:1: 文件是空的 — "),
    "one record instead of a list": (
        "mechanisms.yaml",
        None,
        "id: harbour-ring\n",
        "mechanisms.yaml:1:1: 文件应是一个列表 — 每条记录以“- ”开头；没有记录写 []",
    ),
    "a file that pack.yaml forgot": (
        "more-places.yaml",
        None,
        "[]\n",
        "more-places.yaml: 这个文件没有在 pack.yaml 中登记，没有读 — 在 files 中登记它，或移出本包",
    ),
    "a timezone of nowhere": (
        "pack.yaml",
        "Europe/Oslo",
        "Europe/Olso",
        "pack.yaml:11:11: 没有时区“Europe/Olso” — 写成 IANA 名称，例如 Asia/Shanghai",
    ),
    "a file outside the pack": (
        "pack.yaml",
        "places: places.yaml",
        "places: ../places.yaml",
        "pack.yaml:44:11: 文件路径“../places.yaml”不在本包内 — 写成相对于 pack.yaml 的路径，不用 .. 和反斜杠",
    ),
    "two units of one name": (
        "pack.yaml",
        "- {id: km,",
        "- {id: km, kind: number, names: {hans: 里}}\n- {id: km,",
        "pack.yaml:28:8: “km”在 units 中重复 — 改成另一个，或删去其中一条",
    ),
}


@pytest.mark.parametrize(("file", "old", "new", "expected"), ONE_FAULT.values(), ids=ONE_FAULT)
def test_a_fault_is_reported_where_it_stands(pack, file, old, new, expected):
    if old is None:
        (pack / file).write_text(new, encoding="utf-8")
    else:
        change(pack, file, old, new)

    found = complaints(pack)

    assert [c for c in found if c.startswith(expected)], "\n".join(found)
    assert len(found) == 1, "\n".join(found)


def test_all_faults_of_all_files_come_at_once(pack):
    change(pack, "figures.yaml", "quote: over", "qoute: over")
    change(pack, "facts.yaml", "unit: kr", "unit: personer")
    change(pack, "data/companies.csv", "ring-harbour,blue\n", "ring-harbor,blue\n")
    (pack / "law.yaml").unlink()

    files = [complaint.partition(":")[0] for complaint in complaints(pack)]

    assert files == ["data/companies.csv", "facts.yaml", "figures.yaml", "pack.yaml"]


def test_a_missing_file_is_reported_where_pack_yaml_names_it_and_not_at_each_reference(pack):
    (pack / "places.yaml").rename(pack / "place.yaml")

    assert complaints(pack) == [
        "pack.yaml:44:11: 没有文件“places.yaml” — 是不是“place.yaml”？",
        "place.yaml: 这个文件没有在 pack.yaml 中登记，没有读 — 在 files 中登记它，或移出本包",
    ]


def test_a_faulty_fact_is_not_reported_again_by_the_rules_and_tables_that_use_it(pack):
    change(pack, "facts.yaml", "type: count", "type: cuont")

    assert complaints(pack) == ["facts.yaml:1:23: “type”不能是“cuont” — 是不是“count”？"]


def test_a_missing_folder_and_a_folder_without_a_pack(tmp_path):
    with pytest.raises(Problems, match="没有这个文件夹"):
        read_pack(tmp_path / "nowhere")
    with pytest.raises(Problems, match="这不是文件夹"):
        read_pack(TINY / "law.yaml")
    with pytest.raises(Problems, match=r"没有文件“pack\.yaml”"):
        read_pack(tmp_path)


def test_a_file_that_is_not_utf8_names_the_line(pack):
    (pack / "law.yaml").write_bytes("# 注\n- key: 工".encode() + "日".encode("gbk"))

    assert complaints(pack) == ["law.yaml:2: 不是 UTF-8 文字 — 用 UTF-8 编码另存"]


def test_a_wrong_check_digit_is_reported_at_the_row(pack):
    change(pack, "pack.yaml", "code_scheme: none", "code_scheme: gb32100-2015")

    found = complaints(pack, check_code=check_code)

    assert found == [
        "data/companies.csv:2:1: code 列：统一社会信用代码“999000011”有 9 位，应为 18 位 — 对照营业执照补全",
        "data/companies.csv:3:1: code 列：统一社会信用代码“999000022”有 9 位，应为 18 位 — 对照营业执照补全",
    ]


def test_the_second_value_of_a_fact_names_the_first(pack):
    with (pack / "data/facts.csv").open("a", encoding="utf-8") as file:
        file.write("999000011,2024,15,,,,,,\n")

    assert complaints(pack) == ["data/facts.csv:7:3: staff 列：重复的数据，第 3 行已有 — 删去其中一行"]
