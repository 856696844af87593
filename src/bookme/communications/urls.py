from django.urls import path

from bookme.communications.views.notifications import Notifications, SendAgain

urlpatterns = [
    path("communications/notifications/", Notifications.as_view(), name="notifications"),
    path(
        "communications/notifications/<uuid:notification_id>/send-again/",
        SendAgain.as_view(),
        name="notification-send-again",
    ),
]
