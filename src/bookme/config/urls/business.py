"""What a business's own domain serves."""

from django.urls import include, path

handler404 = "bookme.web.errors.not_found"
handler500 = "bookme.web.errors.server_error"

urlpatterns = [
    path("api/", include("bookme.config.urls.api")),
    path("", include("bookme.web.urls_business")),
]
