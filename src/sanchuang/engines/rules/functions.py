"""The closed list of functions of the rule language: what each takes, gives and means."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sanchuang.engines.rules.types import (
    BOOL,
    MONEY,
    NUMBER,
    NUMERIC,
    Kind,
    Mismatch,
    Type,
    comparable,
    joined,
)  # fmt: skip


@dataclass(frozen=True)
class Function:
    """Signature (`check` raises Mismatch or gives the result's type) and what the manual says."""

    name: str
    arity: tuple[int, int]
    check: Callable[[list[Type]], Type]
    meaning: str
    example: str


def _rounding(args: list[Type]) -> Type:
    if args[0].kind not in (Kind.MONEY, Kind.EXACT):
        raise Mismatch(f"取整函数要金额，得到{args[0].label()}", "写成 floor_yuan(金额 * 比率)")
    return MONEY


def _ratio(args: list[Type]) -> Type:
    if any(a.kind not in NUMERIC for a in args):
        raise Mismatch("ratio 要两个数", "例：ratio(研发费用, 营业收入, 0)")
    comparable(args[0], args[1])
    if len(args) == 3 and args[2].kind not in (Kind.NUMBER, Kind.COUNT):
        raise Mismatch("ratio 的第三个参数要一个数", "例：ratio(研发费用, 营业收入, 0)")
    return NUMBER


def _same(args: list[Type]) -> Type:
    if any(a.kind not in NUMERIC for a in args):
        raise Mismatch("min 和 max 要数或金额", "例：min(floor_yuan(...), 200万元)")
    return joined(args)


def _reaches(args: list[Type]) -> Type:
    if any(a.kind not in NUMERIC | {Kind.DATE} for a in args):
        raise Mismatch("reaches 要数、金额或日期", "文字用 == 或 in 比较")
    comparable(args[0], args[1])
    return BOOL


def _known(args: list[Type]) -> Type:
    return BOOL


def _floor_at_zero(args: list[Type]) -> Type:
    if args[0].kind not in NUMERIC:
        raise Mismatch("at_least_zero 要数或金额", "例：at_least_zero(应纳税所得额)")
    return args[0]


def _full_years(args: list[Type]) -> Type:
    if any(a.kind is not Kind.DATE for a in args):
        raise Mismatch("full_years 要两个日期", "例：full_years(成立日期, on_date)")
    return Type(Kind.COUNT, "年")


FUNCTIONS = {
    f.name: f
    for f in (
        Function("floor_yuan", (1, 1), _rounding, "去尾到元", "floor_yuan(算力服务支出 * 50%)"),
        Function("floor_fen", (1, 1), _rounding, "去尾到分", "floor_fen(合同额 * 3‰)"),
        Function("ceil_fen", (1, 1), _rounding, "进一到分", "ceil_fen(合同额 * 3‰)"),
        Function("half_up_fen", (1, 1), _rounding, "四舍五入到分", "half_up_fen(合同额 * 3‰)"),
        Function("half_even_fen", (1, 1), _rounding, "四舍六入五成双到分", "half_even_fen(合同额 * 3‰)"),
        Function("min", (2, 9), _same, "取较小者", "min(补贴额, 上限)"),
        Function("max", (2, 9), _same, "取较大者", "max(甲, 乙)"),
        Function("at_least_zero", (1, 1), _floor_at_zero, "负数按零计", "at_least_zero(应纳税所得额)"),
        Function("ratio", (2, 3), _ratio, "两数之比（精确分数）；分母不大于零时取第三个参数，没有则未知",
                 "ratio(研发费用, 营业收入, 0)"),
        Function("reaches", (2, 2), _reaches, "达到表中的下限；表中空格表示不设限，恒成立",
                 "reaches(从业人员, 划型[行业].大型_人数)"),
        Function("known", (1, 1), _known, "该值是否已知（不会是未知）", "known(营业收入)"),
        Function("full_years", (2, 2), _full_years, "两日期之间的足年数", "full_years(成立日期, on_date)"),
    )
}  # fmt: skip
