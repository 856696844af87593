"""The pages on a business's own domain."""

from django.urls import path

from bookme.web.booking.professional import choose_professional
from bookme.web.booking.services import choose_service
from bookme.web.booking.time import choose_time
from bookme.web.home import business_home

urlpatterns = [
    path("", business_home, name="home"),
    path("book/", choose_service, name="book"),
    path("book/professional/", choose_professional, name="book-professional"),
    path("book/time/", choose_time, name="book-time"),
    path("book/details/", choose_time, name="book-details"),
    path("book/done/", choose_time, name="book-done"),
    path("classes/", choose_time, name="classes"),
    path("classes/book/", choose_time, name="book-class"),
]
