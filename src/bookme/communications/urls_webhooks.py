"""Where providers tell of messages, below `/webhooks/messages/` on the business's own domain (see `links.py`)."""

from django.urls import path

from bookme.communications.models import Provider
from bookme.communications.views.mail_providers import told_by_mail_provider
from bookme.communications.views.twilio import told_by_twilio, written_to_twilio

_BY_MAIL = (Provider.SENDGRID, Provider.MAILGUN, Provider.SES)

urlpatterns = [
    *(path(f"{each}/", told_by_mail_provider, {"provider": each}, name=f"{each}-callback") for each in _BY_MAIL),
    path("twilio/", written_to_twilio, name="twilio-inbound"),
    path("twilio/<uuid:notification_id>/<int:edition>/<str:channel>/", told_by_twilio, name="twilio-callback"),
]
