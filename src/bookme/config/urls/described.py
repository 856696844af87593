"""What the description on the platform's own host is made of: the API of a business, and that of operators."""

from django.urls import include, path

from bookme.config.urls.api import V1
from bookme.onboarding.urls import operator_urlpatterns

urlpatterns = [
    path("api/v1/", include([*(path("", include(module)) for module in V1), *operator_urlpatterns])),
]
