from django.apps import AppConfig


class BookingsConfig(AppConfig):
    name = "bookme.bookings"
    label = "bookings"
