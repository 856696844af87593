"""The pages on the platform's own host."""

from django.urls import path

from bookme.web.account import links
from bookme.web.guide.page import style_guide
from bookme.web.mailbox import mailbox, mailbox_answer, mailbox_file, mailbox_html, mailbox_message
from bookme.web.platform import platform_home
from bookme.web.social import platform as social
from bookme.web.two_factor import own
from bookme.web.two_factor.entering import give_code

urlpatterns = [
    path("", platform_home, name="platform-home"),
    path("sign-in/code/", give_code, {"door": "operator"}, name="operator-code"),
    path("security/two-factor/", own.state, {"door": "operator"}, name="operator-two-factor"),
    path("security/two-factor/setup/", own.set_up, {"door": "operator"}),
    path("security/two-factor/recovery-codes/", own.recovery_codes, {"door": "operator"}),
    path("security/two-factor/off/", own.turn_off, {"door": "operator"}),
    path("account/reset/", links.ask_for_reset, name="account-ask-reset"),
    path("account/reset/<str:token>/", links.follow_reset, name="account-reset"),
    path("account/email/<str:token>/", links.follow_new_address, name="account-new-address"),
    path("account/email-undo/<str:token>/", links.undo_address, name="account-undo-address"),
    path("social/<slug:provider>/start/", social.start, name="social-start"),
    path("social/<slug:provider>/callback/", social.callback, name="social-callback"),
    path("ui/", style_guide, name="style-guide"),
    path("mailbox/", mailbox, name="mailbox"),
    path("mailbox/<str:name>/", mailbox_message, name="mailbox-message"),
    path("mailbox/<str:name>/answer/", mailbox_answer, name="mailbox-answer"),
    path("mailbox/<str:name>/html/", mailbox_html, name="mailbox-html"),
    path("mailbox/<str:name>/files/<int:number>/", mailbox_file, name="mailbox-file"),
]
