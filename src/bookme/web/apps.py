from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "bookme.web"
    label = "web"
