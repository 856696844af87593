"""The pages on a business's own domain."""

from django.urls import include, path

from bookme.web.account import links, security
from bookme.web.account.register import customer_register, customer_verify
from bookme.web.account.sign_in import customer_sign_in, customer_sign_out
from bookme.web.guide.page import style_guide
from bookme.web.manage.cancel import manage_cancel
from bookme.web.manage.move import manage_move
from bookme.web.manage.show import calendar_entry, manage
from bookme.web.people.leaving import leave_page, left_page
from bookme.web.portal.home import account_home
from bookme.web.portal.own_data import account_erase, account_erased, account_export
from bookme.web.portal.profile import account_news, account_profile
from bookme.web.site import installing, legal
from bookme.web.site.discovery import robots, sitemap
from bookme.web.site.home import business_home
from bookme.web.site.pictures import ICON_SIZES
from bookme.web.social import adding, beginning, finishing
from bookme.web.two_factor import own
from bookme.web.two_factor.entering import give_code
from bookme.web.unsubscribe import unsubscribe_page
from bookme.web.waitlist.place import waiting_place
from bookme.web.widget.script import embed_script

urlpatterns = [
    path("", business_home, name="home"),
    path("robots.txt", robots, name="robots"),
    path("sitemap.xml", sitemap, name="sitemap"),
    path("manifest.webmanifest", installing.manifest, name="manifest"),
    *(path(f"icon-{size}.png", installing.icon, {"size": size}, name=f"icon-{size}") for size in ICON_SIZES),
    path("card.png", installing.card, name="social-card"),
    path("worker.js", installing.service_worker, name="service-worker"),
    path("offline/", installing.offline, name="offline"),
    path("ui/", style_guide, name="style-guide"),
    path("privacy/", legal.privacy, name="privacy"),
    path("terms/", legal.terms, name="terms"),
    path("team/", include("bookme.web.team.urls")),
    path("embed.js", embed_script, name="embed-script"),
    path("", include("bookme.web.urls_booking")),
    # By their short addresses messages lead to them: every character of an SMS counts.
    path("m/<str:token>/", manage),
    path("w/<str:token>/", waiting_place),
    path("manage/<str:token>/", manage, name="manage"),
    path("manage/<str:token>/cancel/", manage_cancel, name="manage-cancel"),
    path("manage/<str:token>/move/", manage_move, name="manage-move"),
    path("manage/<str:token>/booking.ics", calendar_entry, name="manage-calendar"),
    path("unsubscribe/<str:token>/", unsubscribe_page, name="unsubscribe"),
    path("account/", account_home, name="account-home"),
    path("account/profile/", account_profile, name="account-profile"),
    path("account/news/", account_news, name="account-news"),
    path("account/export/", account_export, name="account-export"),
    path("account/leave-team/", leave_page, name="account-leave-team"),
    path("account/left/", left_page, name="account-left"),
    path("account/erase/", account_erase, name="account-erase"),
    path("account/erased/", account_erased, name="account-erased"),
    path("account/sign-in/", customer_sign_in, name="account-sign-in"),
    path("account/sign-in/code/", give_code, {"door": "account"}, name="account-code"),
    path("account/security/two-factor/", own.state, {"door": "account"}, name="account-two-factor"),
    path("account/security/two-factor/setup/", own.set_up, {"door": "account"}),
    path("account/security/two-factor/recovery-codes/", own.recovery_codes, {"door": "account"}),
    path("account/security/two-factor/off/", own.turn_off, {"door": "account"}),
    path("account/social/finish/", finishing.finish, {"door": "account"}, name="account-social-finish"),
    path("account/social/<slug:provider>/", beginning.begin, {"door": "account"}, name="account-social"),
    path("account/register/", customer_register, name="account-register"),
    path("account/verify/<str:token>/", customer_verify, name="account-verify"),
    path("account/link/", links.ask_for_link, name="account-ask-link"),
    path("account/link/<str:token>/", links.follow_link, name="account-link"),
    path("account/reset/", links.ask_for_reset, name="account-ask-reset"),
    path("account/reset/<str:token>/", links.follow_reset, name="account-reset"),
    path("account/email/<str:token>/", links.follow_new_address, name="account-new-address"),
    path("account/email-undo/<str:token>/", links.undo_address, name="account-undo-address"),
    path("account/security/", security.account_security, name="account-security"),
    path("account/security/password/", security.new_password, name="account-password"),
    path("account/security/email/", security.new_address, name="account-email"),
    path("account/security/sign-ins/", security.end_all_sign_ins, name="account-end-sign-ins"),
    path("account/security/sign-ins/<uuid:sign_in_id>/", security.end_sign_in, name="account-end-sign-in"),
    path("account/security/social/<uuid:identity_id>/remove/", adding.remove, name="account-social-remove"),
    path("account/security/social/<slug:provider>/", adding.add, name="account-social-add"),
    path("account/sign-out/", customer_sign_out, name="account-sign-out"),
]
