from django.apps import AppConfig


class LocationsConfig(AppConfig):
    name = "bookme.locations"
    label = "locations"
