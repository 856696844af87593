from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """The composition root: what follows what is wired when everything is loaded."""

    name = "bookme.config"
    label = "config"

    def ready(self) -> None:
        from bookme.config import celery, checks, cors, reactions, standing  # noqa: F401, PLC0415 - models must be loaded first
