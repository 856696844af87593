from django.apps import AppConfig


class PostcodesConfig(AppConfig):
    name = "bookme.postcodes"
    label = "postcodes"
