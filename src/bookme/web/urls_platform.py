"""The pages on the platform's own host."""

from django.urls import path

from bookme.web.platform import platform_home

urlpatterns = [
    path("", platform_home, name="platform-home"),
]
