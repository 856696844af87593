from django.urls import path

from bookme.bookings.views import bookings, exports, openings, steps, waitlist

urlpatterns = [
    path("bookings/", bookings.BookingsView.as_view(), name="bookings"),
    path("bookings/available-slots/", openings.AvailableSlotsView.as_view(), name="available-slots"),
    path("bookings/explain-slot/", openings.ExplainSlotView.as_view(), name="explain-slot"),
    path("bookings/export/", exports.BookingExportView.as_view(), name="bookings-export"),
    path("bookings/<uuid:booking_id>/", bookings.OneBookingView.as_view(), name="booking"),
    path("bookings/<uuid:booking_id>/events/", bookings.BookingEventsView.as_view(), name="booking-events"),
    path("bookings/<uuid:booking_id>/confirm/", steps.ConfirmView.as_view(), name="booking-confirm"),
    path("bookings/<uuid:booking_id>/decline/", steps.DeclineView.as_view(), name="booking-decline"),
    path("bookings/<uuid:booking_id>/cancel/", steps.CancelView.as_view(), name="booking-cancel"),
    path("bookings/<uuid:booking_id>/reschedule/", steps.RescheduleView.as_view(), name="booking-reschedule"),
    path("bookings/<uuid:booking_id>/arrive/", steps.ArriveView.as_view(), name="booking-arrive"),
    path("bookings/<uuid:booking_id>/complete/", steps.CompleteView.as_view(), name="booking-complete"),
    path("bookings/<uuid:booking_id>/no-show/", steps.NoShowView.as_view(), name="booking-no-show"),
    path("bookings/<uuid:booking_id>/undo/", steps.UndoView.as_view(), name="booking-undo"),
    path("sessions/", openings.SessionsView.as_view(), name="sessions"),
    path("sessions/<uuid:session_id>/", openings.SessionView.as_view(), name="session"),
    path("waitlist/", waitlist.WaitlistView.as_view(), name="waitlist"),
    path("waitlist/<uuid:entry_id>/", waitlist.OneWaitingView.as_view(), name="waiting"),
    path("waitlist/<uuid:entry_id>/accept/", waitlist.AcceptView.as_view(), name="waitlist-accept"),
    path("waitlist/<uuid:entry_id>/decline/", waitlist.DeclineOfferView.as_view(), name="waitlist-decline"),
    path("waitlist/<uuid:entry_id>/leave/", waitlist.LeaveView.as_view(), name="waitlist-leave"),
    path("waitlist/<uuid:entry_id>/offer/", waitlist.OfferView.as_view(), name="waitlist-offer"),
    path("waitlist/<uuid:entry_id>/remove/", waitlist.RemoveView.as_view(), name="waitlist-remove"),
]
