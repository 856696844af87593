from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    name = "bookme.privacy"
    label = "privacy"
