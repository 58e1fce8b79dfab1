"""Reads a pack's own map: a GeoJSON FeatureCollection (RFC 7946) whose features are places of the pack."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any, NoReturn

from sanchuang.core.pack.translate import near
from sanchuang.engines.markup import Problem, Problems

LARGEST = 2 * 1024 * 1024  # bytes of UTF-8
_WGS84 = "坐标是 [经度, 纬度]，WGS 84，经度 -180 到 180，纬度 -90 到 90"


class _Fault(Exception):
    """What is wrong with one feature, and what to do."""


def read_geojson(text: str, source: str, places: Collection[str]) -> dict[str, Any]:
    """Place id → geometry (Point, Polygon or MultiPolygon; WGS 84 degrees, longitude first) of the file `source`.

    Raises `Problems` with every fault found, and then gives nothing: a map is never half read. A fault of JSON has
    its line and column; JSON keeps no lines, so a fault of a feature has the feature's number, counted from 1.
    """
    if len(text.encode()) > LARGEST:
        _refuse(source, "地图文件超过 2 MB", "简化边界，减少坐标点")
    try:
        data = json.loads(text, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        _refuse(source, "不是 JSON", "检查这一处的逗号、引号和括号", error.lineno, error.colno)
    except _Fault as fault:
        _refuse(source, *fault.args)
    except (ValueError, RecursionError):
        _refuse(source, "数字太长或括号嵌套太深", "用地图软件重新导出 GeoJSON")
    features = data.get("features") if isinstance(data, dict) else None
    if not isinstance(features, list) or data.get("type") != "FeatureCollection":
        _refuse(source, "不是 FeatureCollection", "导出为 GeoJSON 的 FeatureCollection")
    found: dict[str, Any] = {}
    problems = []
    for number, feature in enumerate(features, 1):
        try:
            place, geometry = _feature(feature, places)
            if place in found:
                raise _Fault(f"地点“{place}”画了两次", "每个地点只留一个要素，多块用 MultiPolygon")
            found[place] = geometry
        except _Fault as fault:
            message, remedy = fault.args
            problems.append(Problem(source, 0, 0, f"第 {number} 个要素：{message}", remedy))
    if problems:
        raise Problems(problems)
    return found


def _refuse(source: str, message: str, remedy: str, line: int = 0, column: int = 0) -> NoReturn:
    raise Problems([Problem(source, line, column, message, remedy)])


def _no_number(name: str) -> NoReturn:
    raise _Fault(f"“{name}”不是数", "JSON 没有这个值，写实际的坐标")


def _feature(feature: Any, places: Collection[str]) -> tuple[str, Any]:
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        raise _Fault("不是 Feature", "每个要素写 type: Feature")
    properties = feature.get("properties")
    place = feature.get("id", properties.get("id") if isinstance(properties, dict) else None)
    if not isinstance(place, str):
        raise _Fault("没有地点的 id", "在 id 或 properties.id 写地点的 id")
    if place not in places:
        raise _Fault(f"没有地点“{place}”", near(place, list(places)) or "先在地点文件中登记它")
    geometry = feature.get("geometry")
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    depth = {"Point": 0, "Polygon": 2, "MultiPolygon": 3}.get(kind) if isinstance(kind, str) else None
    if not isinstance(geometry, dict) or depth is None:
        raise _Fault("不认识的几何类型", "可用：Point、Polygon、MultiPolygon")
    _coordinates(geometry.get("coordinates"), depth)
    return place, {"type": kind, "coordinates": geometry["coordinates"]}


def _coordinates(value: Any, depth: int) -> None:
    """Check a position (depth 0), a ring (1), a polygon (2) or polygons (3)."""
    if not isinstance(value, list) or not value:
        raise _Fault("坐标缺少或不是数组", _WGS84)
    if depth == 0:
        numbers = all(isinstance(n, int | float) and not isinstance(n, bool) for n in value)
        if not numbers or len(value) not in (2, 3):
            raise _Fault("坐标不是两个数", _WGS84)
        if not (-180 <= value[0] <= 180 and -90 <= value[1] <= 90):
            raise _Fault("坐标不在地球上", _WGS84)
        return
    for part in value:
        _coordinates(part, depth - 1)
    if depth == 1 and (len(value) < 4 or value[0] != value[-1]):
        raise _Fault("边界没有闭合", "每条边界至少四个点，末点与首点相同")
