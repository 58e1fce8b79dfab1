"""What of a need is a requirement and what tells of today, of one's own means, of trials and payment."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanchuang.engines.matching.asked import asked, background, unasked


def figures(need: str) -> list[str]:
    return [each.text for each in asked(need)]


@pytest.mark.parametrize(
    ("need", "expected"),
    [
        # the state of today
        ("仍靠 16 名质检员目检。要求：漏判≤0.5%，每只不超过 1.5 s", ["≤0.5%", "不超过 1.5 s"]),
        ("高速跨江段每年团雾 40 天以上，现有视频全盲。需要定位误差 0.5 m 以内", ["0.5 m 以内"]),
        ("疫苗目前 -70 ℃ 保存。目标：2–8 ℃ 有效期 12 个月", ["2–8 ℃", "12 个月"]),
        ("模型现在只有 40 Mbps。想提高到 80 Mbps 以上", ["80 Mbps 以上"]),
        ("現在靠人工，每天 300 元。希望成本不超過 100 元", ["不超過 100 元"]),
        # … but what is asked for stays, whatever today is compared with afterwards
        ("求电芯：比能量 ≥ 200 Wh/kg，磷酸铁锂试过超重", ["≥ 200 Wh/kg"]),
        ("要求硬件 ≤ 800 元，接入现有系统", ["≤ 800 元"]),
        # one's own means, trial and payment
        ("字错误率不高于 8%。我方可提供约 500 h 历史录音", ["不高于 8%"]),
        ("误差 5 mm 以内。先布设 2 km 试验段。验收：连续 60 天、不少于 10 万只", ["5 mm 以内"]),
        ("启动力 ≤ 8 N。前期可付 50 万元，质保两年", ["≤ 8 N"]),
        # before the first wish a bare value tells how things are; without any wish all of the text is one
        ("直径 7 m 的隧洞。要求误差 0.1% 以内，续航 35 min", ["0.1% 以内", "35 min"]),
        ("直径 7 m，误差 0.1%", ["7 m", "0.1%"]),
        # a bare number of pieces is no measure
        ("需要三个品牌，40 个以上", ["40 个以上"]),
        ("Today we use 10 kg. We need at most 5 kg, range 3 km.", ["at most 5 kg", "3 km"]),
        ("", []),
    ],
)
def test_only_what_is_asked_for_is_a_requirement(need: str, expected: list[str]) -> None:
    assert figures(need) == expected


def test_the_title_asks_and_the_background_does_not() -> None:
    need = "低温电池\n巡检设备在户外。求电芯，续航 2 h"
    start, end = background(need)
    assert need[start:end] == "\n巡检设备在户外"
    assert background("效率 95%") == (0, 0)


@given(st.text(alphabet="现在目前要求我方可提供验收，。；：\n≥5%kg 以内a.", max_size=60))
def test_what_asks_for_nothing_lies_in_order_inside_the_text(text: str) -> None:
    spans = unasked(text)
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert spans == sorted(spans)
    start, end = background(text)
    assert 0 <= start <= end <= len(text)
    assert all(text[each.start : each.end] == each.text for each in asked(text))
