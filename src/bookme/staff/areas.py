"""Who goes where. Pure: circles and a point in, weekdays and a distance out."""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from bookme.postcodes.distance import Point, distance_km


class Area(NamedTuple):
    """A circle, and the weekdays (Monday is 0) on which somebody goes there; none: all."""

    latitude: float
    longitude: float
    radius_km: float
    days: Collection[int]


class Reach(NamedTuple):
    """The weekdays on which somebody goes to a point, and how far the nearest area that has it is, in km.

    No days: they never go there. Without areas, that is so everywhere.
    """

    days: frozenset[int]
    distance: float | None


def reach(areas: Iterable[Area], point: Point) -> Reach:
    """Where these areas together lead to."""
    near = [
        (distance, area.days or range(7))
        for area in areas
        if (distance := distance_km(point, Point(area.latitude, area.longitude))) <= area.radius_km
    ]
    days = frozenset(day for _, days in near for day in days)
    return Reach(days, min((distance for distance, _ in near), default=None))
