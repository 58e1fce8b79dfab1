"""Figures with units in running text."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sanchuang.engines.matching.quantities import quantities
from sanchuang.engines.matching.requirements import Requirements, compare
from sanchuang.values import Truth


@pytest.mark.parametrize(
    ("text", "kind", "low", "high"),
    [
        ("效率 ≥ 95 %", "share", "19/20", None),
        ("效率不低于９５％", "share", "19/20", None),
        ("百分之九十五以上", "share", "19/20", None),
        ("厚度 5 μm", "length", "1/200000", "1/200000"),
        ("厚度 5 µm", "length", "1/200000", "1/200000"),
        ("−40 ℃至85 ℃", "temperature", "-40", "85"),
        ("-40~85℃", "temperature", "-40", "85"),
        ("零下40℃", "temperature", "-40", "-40"),
        ("300 K", "temperature", "537/20", "537/20"),
        ("25±2 °C", "temperature", "23", "27"),
        ("不超过3000万元", "money", None, "30000000"),
        ("1.2 亿元以内", "money", None, "120000000"),
        ("within 10 ms", "time", None, "1/100"),
        ("at least 2 hours", "time", "7200", None),
        ("两千小时", "time", "7200000", "7200000"),
        ("5 mg/L", "mass/volume", "1/200", "1/200"),
        ("1,234.5 kg", "mass", "1234500", "1234500"),
        ("不能超过 15%", "share", None, "3/20"),
        ("不得低於 95%", "share", "19/20", None),
        ("至少在五个路口", "个", "5", None),
        ("稳定运行四周", "time", "2419200", "2419200"),
        ("每分钟 30 个以上", "个/time", "1/2", None),
        ("30 个/min", "个/time", "1/2", "1/2"),
        ("10 Ah 方形电芯", "charge", "10", "10"),
        ("導熱 7.4 W/(m·K)", "conductivity", "37/5", "37/5"),
        ("標題\n8 萬噸", "mass", "80000000000", "80000000000"),
        # bounds that are denied, or said in other words
        ("误差未超过 5%", "share", None, "1/20"),
        ("误差没有超过 5%", "share", None, "1/20"),
        ("误差不超 5%", "share", None, "1/20"),
        ("误差不到 1%", "share", None, "1/100"),
        ("误差不足 1%", "share", None, "1/100"),
        ("看不到 1 m 处", "length", "1", "1"),
        ("准确率 95%（含）以上", "share", "19/20", None),
        ("准确率 95%或以上", "share", "19/20", None),
        ("At least 95 %", "share", "19/20", None),
        ("not less than 95 %", "share", "19/20", None),
        ("no lower than 20 MPa", "pressure", "20000000", None),
        ("not exceeding 5 %", "share", None, "1/20"),
        ("does not exceed 5 %", "share", None, "1/20"),
        ("no greater than 5 mm", "length", None, "1/200"),
        ("exceeds 5 %", "share", "1/20", None),
        # a bound of a range is its outer end
        ("不超过 3～5 %", "share", None, "1/20"),
        ("至少 3～5 年", "months", "36", None),
        # better is less of an error and more of a rate
        ("定位误差优于 1%", "share", None, "1/100"),
        ("检出率优于 95%", "share", "19/20", None),
        ("精度优于 0.1 mm", "length", None, "1/10000"),
        ("纹波优于 1%", "share", "1/100", "1/100"),
        # powers, fractions, groups of digits, numerals
        ("循环 3×10⁵ 次以上", "cycles", "300000", None),
        ("循环 3×10^5 次以上", "cycles", "300000", None),
        ("电阻 10³ Ω", "resistance", "1000", "1000"),
        ("误差 2×10⁻³ mm", "length", "1/500000", "1/500000"),
        ("产量 1 000 元", "money", "1000", "1000"),
        ("5～10 万元", "money", "50000", "100000"),
        ("5000～1 万元", "money", "5000", "10000"),
        ("成功率百分之五十。", "share", "1/2", "1/2"),
        ("成功率百分之九十九点五", "share", "199/200", "199/200"),
        ("三点五万元", "money", "35000", "35000"),
        ("-40℃至+85℃", "temperature", "-40", "85"),
        # kelvins of a difference are degrees
        ("温升 ≤ 10 K", "temperature", None, "10"),
        ("控温精度 ±0.1 K", "temperature", "1/10", "1/10"),
        ("300±2 K", "temperature", "497/20", "577/20"),
        ("密度 1.2 g/cm³", "mass/volume", "1200", "1200"),
        ("施肥 225 kg/hm²", "mass/area", "45/2", "45/2"),
        ("16 GB 内存", "data", "16000000000", "16000000000"),
        # tenths, thousandths, ten thousandths
        ("九成", "share", "9/10", "9/10"),
        ("九成以上企业", "share", "9/10", None),
        ("不到 3 成", "share", None, "3/10"),
        ("七到八成", "share", "7/10", "4/5"),
        ("命中率九成五以上", "share", "19/20", None),
        ("六成半", "share", "13/20", "13/20"),
        ("千分之三", "share", "3/1000", "3/1000"),
        ("差错不超过万分之五", "share", None, "1/2000"),
        ("百万分之二", "share", "1/500000", "1/500000"),
        ("差错 ≤ 0.5‰", "share", None, "1/2000"),
        # degrees Fahrenheit, and those of a difference
        ("耐温 212 °F", "temperature", "100", "100"),
        ("32℉", "temperature", "0", "0"),
        ("控温精度 ±1.8 °F", "temperature", "1", "1"),
        ("68~77 °F", "temperature", "20", "25"),
        # bits and bytes of a second
        ("带宽 10 Gb/s", "bits", "10000000000", "10000000000"),
        ("带宽 10 Gbit/s", "bits", "10000000000", "10000000000"),
        ("写入 2 GB/s", "bits", "16000000000", "16000000000"),
        ("写入 500 MB/s 以上", "bits", "4000000000", None),
        # how many times as much, and how many times more
        ("寿命是现有的 3 倍", "times", "3", "3"),
        ("寿命提高到三倍以上", "times", "3", None),
        ("寿命提高一倍", "more", "1", "1"),
        ("速度比人工快 3 倍", "more", "3", "3"),
        ("产量增加了 1.5 倍以上", "more", "3/2", None),
    ],
)
def test_a_figure_is_read(text: str, kind: str, low: str | None, high: str | None) -> None:
    (found,) = quantities(text)
    bounds = tuple(None if bound is None else Fraction(bound) for bound in (low, high))
    assert (found.kind, found.low, found.high) == (kind, *bounds)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2019年至2020年",
        "GaN 5G",
        "6英寸",
        "第3章",
        "之外的 1..2",
        "由 5 %",
        "十五五 %",
        # numerals that are part of a word, articles, ordinals, sizes of models and pictures
        "零件",
        "一个",
        "一次通过",
        "一套内网",
        "46 条内河",
        "三元电芯",
        "第三方",
        "场地四周",
        "70B 模型",
        "4K 母版",
        "支持二次开发",
        "4 天线",
        "10 周期",
        "60 周年",
        "5g 基站",
        "3d 打印",
        "5A 级景区",
        "在 3 方面",
        "2.0 升级",
        "20 条件",
        # a part of a number
        "½ h 内",
        "1/2 h",
        "2^10 次",
        # another dimension than the unit's alone
        "5 mg/dL",
        "5 mg·L⁻¹",
        "9.8 m/s²",
        "1650 cm⁻¹",
        "1650 cm-1",
        "转速 10 s-1，",
        # beginnings of other words, and what stands for no number in particular
        "一成不变",
        "这一成果",
        "90 成品",
        "统一成一种",
        "三成分体系",
        "七八成",
        "千分之一秒",
        "三倍体西瓜",
        "3 倍率放电",
        "数十倍",
        "几百台",
        "十几倍",
        "成本降低 3 倍",
        "基因组 3 Gb",
    ],
)
def test_what_is_no_figure_is_left_out(text: str) -> None:
    assert quantities(text) == []


def test_each_figure_has_its_own_subject() -> None:
    found = quantities("灵敏度达96%，特异性 98.5%；房颤 90 % 室早 80 %")
    assert [each.subject for each in found] == ["灵敏度达", "特异性", "房颤", "室早"]


def test_a_figure_and_its_subject_are_told_as_written() -> None:
    (found,) = quantities("標題\n儲存格準確率不低於 ９８％。")
    assert (found.subject, found.text) == ("儲存格準確率", "不低於 ９８％")
    (found,) = quantities("通量回到 94 %")
    assert (found.subject, found.text) == ("通量回到", "94 %")
    assert quantities("至少 500 台")[0].text == "至少 500 台"


@settings(max_examples=200, deadline=None)
@given(
    st.text(
        alphabet="0123456789.,-~±≥<约 百分之九十五万亿%‰μmkg℃K/hL元以上下内，。a×^⁵⁻+·不到未优于含()（）",
        max_size=40,
    )
)
def test_any_text_is_read_and_each_figure_stands_where_it_says(text: str) -> None:
    for found in quantities(text):
        assert text[found.start : found.end] == found.text
        assert found.low is None or found.high is None or found.low <= found.high


@given(st.integers(1, 9), st.integers(-9, 12), st.sampled_from(["^{}", "{}"]))
def test_a_power_is_read_in_both_writings(digit: int, power: int, written: str) -> None:
    raised = (
        str(power) if "^" in written else str(power).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    )
    (found,) = quantities(f"寿命 {digit}×10{written.format(raised)} 次")
    assert found.low == found.high == digit * Fraction(10) ** power


def test_figures_of_any_length_and_mixed_scripts_are_no_trouble() -> None:
    assert quantities("9" * 200 + " kg") == []
    assert len(quantities("效率 95 %，" * 2000)) == 2000
    assert quantities("三百万" * 33_000) == []


@pytest.mark.parametrize(
    ("wanted", "offered", "answer"),
    [
        ("效率 ≥ 95 %", "效率 96 %", Truth.YES),
        ("效率 ≥ 95 %", "效率 950‰", Truth.YES),
        ("效率 ≥ 95 %", "效率 94.9 %", Truth.NO),
        ("效率 > 95 %", "效率 95 %", Truth.NO),
        ("效率 ≥ 95 %", "效率 > 90 %", Truth.UNKNOWN),
        ("效率 ≥ 95 %", "效率约 96 %", Truth.UNKNOWN),
        ("效率 ≥ 95 %", "效率 90~99 %", Truth.UNKNOWN),
        ("时延 ≤ 10 ms", "时延 0.8 秒", Truth.NO),
        ("时延 ≤ 10 ms", "时延不超过 5 毫秒", Truth.YES),
        ("工作温度 -40~85 ℃", "工作温度 -55 ℃~125 ℃", Truth.YES),
        ("工作温度 -40~85 ℃", "工作温度 0~60 ℃", Truth.NO),
        ("厚度 10~20 μm", "厚度 15 μm", Truth.YES),
        ("厚度 10~20 μm", "厚度 0.15 mm", Truth.NO),
        ("功率 10 kW", "功率 12 kW", Truth.UNKNOWN),
        ("功率 10 kW", "功率 10000 W", Truth.YES),
        ("功率 10 kW", "电压 10 kV", Truth.UNKNOWN),
    ],
)
def test_a_figure_is_met_not_met_or_left_open(wanted: str, offered: str, answer: Truth) -> None:
    assert compare(quantities(wanted)[0], quantities(offered)[0]) is answer


RANGES = st.tuples(st.integers(-50, 50), st.integers(0, 40))


@given(RANGES, RANGES)
def test_what_lies_inside_a_range_meets_it_and_what_lies_outside_fails(
    wanted: tuple[int, int], offered: tuple[int, int]
) -> None:
    low, high = wanted[0], wanted[0] + wanted[1]
    at, end = offered[0], offered[0] + offered[1]
    asked = quantities(f"在 {low}~{high} ℃")[0]
    answer = compare(asked, quantities(f"在 {at}~{end} ℃")[0])
    if low <= at and end <= high:
        assert answer is Truth.YES
    elif end < low or at > high:
        assert answer is Truth.NO
    else:
        assert answer is Truth.UNKNOWN


NEED = "钙钛矿电池封装：光电转化效率≥22%，湿热条件稳定运行不少于2000小时，工作温度-40~85℃，不含铅，成本不超过300元/m2"


def test_a_result_is_held_against_each_figure_of_a_need() -> None:
    text = "光电转化效率达到24.1%。湿热条件下稳定运行1000小时；采用铅基材料。"
    required = Requirements(NEED)
    assert [(each.found, each.answer) for each in required.check(text)] == [
        ("光电转化效率达到 24.1%", Truth.YES),
        ("湿热条件下稳定运行 1000小时", Truth.NO),
        ("", Truth.UNKNOWN),
        ("", Truth.UNKNOWN),
    ]
    assert required.check(text)[0].sentence == "光电转化效率达到24.1%。"
    assert [(each.term, each.sentence, each.need_excludes) for each in required.conflicts(text)] == [
        ("铅", "采用铅基材料。", True)
    ]
    assert required.credit(text) < required.credit("转化效率 23 %，不含铅") == 1


@pytest.mark.parametrize(
    ("need", "text", "conflicts"),
    [
        ("不含贵金属的催化剂", "催化剂不含贵金属", 0),
        ("不含贵金属的催化剂", "采用贵金属铂", 1),
        ("无需标注的缺陷检测", "需要标注八百张样本", 1),
        ("用于无线传感", "无线传感网络", 0),
        ("without lithium", "a lithium battery", 1),
        ("联网的整机", "整机无需联网", 1),
        ("不能联网的整机", "整机无需联网", 0),
    ],
)
def test_what_one_side_rules_out_and_the_other_has_is_told(need: str, text: str, conflicts: int) -> None:
    assert len(Requirements(need).conflicts(text)) == conflicts


def test_a_need_without_figures_asks_nothing() -> None:
    required = Requirements("光合细菌的培养")
    assert not required
    assert (required.check("效率 95 %"), required.conflicts("不含铅"), required.credit("5 kg")) == ((), (), 1)
