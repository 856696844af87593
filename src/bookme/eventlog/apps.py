from django.apps import AppConfig


class EventlogConfig(AppConfig):
    name = "bookme.eventlog"
    label = "eventlog"
    verbose_name = "History"
