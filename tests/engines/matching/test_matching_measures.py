"""Which figure of a result answers which figure of a need."""

from __future__ import annotations

import pytest

from sanchuang.engines.matching import properties
from sanchuang.engines.matching.requirements import Requirements
from sanchuang.values import Truth

YES, NO, UNKNOWN = Truth.YES, Truth.NO, Truth.UNKNOWN


def answers(need: str, text: str) -> list[tuple[str, Truth]]:
    return [(figure.found, figure.answer) for figure in Requirements(need).check(text)]


@pytest.mark.parametrize(
    ("need", "text", "expected"),
    [
        # one property under several names, in Chinese and English
        ("漏判≤0.5%", "漏检率 0.4%", [("漏检率 0.4%", YES)]),
        ("误判≤3%", "过检率 3.8%", [("过检率 3.8%", NO)]),
        ("每只不超过 1.5 s", "单件 1.2 s", [("单件 1.2 s", YES)]),
        ("sensitivity ≥ 92 %", "灵敏度 94.2%", [("灵敏度 94.2%", YES)]),
        ("比能量 ≥ 200 Wh/kg", "能量密度 52 Wh/kg", [("能量密度 52 Wh/kg", NO)]),
        # what is not missed is found, of the same thing
        ("风险点漏掉的不能超过 15%", "风险点召回率 88.5%", [("风险点召回率 88.5%", YES)]),
        # another property is no answer: nothing is told, for what is asked may be said in another way
        ("附着力 ≥ 7 MPa", "冰粘附强度 21 kPa", [("", UNKNOWN)]),
        ("灵敏度保持 ≥ 80 %", "灵敏度离散度约 15 %", []),
        ("灵敏度离散度 ≤ 5 %", "检出率均匀度 3 %", []),
        # the same property of another thing is none
        ("手写字准确率 ≥ 95%", "现代印刷体单元格准确率 98.3%", []),
        ("断丝检出率 95% 以上", "疵点检出率 97.2%", []),
        # a list says its property once
        ("软包成功率 ≥ 96%", "抓取成功率纸箱 99.3%，软包 97.1%", [("软包 97.1%", YES)]),
        ("机动车检出 98% 以上", "机动车检出 98.6%、非机动车 95.1%", [("机动车检出 98.6%", YES)]),
        ("活细胞 ≥ 85 %、次日回收 ≥ 70 %", "活率 88 %", [("活率 88 %", YES)]),
        # "better than 41 %" lists nothing
        ("特异度 ≥ 90%", "特异度 92 %，明显好于二维（41 %）", [("特异度 92 %", YES)]),
        # a bare value of what one wants more or less of is a bound
        ("完整率 90%", "单芽完整率 84%", [("单芽完整率 84%", NO)]),
        ("续航 3 h", "续航 3.5 h", [("续航 3.5 h", YES)]),
        # a change is no level
        ("误差 10% 以内", "误差比持续法低 38%", []),
        # where a change leads to is a level, if it leads where one wants to be
        ("良率 ≥ 96 %", "良率由 90 % 提高到 97 %", [("良率由 90 % 提高到 97 %", YES)]),
        ("良率提高到 97 %", "良率 95 %", [("良率 95 %", NO)]),
        ("误差 ≤ 5 %", "误差降低至 3 %", [("误差降低至 3 %", YES)]),
        ("把噪声降到 65 dB 以下", "噪声 60 dB", [("噪声 60 dB", YES)]),
        ("机动车检出 ≥ 97 %", "机动车检出 98 %，大雨时机动车检出降至 94 %", [("机动车检出 98 %", YES)]),
        ("良率提高 3 %", "良率提高到 97 %", []),
        ("湿度提高到 60 %", "良率提高到 97 %", []),
        # that both change makes them no changes of the same
        ("传代产量下降 ≤ 5 %", "核查用量下降约七成", []),
        ("循环寿命提高 20 % 以上", "光学分辨提高 30 %", []),
        ("厚度损失 ≤ 8 %", "厚度增加 14 %", []),
        # a factor is no level, and more by once as much is more by 100 %
        ("循环寿命提高一倍", "循环寿命提高 120 %", [("循环寿命提高 120 %", UNKNOWN)]),
        ("循环寿命提高一倍以上", "循环寿命提高 120 %", [("循环寿命提高 120 %", YES)]),
        ("循环寿命提高一倍以上", "循环寿命比现有产品长 0.5 倍", [("循环寿命比现有产品长 0.5 倍", NO)]),
        ("循环寿命提高到 3 倍以上", "循环寿命为原来的 4 倍", [("循环寿命为原来的 4 倍", YES)]),
        ("检出率 ≥ 95 %", "检出率提高 3 倍", []),
        ("检出率 ≥ 95 %", "检出率是现有的 3 倍", []),
        ("循环寿命 3 倍以上", "循环寿命提高 3 倍", []),
        # tenths are shares, bytes are eight bits
        ("识别率九成五以上", "识别率 96 %", [("识别率 96 %", YES)]),
        ("差错率不超过万分之五", "差错率 0.3‰", [("差错率 0.3‰", YES)]),
        ("吞吐 10 Gb/s 以上", "吞吐 1 GB/s", [("吞吐 1 GB/s", NO)]),
        # under the same condition
        ("200 ℃ 抗拉 ≥ 300 MPa", "抗拉室温 442 MPa。200 ℃ 抗拉 318 MPa", [("200 ℃ 抗拉 318 MPa", YES)]),
        ("28 GHz 损耗 ≤ 0.3 dB", "10 GHz 损耗 0.2 dB", [("10 GHz 损耗 0.2 dB", UNKNOWN)]),
        # several of the same thing that say different things: which is meant cannot be told
        ("准确率 ≥ 95%", "刻本准确率 97.6%。抄本准确率 82%", []),
        # months and days
        ("与测风塔比对两个月以上", "与测风塔比对 90 天", [("与测风塔比对 90 天", YES)]),
        ("与测风塔比对两个月以上", "与测风塔比对 60 天", [("与测风塔比对 60 天", UNKNOWN)]),
        ("与测风塔比对三个月以上", "与测风塔比对 50 天", [("与测风塔比对 50 天", NO)]),
        # how often something is done is another thing than how long it lasts
        ("电池至少 1 h", "电池每 30 min 采样", []),
        ("每分钟 40 个以上", "平均 12 个/min", [("平均 12 个/min", UNKNOWN)]),
        ("采摘每分钟 40 个以上", "采摘 12 个/min", [("采摘 12 个/min", NO)]),
        ("人工介入每天不超过 2 次", "人工干预每周少于 1 次", [("人工干预每周 少于 1 次", YES)]),
        # only a unit in common: perhaps it, never a verdict
        ("整机重量 2 kg 以内", "读数仪 7.5 kg", [("读数仪 7.5 kg", UNKNOWN)]),
        ("节点重量 2 kg 以内", "甲 7 kg，乙 8 kg", []),
        # what follows, where nothing stands before
        ("2 s 内告警", "3 s 内告警", [("3 s 内告警", UNKNOWN)]),
        ("時延不超過 10 ms", "时延 5 ms", [("时延 5 ms", YES)]),
    ],
)
def test_a_figure_answers_what_it_is_of(need: str, text: str, expected: list[tuple[str, Truth]]) -> None:
    assert answers(need, text) == expected


def test_no_figure_is_called_missing_where_one_may_be_meant() -> None:
    # the text names the property; it has a figure in that unit; it is in another language
    assert answers("通量 ≥ 12 L", "通量高") == []
    assert answers("厚向 ≥ 6 kg", "甲 3 kg，乙 4 kg") == []
    assert answers("solder float at most 10 s", "耐浮锡") == []
    assert answers("厚向 ≥ 6 kg", "导热膏") == [("", UNKNOWN)]


def test_what_a_plant_is_fed_with_is_not_excluded() -> None:
    assert not Requirements("废料不含金属").excluded
    assert [term for term, _ in Requirements("不含金、铂等贵金属").excluded] == ["金", "铂"]
    assert Requirements("不含贵金属").conflicts("不用贵金属，含铬") == ()


def test_every_property_has_one_meaning() -> None:
    assert properties.named("漏检率与rmse")[0].key == "missed"
    assert [each.key for each in properties.named("漏检率与 rmse")] == ["missed", "deviation"]
    assert properties.named("terror") == []
    assert properties.complements("found", "missed")
    assert not properties.complements("found", "precision")
    assert (properties.more_is_wanted("found"), properties.more_is_wanted("missed")) == (True, False)
    assert properties.more_is_wanted("speed") is None


@pytest.mark.parametrize(
    "piece", ["效率 95 % ", "电池", "1", "，", "5 kg ", "目前", "不含金属的", "「", "钙 ≥"]
)
def test_a_document_of_a_megabyte_is_read_like_any_other(piece: str) -> None:
    text = "电池效率 96 %。" + piece * (1_000_000 // len(piece))
    required = Requirements("电池效率 ≥ 95 %，不含金属，重量 3 kg 以内")
    assert required.check(text)[0].found in ("电池效率 96 %", "")
    assert all(conflict.sentence in text for conflict in required.conflicts(text))
