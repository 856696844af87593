"""Below `/team/`."""

from django.urls import path

from bookme.web.messages import accounts, sent, settings, stopped, texts, whatsapp
from bookme.web.people.joining import invitation_page
from bookme.web.people.listing import invitation_step, people_page
from bookme.web.people.person import give_person_calendar, person_page, remove_person
from bookme.web.people.switching import continue_here, switch_business
from bookme.web.social import beginning, finishing
from bookme.web.team import (
    audit,
    away,
    booking,
    classes,
    hours,
    keys,
    lists,
    move,
    own_messages,
    prices,
    publishing,
    session,
    sign_in,
    steps,
    waitlist,
)
from bookme.web.team.agenda import agenda
from bookme.web.team.brought import BOOKINGS, CUSTOMERS
from bookme.web.team.domains import check_now, domains_page
from bookme.web.team.move_visit import move_visit
from bookme.web.team.new import choose_service, choose_time, enter_customer
from bookme.web.team.repeat import choose_repeat
from bookme.web.team.requests import request_list
from bookme.web.team.taking_over import example_file, take_over
from bookme.web.team.website import website_page
from bookme.web.two_factor import own
from bookme.web.two_factor.entering import give_code

urlpatterns = [
    path("", agenda, name="team-agenda"),
    path("sign-in/", sign_in.team_sign_in, name="team-sign-in"),
    path("sign-in/code/", give_code, {"door": "team"}, name="team-code"),
    path("security/two-factor/", own.state, {"door": "team"}, name="team-two-factor"),
    path("security/two-factor/setup/", own.set_up, {"door": "team"}, name="team-two-factor-set-up"),
    path("security/two-factor/recovery-codes/", own.recovery_codes, {"door": "team"}, name="team-recovery-codes"),
    path("security/two-factor/off/", own.turn_off, {"door": "team"}, name="team-two-factor-off"),
    path("sign-in/finish/", finishing.finish, {"door": "team"}, name="team-social-finish"),
    path("sign-in/<slug:provider>/", beginning.begin, {"door": "team"}, name="team-social"),
    path("sign-out/", sign_in.team_sign_out, name="team-sign-out"),
    path("people/", people_page, name="team-people"),
    path("people/<uuid:member_id>/", person_page, name="team-person"),
    path("people/<uuid:member_id>/calendar/", give_person_calendar, name="team-person-calendar"),
    path("people/<uuid:member_id>/remove/", remove_person, name="team-person-remove"),
    path("people/invitations/<uuid:invitation_id>/<slug:step>/", invitation_step, name="team-invitation-step"),
    path("invitation/<str:token>/", invitation_page, name="team-invitation"),
    path("switch/", switch_business, name="team-switch"),
    path("continue/<str:token>/", continue_here, name="team-continue"),
    path("requests/", request_list, name="team-requests"),
    path("bookings/<uuid:booking_id>/", booking.booking_page, name="team-booking"),
    path("bookings/<uuid:booking_id>/notes/", booking.save_notes, name="team-notes"),
    path("bookings/<uuid:booking_id>/end/", booking.change_end, name="team-end"),
    path("bookings/<uuid:booking_id>/move/", move.move_booking, name="team-move"),
    path("bookings/<uuid:booking_id>/move-visit/", move_visit, name="team-move-visit"),
    path("bookings/<uuid:booking_id>/<slug:step>/", steps.take_step, name="team-step"),
    path("new/", choose_service, name="team-new"),
    path("new/time/", choose_time, name="team-new-time"),
    path("new/repeat/", choose_repeat, name="team-new-repeat"),
    path("new/customer/", enter_customer, name="team-new-customer"),
    path("classes/", classes.class_day, name="team-classes"),
    path("classes/new/", publishing.publish_class, name="team-publish"),
    path("classes/<uuid:session_id>/", session.session_page, name="team-session"),
    path("classes/<uuid:session_id>/cancel/", session.call_off_session, name="team-session-cancel"),
    path("waitlist/", waitlist.waitlist_page, name="team-waitlist"),
    path("waitlist/<uuid:entry_id>/<slug:step>/", waitlist.take_waitlist_step, name="team-waitlist-step"),
    path("away/", away.away_list, name="team-away"),
    path("away/closure/", away.add_closure_page, name="team-closure-add"),
    path("away/closure/<uuid:closure_id>/remove/", away.remove_closure_page, name="team-closure-remove"),
    path("away/time-off/", away.add_time_off_page, name="team-time-off-add"),
    path("away/time-off/<uuid:time_off_id>/remove/", away.remove_time_off_page, name="team-time-off-remove"),
    path("lists/", lists.lists_page, name="team-lists"),
    path("lists/export/", lists.download_bookings, name="team-export"),
    path("lists/bookings/", take_over, {"kind": BOOKINGS}, name="team-bookings-import"),
    path("lists/bookings/example.csv", example_file, {"kind": BOOKINGS}, name="team-bookings-example"),
    path("lists/customers/", take_over, {"kind": CUSTOMERS}, name="team-customers-import"),
    path("lists/customers/example.csv", example_file, {"kind": CUSTOMERS}, name="team-customers-example"),
    path("messages/", sent.sent_page, name="team-messages"),
    path("messages/settings/", settings.message_settings, name="team-message-settings"),
    path("messages/settings/<slug:part>/", settings.change_message_settings, name="team-message-settings-part"),
    path("messages/accounts/", accounts.accounts_page, name="team-message-accounts"),
    path("messages/accounts/<slug:channel>/", accounts.account_page, name="team-message-account"),
    path("messages/accounts/<slug:channel>/try/", accounts.try_account_page, name="team-message-account-try"),
    path("messages/accounts/<slug:channel>/remove/", accounts.remove_account_page, name="team-message-account-remove"),
    path("messages/stopped/", stopped.stopped_page, name="team-message-stopped"),
    path("messages/stopped/<uuid:stopped_id>/allow/", stopped.allow_again, name="team-message-allow"),
    path("messages/whatsapp/", whatsapp.whatsapp_page, name="team-message-whatsapp"),
    path("messages/whatsapp/refresh/", whatsapp.refresh_whatsapp, name="team-message-whatsapp-refresh"),
    path("messages/whatsapp/<uuid:template_id>/", whatsapp.whatsapp_text, name="team-message-whatsapp-text"),
    path("messages/whatsapp/<uuid:template_id>/remove/", whatsapp.remove_whatsapp, name="team-message-whatsapp-remove"),
    path("messages/texts/", texts.texts_page, name="team-message-texts"),
    path("messages/texts/<str:message>/<slug:channel>/<slug:language>/", texts.text_page, name="team-message-text"),
    path(
        "messages/texts/<str:message>/<slug:channel>/<slug:language>/preview/",
        texts.text_preview,
        name="team-message-text-preview",
    ),
    path(
        "messages/texts/<str:message>/<slug:channel>/<slug:language>/count/",
        texts.text_count,
        name="team-message-text-count",
    ),
    path(
        "messages/texts/<str:message>/<slug:channel>/<slug:language>/change/",
        texts.change_text,
        name="team-message-text-change",
    ),
    path("messages/<uuid:notification_id>/", sent.message_page, name="team-message"),
    path("messages/<uuid:notification_id>/send-again/", sent.send_message_again, name="team-message-again"),
    path("prices/", prices.price_list, name="team-services"),
    path("prices/<uuid:service_id>/", prices.edit_price, name="team-service"),
    path("keys/", keys.key_list, name="team-keys"),
    path("keys/new/", keys.make_key_page, name="team-key-new"),
    path("keys/<uuid:key_id>/revoke/", keys.revoke_key_page, name="team-key-revoke"),
    path("security/", audit.audit_page, name="team-security"),
    path("hours/", hours.hours_list, name="team-hours"),
    path("hours/<uuid:staff_id>/", hours.edit_hours, name="team-hours-of"),
    path("my-messages/", own_messages.own_messages_page, name="team-own-messages"),
    path("website/", website_page, name="team-website"),
    path("domains/", domains_page, name="team-domains"),
    path("domains/<uuid:domain_id>/check/", check_now, name="team-domain-check"),
]
