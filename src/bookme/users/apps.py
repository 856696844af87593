from django.apps import AppConfig


class UsersConfig(AppConfig):
    name = "bookme.users"
    label = "users"
