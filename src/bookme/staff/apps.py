from django.apps import AppConfig


class StaffConfig(AppConfig):
    name = "bookme.staff"
    label = "staff"
