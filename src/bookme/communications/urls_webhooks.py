"""Where providers tell of messages, below `/webhooks/messages/` on the business's own domain (see `links.py`)."""

from django.urls import path

from bookme.communications.views.twilio import told_by_twilio, written_to_twilio

urlpatterns = [
    path("twilio/", written_to_twilio, name="twilio-inbound"),
    path("twilio/<uuid:notification_id>/<int:edition>/<str:channel>/", told_by_twilio, name="twilio-callback"),
]
