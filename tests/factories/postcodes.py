"""Postcodes: in the middle of Manchester, unless said otherwise."""

import factory
from factory.django import DjangoModelFactory

from bookme.postcodes.models import Postcode


class PostcodeFactory(DjangoModelFactory[Postcode]):
    class Meta:
        model = Postcode

    code = factory.Sequence(lambda n: f"M{n}")
    latitude = 53.48
    longitude = -2.24
