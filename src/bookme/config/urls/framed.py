"""What a business's own domain serves below `/embed/`. The steps come last: of two with a name, the last has it."""

from django.urls import URLResolver, include, path

from bookme.web.widget.frames import LanguageInPath, enter

handler400 = "bookme.web.errors.bad_request"
handler403 = "bookme.web.errors.forbidden"
handler404 = "bookme.web.errors.not_found"
handler500 = "bookme.web.errors.server_error"

urlpatterns = [
    path("", include("bookme.config.urls.business")),
    path("embed/", enter, name="frame"),
    URLResolver(LanguageInPath(), "bookme.web.urls_booking"),
]
