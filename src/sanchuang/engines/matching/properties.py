"""What a figure measures, by the names that the field uses for it: 漏判, 漏检 and "miss rate" are one property.

Language data for the comparison of figures: which names say the same, which say the complement (what is not missed is
found), and whether more or less of it is wanted where a need gives a bare value.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

# property | + more is wanted, - less, blank: neither goes without saying | its names, in simplified writing
_NAMES = """
found        | + | 检出率 检出 检测率 侦测率 发现率 召回率 召回 查全率 recall detection
missed       | - | 漏检率 漏检 漏判率 漏判 漏报率 漏报 漏警 漏掉 漏识 漏诊
false alarms | - | 误报率 误报 误判率 误判 误检率 误检 过检率 过检 虚警率 虚警 误识率 误识 误唤醒 误触发 alarms alarm
sensitivity  | + | 灵敏度 敏感度 灵敏性 sensitivity
specificity  | + | 特异度 特异性 specificity
precision    | + | 精确率 精确 查准率 precision
accuracy     | + | 准确率 正确率 识别率 答对率 说对率 判对率 标对 准确度 accuracy
wrong        | - | 错误率 差错率 出错率
equal error  | - | 等错误率 eer
success      | + | 成功率 通过率
cleared      | + | 清筐率 清框率
complete     | + | 完整率
damaged      | - | 损伤率 破损率
recovered    | + | 回收率 恢复率
yielded      | + | 收率 得率 产率 良率
purity       | + | 纯度 purity
loaded       | + | 包封率
alive        | + | 活率 存活率 活细胞 viability
covered      | + | 覆盖率
deviation    | - | 误差 偏差 偏高 偏低 波动 rmse error
reach        | + | 探测距离 发现距离 作用距离
latency      | - | 时延 延迟 延时 响应时间 反应时间 响应 latency delay
per piece    | - | 节拍 每件 每只 单件 单只 每个工件
endurance    | + | 续航
power drawn  | - | 功耗 耗电
energy used  | - | 能耗 电耗
price        | - | 单价 售价 价格 成本 报价
width        |   | 幅宽 卷宽 宽度 swath width
pitch        | - | 点距 间距 pitch
thickness    |   | 厚度 thickness
tension      | + | 抗拉强度 抗拉 拉伸强度 拉伸
bending      | + | 弯曲强度 弯曲 抗弯
yield point  | + | 屈服强度 屈服
elongation   | + | 延伸率 伸长率 断裂伸长
adhesion     | + | 附着力
peeling      | + | 剥离强度 剥离
ice adhesion | - | 冰粘附
water        | - | 吸水率 吸水 absorption
heat carried |   | 导热率 导热系数 导热
energy held  | + | 比能量 能量密度
flux         | + | 通量 flux
throughput   | + | 吞吐 下行 downlink
visibility   |   | 能见度 visibility
resolution   |   | 分辨率 分辨力 resolution
speed        |   | 布速 车速 速度 转速 speed
weight       | - | 重量 整机重 自重 weight
interval     | - | 采样间隔 更新间隔
temperature  |   | 工作温度 环境温度
"""
# Further things that go by several names; none of them is measured. As above: what | its names.
_THINGS = """
graphics processor | gpu 显卡 加速卡
nucleic acid       | dna rna 核酸
flexible circuit   | fpc 挠性 柔性电路
glucose monitor    | cgm 动态血糖 连续血糖 连续葡萄糖 葡萄糖传感器
procalcitonin      | pct 降钙素原
text recognition   | ocr 文字识别
interface          | api rest 接口
stainless steel    | 不锈钢 316l 304l
breakdown          | 耐压 击穿 绝缘强度
light aircraft     | uav 无人机
"""
# Two properties of which one is what the other leaves of the whole.
_COMPLEMENTS = ({"found", "missed"}, {"accuracy", "wrong"})


class Named(NamedTuple):
    """A property that a text names: which, and where its name stands."""

    key: str
    start: int
    end: int


def _read() -> tuple[dict[str, str], dict[str, str]]:
    keys: dict[str, str] = {}
    wanted: dict[str, str] = {}
    for row in _NAMES.strip().splitlines():
        key, direction, names = (part.strip() for part in row.split("|"))
        wanted[key] = direction
        keys |= dict.fromkeys(names.split(), key)
    return keys, wanted


_KEYS, _WANTED = _read()
_ALSO = {
    name: key.strip()
    for key, names in (row.split("|") for row in _THINGS.strip().splitlines())
    for name in names.split()
}


def _pattern(names: Iterable[str]) -> re.Pattern[str]:
    """The longest name first; a Latin one stands as a word of its own."""
    ordered = sorted(names, key=lambda name: (-len(name), name))
    return re.compile(
        "|".join(rf"(?<![a-z0-9]){name}(?![a-z0-9])" if name.isascii() else name for name in ordered)
    )


_PROPERTY, _THING = _pattern(_KEYS), _pattern(_ALSO)


def named(folded: str) -> list[Named]:
    """All properties that folded text names, in order."""
    return [Named(_KEYS[found.group()], found.start(), found.end()) for found in _PROPERTY.finditer(folded)]


def spoken_of(folded: str) -> set[str]:
    """Which properties and which of the things with several names folded text speaks of."""
    return {each.key for each in named(folded)} | {_ALSO[found] for found in _THING.findall(folded)}


def complements(one: str, other: str) -> bool:
    """Whether one property is what the other leaves of the whole."""
    return {one, other} in _COMPLEMENTS


def more_is_wanted(key: str) -> bool | None:
    """Whether a bare value of this property asks for at least (True) or at most (False) so much; None: neither."""
    return {"+": True, "-": False}.get(_WANTED.get(key, ""))
