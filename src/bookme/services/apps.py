from django.apps import AppConfig


class ServicesConfig(AppConfig):
    name = "bookme.services"
    label = "services"
