"""Score sheets: named items with points, each at most its maximum, and their total.

A sheet is told in definitions that every interpreter knows already: each item becomes a definition
(`sheet_item`), the total becomes one (`sheet`), and a `ScoreSheet` says how to show them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from sanchuang.engines.rules.fields import COMMON_KEYS, Fields
from sanchuang.engines.rules.lexer import NAME
from sanchuang.engines.rules.names import Scope
from sanchuang.engines.rules.policy import ScoreItem, ScoreSheet
from sanchuang.engines.rules.provisions import read_bands
from sanchuang.engines.rules.tree import Arithmetic, Banded, Bands, Call, Cases, Literal, Node, Ref
from sanchuang.engines.rules.types import POINT, Kind, Mismatch, Type, comparable
from sanchuang.values import Verification

SHEET_KEYS = ("items", "cap")
ITEM_KEYS = ("id", "max", "value", "cases", "of", "steps", "below")
MAX_ITEMS = 40


@dataclass
class Sheet:
    """A score sheet while it is read: where it and its items stand; `items` by the name of their definition."""

    name: str
    fields: Fields
    items: dict[str, Fields]
    maxima: dict[str, int]


def read_sheet(name: str, fields: Fields, free: Callable[[Fields, str], bool]) -> Sheet | None:
    """The items of a sheet and their maxima; `free` tells (and notes) whether a name may be given."""
    sheet = Sheet(name, fields, {}, {})
    sound = True
    items = fields.items("items", (*ITEM_KEYS, *COMMON_KEYS))
    for item in items:
        id_ = item.text("id", required=True)
        maximum = _points(item, "max", required=True)
        if not id_ or maximum is None:
            sound = False
            continue
        full = f"{name}_{id_}"
        if not NAME.fullmatch(full):
            item.fault("id", f"“{id_}”不能这样写", "用汉字、拉丁字母和下划线，数字只能跟在拉丁字母后面")
            sound = False
        elif full in sheet.items:
            item.fault("id", f"“{id_}”重复", "换一个 id")
            sound = False
        elif free(item, full):
            sheet.items[full], sheet.maxima[full] = item, maximum
        else:
            sound = False
    if not items and fields.data.get("items") in (None, []):
        fields.missing("items")
        sound = False
    if len(items) > MAX_ITEMS:
        fields.fault("items", f"一张评分表最多 {MAX_ITEMS} 项", "分成几张表")
        sound = False
    return sheet if sound else None


def _points(fields: Fields, key: str, *, required: bool = False) -> int | None:
    """A whole number of points above zero, written `20分` or `20`."""
    if key not in fields.data:
        if required:
            fields.missing(key)
        return None
    found = fields.literal(key)
    if found is None:
        return None
    value, type_ = found
    whole = type_.kind is Kind.COUNT and type_.unit in ("", POINT)
    if not whole or not isinstance(value, int) or value <= 0:
        fields.fault(key, f"“{key}”要是大于零的整数分", f"例：{key}: 20分")
        return None
    return value


def item_node(
    name: str,
    item: Fields,
    maximum: int,
    scope: Scope,
    written: Callable[[Fields], Node | None],
    bands: dict[str, Bands],
    status: Verification,
) -> Node | None:
    """The points of one item, never above its maximum; `written` reads `value` or `cases`.

    A scale of its own is checked as far as the item, which without a word of its own is `status`.
    """
    given = [key for key in ("value", "cases", "of") if key in item.data]
    if len(given) != 1:
        remedy = "写 value（算式）、cases（分支）或 of 和 steps（按档位）"
        if len(given) > 1:
            item.fault(given[1], f"“{given[0]}”和“{given[1]}”只能写一个", remedy, at_key=True)
        else:
            item.fault("", "没有写怎样得分", remedy)
        return None
    for key in ("steps", "below"):
        if key in item.data and given != ["of"]:
            item.fault(
                key, f"“{key}”要和 of 一起写", "补上 of，例：of: ratio(科技人员, 从业人员, 0)", at_key=True
            )
            return None
    node = _banded(name, item, scope, bands, status) if given == ["of"] else written(item)
    if node is None:
        return None
    kind = node.type.kind
    if kind not in (Kind.COUNT, Kind.NUMBER) or node.type.unit not in ("", POINT):
        counted = kind is Kind.COUNT
        remedy = f"写明每{node.type.unit}几分，例：… * 15分" if counted else "得分写成 20分 或 20"
        item.fault(given[0], f"得分的类型是{node.type.label()}", remedy)
        return None
    type_ = Type(kind, POINT)
    highest = _highest(node, bands)
    if highest is not None and highest > maximum:
        item.fault("max", f"最多可得 {highest} 分，高于满分 {maximum} 分", "改正 max，或改正得分")
        return None
    if highest is not None:
        return replace(node, type=type_)
    limit = Literal(item.place("max"), Type(Kind.COUNT, POINT), maximum, f"{maximum}{POINT}")
    return Call(node.place, type_, "min", (node, limit))


def _banded(
    name: str, item: Fields, scope: Scope, bands: dict[str, Bands], status: Verification
) -> Node | None:
    found = read_bands(name, item, status)
    value = item.expression("of", scope)
    if found is None or value is None:
        return None
    try:
        comparable(found.of, value.type)
    except Mismatch as error:
        item.fault("of", str(error), error.remedy)
        return None
    bands[name] = found
    return Banded(value.place, found.gives, name, value)


def _highest(node: Node, bands: dict[str, Bands]) -> Any:
    """The most that a node can give where its figures say so: scales, figures, and branches of these; else None."""
    if isinstance(node, Literal):
        return node.value
    if isinstance(node, Banded):
        scale = bands[node.bands]
        return max(scale.below, *(gives for _, gives in scale.steps))
    if isinstance(node, Cases):
        branches = [_highest(case.then, bands) for case in node.cases]
        return None if None in branches else max(b for b in branches if b is not None)
    return None


def total_node(sheet: Sheet, types: dict[str, Type]) -> Node | None:
    """The sum of the items, at most the sheet's cap. An unknown item makes the total unknown."""
    cap = _points(sheet.fields, "cap")
    if "cap" in sheet.fields.data and cap is None:
        return None
    if cap is not None and cap > (most := sum(sheet.maxima.values())):
        sheet.fields.fault("cap", f"总分上限 {cap} 分高于各项满分之和 {most} 分", "改正 cap 或各项的 max")
        return None
    place = sheet.fields.place("items")
    kind = Kind.NUMBER if any(t.kind is Kind.NUMBER for t in types.values()) else Kind.COUNT
    type_ = Type(kind, POINT)
    total: Node | None = None
    for name in sheet.items:
        part = Ref(sheet.items[name].place("id"), types[name], name)
        total = part if total is None else Arithmetic(place, type_, "+", total, part)
    if total is not None and cap is not None:
        limit = Literal(sheet.fields.place("cap"), Type(Kind.COUNT, POINT), cap, f"{cap}{POINT}")
        total = Call(place, type_, "min", (total, limit))
    return total


def sheet_of(sheet: Sheet, common: Callable[[str, Fields], dict[str, Any]]) -> ScoreSheet:
    """How the sheet is shown; `common` gives what every provision carries."""

    def items() -> Iterator[ScoreItem]:
        for name, fields in sheet.items.items():
            yield ScoreItem(**common(name, fields), maximum=sheet.maxima[name])

    return ScoreSheet(
        **common(sheet.name, sheet.fields), items=tuple(items()), cap=_points(sheet.fields, "cap")
    )
