from django.apps import AppConfig


class TeamConfig(AppConfig):
    name = "bookme.team"
    label = "team"
