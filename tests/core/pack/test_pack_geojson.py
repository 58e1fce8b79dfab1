"""A pack's own map is read whole or not at all, and its author is told what to mend."""

import json

import pytest

from sanchuang.core.pack.geojson import LARGEST, read_geojson
from sanchuang.engines.markup import Problems

SQUARE = [[10, 59], [11, 59], [11, 60], [10, 59]]


def collection(*features) -> str:
    return json.dumps({"type": "FeatureCollection", "features": features})


def feature(kind="Point", coordinates=(10.75, 59.91), place="holm"):
    return {"type": "Feature", "id": place, "geometry": {"type": kind, "coordinates": coordinates}}


def test_points_polygons_and_ids_in_properties_are_read():
    by_property = {**feature("Polygon", [SQUARE]), "properties": {"id": "vik"}}
    del by_property["id"]
    found = read_geojson(
        collection(feature(), by_property, feature("MultiPolygon", [[SQUARE]], "nes")),
        "map.geojson",
        ["holm", "vik", "nes"],
    )
    assert {place: geometry["type"] for place, geometry in found.items()} == {
        "holm": "Point",
        "vik": "Polygon",
        "nes": "MultiPolygon",
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{\n  oops", "map.geojson:2:3: 不是 JSON"),
        ("[" * 200_000, "嵌套太深"),
        ('{"a": NaN}', "“NaN”不是数"),
        ("[]", "不是 FeatureCollection"),
        ('{"type": "FeatureCollection"}', "不是 FeatureCollection"),
        (" " * (LARGEST + 1), "超过 2 MB"),
        (collection(None), "不是 Feature"),
        (collection(feature(place=7)), "没有地点的 id"),
        (collection(feature(place="holn")), "没有地点“holn”"),
        (collection(feature(), feature()), "第 2 个要素：地点“holm”画了两次"),
        (collection(feature("LineString", SQUARE)), "不认识的几何类型"),
        (collection(feature([], SQUARE)), "不认识的几何类型"),
        (collection(feature(coordinates=[181, 0])), "坐标不在地球上"),
        (collection(feature()).replace("10.75", "1e999"), "坐标不在地球上"),
        (collection(feature(coordinates=["10", 5])), "坐标不是两个数"),
        (collection(feature(coordinates=None)), "坐标缺少"),
        (collection(feature("Polygon", [SQUARE[:3]])), "边界没有闭合"),
    ],
)
def test_a_broken_map_is_refused_with_what_to_do(text, said):
    with pytest.raises(Problems) as caught:
        read_geojson(text, "map.geojson", ["holm"])
    (problem,) = caught.value.problems
    assert said in str(problem)
    assert " — " in str(problem)


def test_every_fault_of_a_map_is_told_at_once():
    with pytest.raises(Problems) as caught:
        read_geojson(collection(feature(place="a"), feature(), feature(place="b")), "map.geojson", ["holm"])
    assert len(caught.value.problems) == 2
