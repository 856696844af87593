"""What a business's own domain serves."""

from django.urls import include, path

handler400 = "bookme.web.errors.bad_request"
handler403 = "bookme.web.errors.forbidden"
handler404 = "bookme.web.errors.not_found"
handler500 = "bookme.web.errors.server_error"

urlpatterns = [
    path("api/", include("bookme.config.urls.api")),
    path("webhooks/messages/", include("bookme.communications.urls_webhooks")),
    path("", include("bookme.web.urls_business")),
]
