"""The map: by coordinates with a source where there are any, else a schematic one that says so."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import browser
import pytest
from browser import NARROW, WIDE
from django.test import Client

from sanchuang.core.roles import Role
from sanchuang.registry.map import district_map
from sanchuang.registry.models import Organisation, Outline, Place
from sanchuang.values import Verification


def payload(html: str) -> Any:
    """What the page hands to the script that draws."""
    [data] = re.findall(r'<script type="application/json">(.*?)</script>', html, flags=re.DOTALL)
    return json.loads(data)


def marks(html: str) -> dict[str, Any]:
    """The marks of the page by name."""
    return {item["name"]: item for series in payload(html)["option"]["series"] for item in series["data"]}


def test_without_coordinates_the_map_says_that_it_is_schematic(
    westlake: None, sign_in: Callable[..., Client]
) -> None:
    html = sign_in(Role.OFFICER).get("/map/").content.decode()
    assert "没有出处给出坐标，所以这是示意图" in html
    assert "方位和距离不是" in html
    areas = {feature["properties"].get("id") for feature in payload(html)["maps"]["map"]["features"]}
    circles = set(Place.objects.filter(kind="circle").values_list("slug", flat=True))
    assert areas - {None} == circles


def test_every_institute_of_a_circle_stands_inside_it(westlake: None) -> None:
    drawn = district_map()
    assert drawn.chart
    rims = {
        feature["properties"]["name"]: feature["geometry"]["coordinates"][0]
        for feature in drawn.chart.outlines["features"]
        if "id" in feature["properties"]
    }
    inside = [mark for mark in drawn.chart.marks if mark.within in rims]
    assert len(inside) > 20
    for mark in inside:
        xs, ys = zip(*rims[mark.within], strict=True)
        centre, radius = ((min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2), (max(xs) - min(xs)) / 2
        assert (mark.at.x - centre[0]) ** 2 + (mark.at.y - centre[1]) ** 2 < radius**2, mark.name


def test_with_coordinates_places_are_drawn_where_they_lie_and_the_rest_is_named(
    tiny: Any, sign_in: Callable[..., Client]
) -> None:
    """The tiny pack has a point, an area by its GeoJSON, and a circle by a point of it."""
    Place.objects.create(slug="nowhere", name="无坐标之地", kind="venue", synthetic=True)
    html = sign_in(Role.OFFICER).get("/map/").content.decode()
    found = marks(html)
    assert found["老码头"]["value"] == [10.75, 59.91]
    assert found["港湾圈"]["value"] == [10.76, 59.9]
    assert found["老码头"]["url"] == "/places/quay/"
    names = [feature["properties"]["name"] for feature in payload(html)["maps"]["map"]["features"]]
    assert "峡湾镇" in names
    assert "示意图" not in html
    assert "图上没有画出，因为没有注明出处的坐标" in html
    assert '<a href="/places/nowhere/">无坐标之地</a>' in html


def test_a_pack_without_its_map_loses_the_outlines(tiny: Any) -> None:
    assert set(Outline.objects.values_list("place__slug", flat=True)) == {"fjordby", "ring-harbour"}
    assert all(Outline.objects.values_list("source", flat=True))


def test_the_kind_shown_is_in_the_address(westlake: None, sign_in: Callable[..., Client]) -> None:
    client = sign_in(Role.OFFICER)
    universities = set(Organisation.objects.filter(kind="university").values_list("name", flat=True))
    assert set(marks(client.get("/map/?kind=university").content.decode())) == universities
    assert len(marks(client.get("/map/?kind=nonsense").content.decode())) > len(universities)
    # A park is a kind of place as well: only those who run one are asked for.
    parks = list(Organisation.objects.filter(kind="park").values_list("name", flat=True))
    assert sorted(marks(client.get("/map/?kind=park").content.decode())) == sorted(parks)


def test_hostile_names_are_only_names(tiny: Any, sign_in: Callable[..., Client]) -> None:
    hostile = "</script><script>alert(1)</script>{b|x}@lake"
    Place.objects.filter(slug="quay").update(name=hostile)
    html = sign_in(Role.OFFICER).get("/map/").content.decode()
    assert "<script>alert" not in html
    assert hostile in marks(html)


def test_circles_without_members_are_drawn_empty(db: None, sign_in: Callable[..., Client]) -> None:
    Place.objects.create(slug="ring", name="空圈", kind="circle", source="test")
    html = sign_in(Role.OFFICER).get("/map/").content.decode()
    names = [feature["properties"]["name"] for feature in payload(html)["maps"]["map"]["features"]]
    assert names == ["空圈"]


def test_an_outline_outside_the_district_makes_no_map_by_coordinates(
    db: None, sign_in: Callable[..., Client]
) -> None:
    Place.objects.create(slug="ring", name="空圈", kind="circle", source="test")
    abroad = Place.objects.create(slug="abroad", name="区外", kind="outside", source="test")
    corners = [[10.0, 59.0], [11.0, 59.0], [11.0, 60.0], [10.0, 59.0]]
    Outline.objects.create(
        place=abroad,
        geometry={"type": "Polygon", "coordinates": [corners]},
        source="test",
        status=Verification.UNVERIFIED,
    )
    html = sign_in(Role.OFFICER).get("/map/").content.decode()
    assert "示意图" in html
    assert "区外" not in html


def test_a_district_without_places_has_no_map(db: None, sign_in: Callable[..., Client]) -> None:
    html = sign_in(Role.OFFICER).get("/map/").content.decode()
    assert "地点随区包载入" in html or "区包" in html


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["1440", "375"])
def test_marks_are_drawn_and_lead_to_their_record(site: str, size: Any, open_page: Any) -> None:
    page = open_page(size)
    browser.enter(page, site, "officer")
    page.goto(f"{site}/map/?kind=university")
    page.locator("[data-drawn] canvas").wait_for()
    spot = page.evaluate(
        """() => {
          const canvas = document.querySelector('.chart-canvas');
          canvas.scrollIntoView({block: 'end', behavior: 'instant'});
          const chart = echarts.getInstanceByDom(canvas);
          const box = canvas.getBoundingClientRect();
          const item = chart.getOption().series[0].data[0];
          const [x, y] = chart.convertToPixel('geo', item.value);
          return {x: box.x + x, y: box.y + y, url: item.url};
        }"""
    )
    page.mouse.click(spot["x"], spot["y"])
    page.wait_for_url(f"{site}{spot['url']}")


def test_the_map_is_zoomed_by_buttons(site: str, open_page: Any) -> None:
    page = open_page(WIDE)
    browser.enter(page, site, "officer")
    page.goto(f"{site}/map/")
    page.locator("[data-drawn] canvas").first.wait_for()
    zoom = (
        "() => echarts.getInstanceByDom(document.querySelector('.chart-canvas')).getOption().geo[0].zoom || 1"
    )
    page.get_by_role("button", name="放大").click()
    assert page.evaluate(zoom) == 1.5
    page.get_by_role("button", name="全图").click()
    assert page.evaluate(zoom) == 1
