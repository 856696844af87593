from django.urls import path

from bookme.communications.views.channel_accounts import Accounts, MonthsSpending, OneAccount, TryAccount
from bookme.communications.views.notifications import Notifications, OneNotification, SendAgain
from bookme.communications.views.stopped import OneStoppedAddress, StoppedAddresses
from bookme.communications.views.templates import (
    OneTemplate,
    Preview,
    RestoreVersion,
    Templates,
    TemplateVersions,
    TestSend,
)
from bookme.communications.views.whatsapp import OneWhatsAppTemplate, RefreshWhatsAppTemplates, WhatsAppTemplates
from bookme.communications.views.wishes import OwnMessages, StaffMessages

_TEMPLATE = "communications/templates/<str:message>/<str:channel>/<str:language>/"
_WHATSAPP = "communications/whatsapp-templates/"

urlpatterns = [
    path("communications/accounts/", Accounts.as_view(), name="message-accounts"),
    path("communications/accounts/<str:channel>/", OneAccount.as_view(), name="message-account"),
    path("communications/accounts/<str:channel>/test/", TryAccount.as_view(), name="message-account-test"),
    path("customers/me/messages/", OwnMessages.as_view(), name="own-messages"),
    path("staff/me/messages/", StaffMessages.as_view(), name="staff-messages"),
    path("communications/notifications/", Notifications.as_view(), name="notifications"),
    path("communications/notifications/<uuid:notification_id>/", OneNotification.as_view(), name="notification"),
    path(
        "communications/notifications/<uuid:notification_id>/send-again/",
        SendAgain.as_view(),
        name="notification-send-again",
    ),
    path("communications/spending/", MonthsSpending.as_view(), name="message-spending"),
    path("communications/stopped/", StoppedAddresses.as_view(), name="stopped-addresses"),
    path("communications/stopped/<uuid:id>/", OneStoppedAddress.as_view(), name="stopped-address"),
    path("communications/templates/", Templates.as_view(), name="templates"),
    path(_TEMPLATE, OneTemplate.as_view(), name="template"),
    path(f"{_TEMPLATE}versions/", TemplateVersions.as_view(), name="template-versions"),
    path(f"{_TEMPLATE}restore/", RestoreVersion.as_view(), name="template-restore"),
    path("communications/preview/", Preview.as_view(), name="message-preview"),
    path("communications/preview/send/", TestSend.as_view(), name="message-test-send"),
    path(_WHATSAPP, WhatsAppTemplates.as_view(), name="whatsapp-templates"),
    path(f"{_WHATSAPP}refresh/", RefreshWhatsAppTemplates.as_view(), name="whatsapp-templates-refresh"),
    path(f"{_WHATSAPP}<uuid:id>/", OneWhatsAppTemplate.as_view(), name="whatsapp-template"),
]
