"""The map of the provinces on the home page, drawn on the server as SVG paths.

Boundaries: OCHA common operational dataset COD-AB-LAO, 2019, simplified (provinces.geojson).
"""

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from iomlaos.office.models import Place
from programmes.models import Programme

PROVINCES = Path(__file__).with_name("provinces.geojson")
#: The edges of the drawing in degrees, with room for labels.
WEST, EAST, SOUTH, NORTH = 99.9, 107.9, 13.8, 22.6
#: About one unit a pixel at its widest.
UNITS_A_DEGREE = 60
STRETCH = math.cos(math.radians(18))
WIDTH = round((EAST - WEST) * STRETCH * UNITS_A_DEGREE)
HEIGHT = round((NORTH - SOUTH) * UNITS_A_DEGREE)
#: From the middle of a pin to its label.
LABEL_OFFSET = 22
#: The slugs of the two ends of the Boten–Vientiane railway.
RAILWAY = ("boten", "vientiane")


@dataclass(frozen=True)
class MapKey:
    """A programme with its places, and the number of its pins; None where no place of it is on the map."""

    programme: Programme
    places: list[Place]
    number: int | None


@dataclass(frozen=True)
class MapPin:
    """A place on the map with the programme that it belongs to."""

    key: MapKey
    name: str
    x: int
    y: int
    label_x: int
    label_y: int
    #: SVG's text-anchor.
    label_anchor: str


def draw_map(places_by_programme: Iterable[tuple[Programme, list[Place]]]) -> dict[str, Any]:
    """What the template draws: paths of provinces with and without a place, pins, the railway's ends, a key.

    A place that several programmes name gets the pin of the first. Places with neither a position nor a
    province are in the key alone.
    """
    paths, _centres = _provinces()
    keys: list[MapKey] = []
    pins: dict[str, MapPin] = {}
    number = 0
    for programme, places in places_by_programme:
        is_on_map = any(_position(place) for place in places)
        number += is_on_map
        key = MapKey(programme, places, number if is_on_map else None)
        keys.append(key)
        for place in places:
            if _position(place) and place.slug not in pins:
                pins[place.slug] = _pin(key, place)
    codes = {place.iso_code for key in keys for place in key.places} & paths.keys()
    ends = [pins.get(slug) for slug in RAILWAY]
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "neutral": "".join(path for code, path in paths.items() if code not in codes),
        "named": "".join(paths[code] for code in sorted(codes)),
        "pins": list(pins.values()),
        "railway": ends if all(ends) else None,
        "keys": sorted(keys, key=lambda key: key.number is None),
    }


def _position(place: Place) -> tuple[int, int] | None:
    """On the drawing: its own position, else the middle of its province."""
    if place.latitude is not None:
        return _project(float(place.longitude), float(place.latitude))
    return _provinces()[1].get(place.iso_code)


def _pin(key: MapKey, place: Place) -> MapPin:
    x, y = _position(place)
    if place.latitude is None:
        return MapPin(key, place.name, x, y, x, y - LABEL_OFFSET, "middle")
    # West of the country's middle there is room on the right, and the other way round.
    offset, anchor = (-LABEL_OFFSET, "end") if place.iso_code else (LABEL_OFFSET, "start")
    return MapPin(key, place.name, x, y, x + offset, y, anchor)


def _project(longitude: float, latitude: float) -> tuple[int, int]:
    x = (longitude - WEST) * STRETCH * UNITS_A_DEGREE
    return round(x), round((NORTH - latitude) * UNITS_A_DEGREE)


@cache
def _provinces() -> tuple[dict[str, str], dict[str, tuple[int, int]]]:
    """By ISO 3166-2 code: the path of each province, and the middle of its largest ring."""
    paths, centres = {}, {}
    for feature in json.loads(PROVINCES.read_text(encoding="utf-8"))["features"]:
        geometry = feature["geometry"]
        is_single = geometry["type"] == "Polygon"
        polygons = [geometry["coordinates"]] if is_single else geometry["coordinates"]
        rings = [[_project(*point) for point in ring] for polygon in polygons for ring in polygon]
        code = feature["properties"]["iso"]
        paths[code] = "".join(_path(ring) for ring in rings)
        largest = max(rings, key=len)
        xs, ys = [x for x, _ in largest], [y for _, y in largest]
        centres[code] = ((min(xs) + max(xs)) // 2, (min(ys) + max(ys)) // 2)
    return paths, centres


def _path(ring: list[tuple[int, int]]) -> str:
    """SVG path data in relative whole units, the shortest form."""
    (x, y), *points = ring
    steps = [f"M{x} {y}l"]
    for next_x, next_y in points:
        if (next_x, next_y) != (x, y):
            steps.append(f"{next_x - x}{'' if next_y < y else ' '}{next_y - y} ")
            x, y = next_x, next_y
    return "".join(steps).strip() + "z"
