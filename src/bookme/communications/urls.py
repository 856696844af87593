from django.urls import path

from bookme.communications.views.notifications import Notifications, OneNotification, SendAgain
from bookme.communications.views.wishes import OwnMessages, StaffMessages

urlpatterns = [
    path("customers/me/messages/", OwnMessages.as_view(), name="own-messages"),
    path("staff/me/messages/", StaffMessages.as_view(), name="staff-messages"),
    path("communications/notifications/", Notifications.as_view(), name="notifications"),
    path("communications/notifications/<uuid:notification_id>/", OneNotification.as_view(), name="notification"),
    path(
        "communications/notifications/<uuid:notification_id>/send-again/",
        SendAgain.as_view(),
        name="notification-send-again",
    ),
]
