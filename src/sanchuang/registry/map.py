"""The district on a map: by coordinates where a source gives them, else as a schematic map that says it is one."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from sanchuang.core.charts import Chart, ChartTable
from sanchuang.core.charts.base import TEXT, cut, frame
from sanchuang.core.templatetags.shown import label
from sanchuang.registry.labels import ORGANISATION_KINDS, PLACE_KINDS
from sanchuang.registry.map_layout import Ring, Spot, schematic
from sanchuang.registry.models import Organisation, Outline, Place
from sanchuang.registry.queries.inventory import Held

DRAWN = (
    Organisation.Kind.UNIVERSITY,
    Organisation.Kind.INSTITUTE,
    Organisation.Kind.PARK,
    Organisation.Kind.VENUE,
)
# Kinds differ by shape, what is invented from what has a source by being hollow: never by colour alone.
SHAPES = {
    "university": "diamond",
    "institute": "circle",
    "park": "rect",
    "venue": "triangle",
    "town": "roundRect",
    "street_block": "roundRect",
    "area": "pin",
}
NAME_ROOM = 7.0  # in units of the schematic map, for a mark and the name beside it
NAMELESS = "-"
SIDES = 72  # of the polygon that stands for a ring


@dataclass(frozen=True)
class Mark:
    """One thing on the map, at a spot of its plane."""

    name: str
    kind: str  # of an organisation or a place
    kind_name: str
    within: str
    url: str
    at: Spot
    synthetic: bool = False
    named: bool = False  # whether its name stands beside it


@dataclass(frozen=True, kw_only=True)
class MapChart(Chart):
    """Areas with marks on them. `outlines` is GeoJSON whose features have `name`, `url` and `tip`."""

    height = "map"
    outlines: dict[str, Any]
    marks: Sequence[Mark]
    aspect: float = 1.0  # how much narrower a degree of longitude is than one of latitude
    maps: dict[str, Any] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.maps[self.key] = self.outlines

    @property
    def empty(self) -> bool:
        """Whether there is nothing to draw; areas without a mark are drawn."""
        return not self.outlines["features"]

    def option(self) -> dict[str, Any]:
        """A geo with one series for each kind, real and invented apart."""
        groups: dict[tuple[str, str, bool], list[Mark]] = defaultdict(list)
        for mark in self.marks:
            groups[mark.kind, mark.kind_name, mark.synthetic].append(mark)
        return {
            **frame(),
            "legend": {
                "itemWidth": 12,
                "itemHeight": 12,
                "bottom": 0,
                "textStyle": TEXT,
                "itemGap": 14,
                "type": "scroll",
                "selectedMode": False,
            },
            "geo": {
                "map": self.key,
                "aspectScale": self.aspect,
                "roam": False,
                "top": 28,
                "bottom": 48,
                "left": 12,
                "right": 12,
                "preserveAspect": "contain",
                # The area without a name only makes room for what lies outside all others.
                "regions": [
                    {"name": NAMELESS, "itemStyle": {"opacity": 0}, "silent": True, "label": {"show": False}}
                ],
                "label": {"show": True, "color": "@ink", "fontFamily": "@sans", "fontWeight": "bold"},
                "itemStyle": {"areaColor": "@lake-wash", "borderColor": "@lake", "borderWidth": 1.5},
                "emphasis": {"itemStyle": {"areaColor": "@lake-wash"}, "label": {"color": "@lake-deep"}},
                "tooltip": {"show": True},
                "select": {"disabled": True},
            },
            "series": [self._series(key, marks) for key, marks in sorted(groups.items())],
        }

    @staticmethod
    def _series(key: tuple[str, str, bool], marks: Sequence[Mark]) -> dict[str, Any]:
        kind, name, synthetic = key
        shape = SHAPES.get(kind, "circle")
        return {
            "type": "scatter",
            "coordinateSystem": "geo",
            "name": f"{name} ({_('synthetic')})" if synthetic else name,
            "symbol": shape,
            "symbolSize": 9 if synthetic else 11,
            "itemStyle": {
                "color": "@sheet" if synthetic else "@lake-deep",
                "borderColor": "@unknown" if synthetic else "@lake-deep",
                "borderWidth": 1.5,
                "opacity": 1,
            },
            "labelLayout": {"hideOverlap": True},
            "data": [
                {
                    "name": cut(mark.name),
                    "value": [mark.at.x, mark.at.y],
                    "tip": "\n".join(part for part in (cut(mark.name), mark.kind_name, mark.within) if part),
                    "url": mark.url,
                    "label": {
                        "show": mark.named,
                        "formatter": cut(mark.name).replace("{", "(").replace("}", ")"),
                        "position": "right",
                        "distance": 4,
                        "fontSize": 11,
                        "width": 84,
                        "overflow": "truncate",
                        **TEXT,
                    },
                }
                for mark in marks
            ],
        }

    def table(self) -> ChartTable:
        """A row for each mark."""
        rows = tuple(
            (mark.name, mark.kind_name, mark.within, _("synthetic") if mark.synthetic else "")
            for mark in sorted(self.marks, key=lambda mark: (mark.kind_name, mark.synthetic, mark.name))
        )
        return ChartTable((_("Name"), _("Kind"), _("Part of"), _("Origin")), rows)


@dataclass(frozen=True)
class DistrictMap:
    """The chart, whether it is schematic, the circles with their companies, and what could not be drawn."""

    chart: MapChart | None
    is_schematic: bool
    circles: Sequence[tuple[Place, Held]]
    left_out: Sequence[Place] = ()


def district_map(kind: str = "") -> DistrictMap:
    """The map of the loaded district, of marks of one `kind` or of all."""
    places = list(
        Place.objects.exclude(kind=Place.Kind.OUTSIDE).select_related("parent").order_by("kind", "slug")
    )
    outlines = {outline.place_id: outline for outline in Outline.objects.filter(place__in=places)}
    circles = _circles(places)
    if any(_point(place, outlines.get(place.pk)) for place in places) or any(
        outline.geometry["type"] != "Point" for outline in outlines.values()
    ):
        return _geographic(places, outlines, circles, kind)
    return DistrictMap(_schematic(places, [place for place, _held in circles], kind), True, circles)


def _circles(places: Iterable[Place]) -> list[tuple[Place, Held]]:
    """The circles with the number of their companies."""
    counted = Organisation.objects.filter(kind=Organisation.Kind.COMPANY).order_by().values("circle")
    rows = counted.annotate(
        real=Count("pk", filter=Q(synthetic=False)), invented=Count("pk", filter=Q(synthetic=True))
    )
    held = {row["circle"]: Held(row["real"], row["invented"]) for row in rows}
    return [(place, held.get(place.pk, Held())) for place in places if place.kind == Place.Kind.CIRCLE]


def _key(each: Organisation | Place) -> str:
    """What stands for a record in the layout; primary keys of the two models may be the same number."""
    return f"{type(each).__name__} {each.pk}"


def _mark(each: Organisation | Place, at: Spot) -> Mark:
    """A record at its spot; names of invented organisations are left to the tooltip, for there are many."""
    place = isinstance(each, Place)
    return Mark(
        label(each),
        each.kind,
        str((PLACE_KINDS if place else ORGANISATION_KINDS)[each.kind]),
        label(each.parent if isinstance(each, Place) else each.circle),
        reverse("registry:place" if place else "registry:organisation", args=[each.slug]),
        at,
        each.synthetic,
        named=place or not each.synthetic,
    )


def _schematic(places: Sequence[Place], circles: Sequence[Place], kind: str) -> MapChart | None:
    """Rings for circles with their members inside; other places below them, in rows."""
    members: dict[int, list[Organisation | Place]] = {circle.pk: [] for circle in circles}
    shown = Organisation.objects.filter(kind__in=DRAWN, circle__in=circles)
    for each in shown.select_related("circle").order_by("synthetic", "kind", "slug"):
        assert each.circle_id
        members[each.circle_id].append(each)
    others: list[Organisation | Place] = []
    for place in places:
        if place.kind in {Place.Kind.CIRCLE, Place.Kind.DISTRICT}:
            continue
        members.get(place.parent_id or 0, others).append(place)
    loose = Organisation.objects.filter(kind__in=DRAWN, circle=None, synthetic=False)
    others += loose.select_related("circle").order_by("kind", "slug")
    if not circles and not others:
        return None
    rings = schematic({str(circle.pk): [_key(each) for each in members[circle.pk]] for circle in circles})
    spots = {key: spot for ring in rings.values() for key, spot in ring.members.items()}
    spots |= _rows([_key(each) for each in others], rings.values())
    marks = [
        _mark(each, spots[_key(each)])
        for group in (*members.values(), others)
        for each in group
        # Places have kinds of the same names (a park, a venue): the choice is one of organisations.
        if not kind or (isinstance(each, Organisation) and each.kind == kind)
    ]
    return MapChart(
        key="map",
        title=_("Schematic map"),
        note=_(
            "A schematic map: who belongs to which circle is true, directions and distances are not. What stands below belongs to no circle, or no source says to which."
        ),
        outlines=_collection(
            [
                *([_frame_of(spots.values())] if spots else []),
                *(
                    _feature(circle, _ring(rings[str(circle.pk)]), rings[str(circle.pk)])
                    for circle in circles
                ),
            ]
        ),
        marks=marks,
    )


def _rows(keys: Sequence[str], rings: Iterable[Ring]) -> dict[str, Spot]:
    """Rows below the rings, as wide as they are, with room for names."""
    rings = list(rings)
    left = min((ring.centre.x - ring.radius for ring in rings), default=-8.0)
    right = max((ring.centre.x + ring.radius for ring in rings), default=8.0)
    top = min((ring.centre.y - ring.radius for ring in rings), default=0.0) - 2.5
    across = max(1, min(len(keys), int((right - left) // NAME_ROOM)))
    step = (right - left) / across
    return {
        # A name stands to the right of its mark.
        key: Spot(left + step * (number % across) + 0.5, top - 1.6 * (number // across))
        for number, key in enumerate(keys)
    }


def _ring(ring: Ring) -> dict[str, Any]:
    turn = [2 * math.pi * side / SIDES for side in range(SIDES)]
    points = [
        [ring.centre.x + ring.radius * math.cos(a), ring.centre.y + ring.radius * math.sin(a)] for a in turn
    ]
    return {"type": "Polygon", "coordinates": [[*points, points[0]]]}


def _feature(place: Place, geometry: dict[str, Any], ring: Ring | None = None) -> dict[str, Any]:
    properties: dict[str, Any] = {"name": label(place), "id": place.slug}
    if ring:  # the name stands on the ring's upper rim, off its members
        properties["cp"] = [ring.centre.x, ring.centre.y + ring.radius + 0.7]
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def _frame_of(spots: Iterable[Spot]) -> dict[str, Any]:
    """An area that holds all spots, for a map without areas of its own."""
    spots = list(spots)
    xs, ys = [spot.x for spot in spots], [spot.y for spot in spots]
    # A hundredth of a degree is about a kilometre; on a schematic map a unit is what members keep apart.
    room = max(max(xs) - min(xs), max(ys) - min(ys), 0.01) * 0.03
    west, east, south, north = min(xs) - room, max(xs) + room, min(ys) - room, max(ys) + room
    corners = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {
        "type": "Feature",
        "geometry": {"type": "Polygon", "coordinates": [corners]},
        "properties": {"name": NAMELESS},
    }


def _collection(features: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features)}


def _point(place: Place, outline: Outline | None) -> Spot | None:
    """Where a place lies, longitude and latitude; None without coordinates."""
    if outline and outline.geometry["type"] == "Point":
        x, y = outline.geometry["coordinates"][:2]
        return Spot(x, y)
    if place.lat is None or place.lon is None:
        return None
    return Spot(float(place.lon), float(place.lat))


def _geographic(
    places: Sequence[Place], outlines: dict[int, Outline], circles: Sequence[tuple[Place, Held]], kind: str
) -> DistrictMap:
    """Areas and points by their coordinates; what has none is named apart."""
    areas = {
        p.pk: outlines[p.pk]
        for p in places
        if p.pk in outlines and outlines[p.pk].geometry["type"] != "Point"
    }
    points = {place.pk: spot for place in places if (spot := _point(place, outlines.get(place.pk)))}
    marks = [
        _mark(place, points[place.pk])
        for place in places
        if place.pk in points and (not kind or place.kind == kind)
    ]
    # The largest first, so that what lies inside is drawn over it.
    features = [
        _feature(place, areas[place.pk].geometry) for place in sorted(places, key=_size) if place.pk in areas
    ]
    latitudes = [y for _x, y in _corners(areas.values())] or [spot.y for spot in points.values()]
    sources = sorted({outline.source for outline in outlines.values()})
    chart = MapChart(
        key="map",
        title=_("Map"),
        note=_("Drawn by coordinates that have a source; places without them are listed below the map."),
        source=", ".join(sources)
        or ", ".join(sorted({p.source for p in places if p.pk in points and p.source})),
        outlines=_collection([*([_frame_of(points.values())] if points else []), *features]),
        marks=marks,
        aspect=max(0.2, math.cos(math.radians(sum(latitudes) / len(latitudes)))),
    )
    left_out = [place for place in places if place.pk not in points and place.pk not in areas]
    return DistrictMap(chart, False, circles, left_out)


def _size(place: Place) -> int:
    return 0 if place.kind == Place.Kind.DISTRICT else 1


def _corners(outlines: Iterable[Outline]) -> Iterable[tuple[float, float]]:
    for outline in outlines:
        polygons = outline.geometry["coordinates"]
        if outline.geometry["type"] == "Polygon":
            polygons = [polygons]
        for polygon in polygons:
            for x, y, *_height in polygon[0]:
                yield x, y
