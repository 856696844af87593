from django.apps import AppConfig


class CommunicationsConfig(AppConfig):
    name = "bookme.communications"
    label = "communications"
    verbose_name = "Messages"
