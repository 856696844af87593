"""From what is offered to what is booked: at the business's own address, and in a frame of another site."""

from django.urls import path

from bookme.web.booking.dates import choose_dates
from bookme.web.booking.details import enter_details
from bookme.web.booking.professional import choose_professional
from bookme.web.booking.service import choose_service
from bookme.web.booking.time import choose_time
from bookme.web.booking.where import choose_where
from bookme.web.classes.listing import class_list
from bookme.web.classes.session import book_class, book_course, class_card, class_session
from bookme.web.manage.again import book_again
from bookme.web.manage.show import booking_done
from bookme.web.waitlist.join import join_line, wait_for_class
from bookme.web.waitlist.place import waiting_place

urlpatterns = [
    path("book/", choose_service, name="book"),
    path("book/where/", choose_where, name="book-where"),
    path("book/professional/", choose_professional, name="book-professional"),
    path("book/time/", choose_time, name="book-time"),
    path("book/dates/", choose_dates, name="book-dates"),
    path("book/details/", enter_details, name="book-details"),
    path("book/done/<str:token>/", booking_done, name="book-done"),
    path("manage/<str:token>/again/", book_again, name="manage-again"),
    path("classes/", class_list, name="classes"),
    path("classes/<uuid:session_id>/", class_session, name="class-session"),
    path("classes/<uuid:session_id>/book/", book_class, name="book-class"),
    path("classes/<uuid:session_id>/course/", book_course, name="book-course"),
    path("classes/<uuid:session_id>/card.png", class_card, name="class-card"),
    path("classes/<uuid:session_id>/wait/", wait_for_class, name="wait-for-class"),
    path("waitlist/join/", join_line, name="waitlist-join"),
    path("waitlist/<str:token>/", waiting_place, name="waitlist-place"),
]
