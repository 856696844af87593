"""Points on the earth and how far apart they are. Pure."""

from math import asin, cos, radians, sin, sqrt
from typing import NamedTuple

EARTH_RADIUS_KM = 6371.0088  # mean radius, IUGG


class Point(NamedTuple):
    """Degrees north and east."""

    latitude: float
    longitude: float


def distance_km(one: Point, other: Point) -> float:
    """Along the great circle, by the haversine formula."""
    north, east = radians(other.latitude - one.latitude), radians(other.longitude - one.longitude)
    chord = sin(north / 2) ** 2 + cos(radians(one.latitude)) * cos(radians(other.latitude)) * sin(east / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(sqrt(min(chord, 1)))
