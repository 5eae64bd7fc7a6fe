"""The map of the provinces on the home page, drawn on the server as SVG paths.

Boundaries: OCHA common operational dataset COD-AB-LAO, 2019, simplified (provinces.geojson).
"""

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from iomlaos.office.models import Place

PROVINCES = Path(__file__).with_name("provinces.geojson")
#: The corners of the drawing: degrees east and north, with room for labels.
WEST, EAST, SOUTH, NORTH = 99.9, 107.9, 13.8, 22.6
#: About one unit a pixel at its widest: finer would only weigh more.
UNITS_A_DEGREE = 60
STRETCH = math.cos(math.radians(18))
WIDTH = round((EAST - WEST) * STRETCH * UNITS_A_DEGREE)
HEIGHT = round((NORTH - SOUTH) * UNITS_A_DEGREE)
#: The railway whose construction the Migration Health Impact Assessment looked at. Schematic.
RAILWAY = ("boten", "vientiane")


@dataclass(frozen=True)
class MapMarker:
    """A named place on the map: its label, and whether it has a point of its own."""

    name: str
    x: int
    y: int
    has_point: bool
    label_before: bool

    @property
    def label_x(self) -> int:
        if not self.has_point:
            return self.x
        return self.x - 11 if self.label_before else self.x + 11

    @property
    def label_anchor(self) -> str:
        if not self.has_point:
            return "middle"
        return "end" if self.label_before else "start"


@dataclass(frozen=True)
class ProvinceMap:
    """What the template draws: path data, marks, and the two ends of the railway."""

    width: int
    height: int
    neutral: str
    named: str
    marks: list[MapMarker]
    railway: tuple[MapMarker, MapMarker] | None


def draw(places: Iterable[Place]) -> ProvinceMap:
    """The map with these places marked; those without position and province are not on it."""
    shapes, centres = _provinces()
    places = list(places)
    codes = {place.iso_code for place in places} & shapes.keys()
    marks: dict[str, MapMarker] = {}
    for place in places:
        if place.latitude is not None:
            x, y = _project(float(place.longitude), float(place.latitude))
            # West of the country's middle there is room on the right, and the other way round.
            marks[place.slug] = MapMarker(place.name, x, y, True, place.iso_code != "")
        elif place.iso_code in codes:
            marks[place.slug] = MapMarker(place.name, *centres[place.iso_code], False, True)
    ends = [marks.get(slug) for slug in RAILWAY]
    return ProvinceMap(
        width=WIDTH,
        height=HEIGHT,
        neutral="".join(path for code, path in shapes.items() if code not in codes),
        named="".join(shapes[code] for code in sorted(codes)),
        marks=list(marks.values()),
        railway=tuple(ends) if all(ends) else None,
    )


def _project(longitude: float, latitude: float) -> tuple[int, int]:
    return (
        round((longitude - WEST) * STRETCH * UNITS_A_DEGREE),
        round((NORTH - latitude) * UNITS_A_DEGREE),
    )


@cache
def _provinces() -> tuple[dict[str, str], dict[str, tuple[int, int]]]:
    """By ISO 3166-2 code: the path of each province, and the middle of its largest ring."""
    shapes, centres = {}, {}
    for feature in json.loads(PROVINCES.read_text(encoding="utf-8"))["features"]:
        geometry = feature["geometry"]
        polygons = geometry["coordinates"]
        if geometry["type"] == "Polygon":
            polygons = [polygons]
        rings = [[_project(*point) for point in ring] for polygon in polygons for ring in polygon]
        code = feature["properties"]["iso"]
        shapes[code] = "".join(_path(ring) for ring in rings)
        largest = max(rings, key=len)
        xs, ys = [x for x, _ in largest], [y for _, y in largest]
        centres[code] = ((min(xs) + max(xs)) // 2, (min(ys) + max(ys)) // 2)
    return shapes, centres


def _path(ring: list[tuple[int, int]]) -> str:
    """SVG path data in relative whole units, which weigh least."""
    (x, y), *others = ring
    steps = [f"M{x} {y}l"]
    for there in others:
        step = (there[0] - x, there[1] - y)
        if step != (0, 0):
            steps.append(f"{step[0]}{'' if step[1] < 0 else ' '}{step[1]} ")
            x, y = there
    return "".join(steps).strip() + "z"
