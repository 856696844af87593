"""Which fields each kind of caller reads: of one row, and of the rows of a list.

`all` is for everybody whom the matrix answers, `team` for the team besides: members of it, operators and keys; `config`
for those of them who may change the settings.
"""

TEAM = frozenset({"staff", "place", "calendar", "manager", "owner", "operator", "key"})
GROUPS = {"team": TEAM, "config": frozenset({"owner", "operator", "key"})}

_SHAPES: tuple[tuple[tuple[str, ...], dict[str, str]], ...] = (
    (
        ("GET auth/2fa/",),
        {
            "all": "is_demanded is_on recovery_codes_left since",
        },
    ),
    (
        ("GET auth/businesses/",),
        {
            "all": "id name role slug url",
        },
    ),
    (
        ("GET auth/me/",),
        {
            "all": (
                "all_customers email email_verified has_password id kind language location_ids name permissions "
                "phone role staff_ids tenant timezone two_factor two_factor_required"
            ),
        },
    ),
    (
        ("GET auth/sign-ins/",),
        {
            "all": "address agent created_at current expires_at id kind used_at",
        },
    ),
    (
        (
            "GET api-keys/",
            "GET api-keys/{key}/",
        ),
        {
            "all": "created_at created_by expires_at id last_used_at name permissions prefix revoked_at",
        },
    ),
    (
        ("GET audit/",),
        {
            "all": "actor address agent changes id name occurred_at subject text topic",
        },
    ),
    (
        ("GET events/",),
        {
            "all": "actor id name occurred_at payload position subject",
        },
    ),
    (
        ("GET config/",),
        {
            "all": (
                "branding cancellation_text consents contact country currency features kind language languages legal "
                "name policies questions slug tax timezone version"
            ),
            "config": "allowed_origins invoices messages reminders team",
        },
    ),
    (
        (
            "GET domains/",
            "GET platform/tenants/{tenant}/domains/",
        ),
        {
            "all": "checked_at detail domain file is_primary reason record verified_at",
        },
    ),
    (
        (
            "GET invitations/",
            "GET invitations/{invitation}/",
        ),
        {
            "all": (
                "created_at customer_scope denied email expires_at id invited_by language location_ids name "
                "permissions role sent_at staff staff_ids status"
            ),
        },
    ),
    (
        (
            "GET members/",
            "GET members/{member}/",
        ),
        {
            "all": (
                "customer_scope denied email id joined_at last_seen location_ids name permissions role staff "
                "staff_ids two_factor user"
            ),
        },
    ),
    (
        (
            "GET closures/",
            "GET closures/{closure}/",
        ),
        {
            "all": "ends_at from id location name starts_at to",
        },
    ),
    (
        (
            "GET locations/",
            "GET locations/{location}/",
        ),
        {
            "all": (
                "address_line1 address_line2 city country county id is_active key latitude longitude name online "
                "phone position postcode slug timezone"
            ),
            "team": "meeting_url translations",
        },
    ),
    (
        ("GET locations/{location}/opening-hours/",),
        {
            "all": "end id on_date start weekday",
        },
    ),
    (
        (
            "GET resources/",
            "GET resources/{resource}/",
        ),
        {
            "all": "id is_active key kind location name position",
            "team": "translations",
        },
    ),
    (
        (
            "GET extras/",
            "GET extras/{extra}/",
        ),
        {
            "all": "currency description duration_minutes id is_active key name position price services",
            "team": "translations",
        },
    ),
    (
        (
            "GET questions/",
            "GET questions/{question}/",
        ),
        {
            "all": (
                "choice_labels choices help_text id is_active key kind label maximum minimum position required services"
            ),
            "team": "translations",
        },
    ),
    (
        (
            "GET service-categories/",
            "GET service-categories/{category}/",
        ),
        {
            "all": "description id is_active key name position slug",
            "team": "metadata translations",
        },
    ),
    (
        (
            "GET services/",
            "GET services/{service}/",
        ),
        {
            "all": (
                "bookable_dates bookable_hours capacity category color course currency description duration_minutes "
                "extras id is_active key kind locations min_to_run name padding_after_minutes "
                "padding_before_minutes position price requires slug staff_needed tags"
            ),
            "team": "metadata policy translations",
        },
    ),
    (
        ("GET services/by-postcode/",),
        {
            "all": (
                "bookable_dates bookable_hours capacity category color course currency description duration_minutes "
                "extras id is_active key kind locations min_to_run name padding_after_minutes "
                "padding_before_minutes position price requires slug staff_needed tags"
            ),
        },
    ),
    (
        ("GET services/{service}/staff/",),
        {
            "all": (
                "color currency duration_minutes id is_active key name own_duration_minutes own_price price slug title"
            ),
        },
    ),
    (
        ("GET calendar/busy/",),
        {
            "all": "busy staff timezone",
        },
    ),
    (
        (
            "GET staff/",
            "GET staff/{staff}/",
        ),
        {
            "all": "bio color id is_active key name position services slug title",
            "team": "email metadata phone translations user_id",
        },
    ),
    (
        ("GET staff/by-postcode/",),
        {
            "all": "bio color days distance_km id key name position services slug title",
        },
    ),
    (
        ("GET staff/{staff}/areas/",),
        {
            "all": "days id postcode radius_km",
            "team": "latitude longitude",
        },
    ),
    (
        ("GET staff/{staff}/services/",),
        {
            "all": "currency duration_minutes is_active name own_duration_minutes own_price price service",
        },
    ),
    (
        ("GET staff/{staff}/time-off/",),
        {
            "all": "ends_at from id reason starts_at to",
        },
    ),
    (
        ("GET staff/{staff}/working-hours/",),
        {
            "all": "breaks end id location on_date start weekday",
        },
    ),
    (
        (
            "GET customers/",
            "GET customers/{customer}/",
        ),
        {
            "all": (
                "addresses channels consents created_at email id is_active language metadata name notes phone "
                "tags timezone user_id"
            ),
        },
    ),
    (
        ("GET customers/me/",),
        {
            "all": "addresses channels consents email id language marketing_consent name phone timezone",
        },
    ),
    (
        (
            "GET customers/me/messages/",
            "GET staff/me/messages/",
        ),
        {
            "all": "wanted",
        },
    ),
    (
        ("GET customers/me/appointments/",),
        {
            "all": (
                "created_at currency end extras fee hold_expires_at id location location_name may party_size "
                "payment_due price reference service service_name session staff staff_name start status timezone "
                "version visit"
            ),
        },
    ),
    (
        ("GET customers/me/export/",),
        {
            "all": (
                "account account_requests address_changes addresses bookings business consents customers events "
                "exported_at invitations last_written membership message_tries messages operator_changes series "
                "sign_ins social_identities stopped_addresses unwanted_messages visits waitlist"
            ),
        },
    ),
    (
        (
            "GET bookings/",
            "GET bookings/{booking}/",
        ),
        {
            "all": (
                "address answers cancellation contact created_at currency end extras fee helpers hold_expires_at "
                "id location location_name notes party_size payment_due price reference reschedule service "
                "service_name session staff staff_name start status times_moved timezone version visit"
            ),
            "team": "cancel_reason cancelled_by customer internal_notes overbooked source",
        },
    ),
    (
        ("GET bookings/available-slots/",),
        {
            "all": "cancellation_text days service timezone",
        },
    ),
    (
        ("GET bookings/explain-slot/",),
        {
            "all": "causes offered start",
        },
    ),
    (
        ("GET bookings/{booking}/events/",),
        {
            "all": "actor id name occurred_at payload text",
        },
    ),
    (
        ("GET courses/{course}/",),
        {
            "all": "can_join currency dates_left id price seats_left service service_name sessions single_dates",
        },
    ),
    (
        ("GET series/{series}/",),
        {
            "all": "id rule visits",
        },
    ),
    (
        ("GET visits/available-slots/",),
        {
            "all": "cancellation_text days services timezone",
        },
    ),
    (
        ("GET visits/{visit}/",),
        {
            "all": (
                "address answers bookings cancellation contact currency end id notes payment_due price reference "
                "reschedule series start"
            ),
        },
    ),
    (
        (
            "GET sessions/",
            "GET sessions/{session}/",
        ),
        {
            "all": (
                "cancellation_text capacity course currency decide_at end id is_sure location location_name min_to_run "
                "price seats_left service service_name staff staff_name start version"
            ),
        },
    ),
    (
        (
            "GET waitlist/",
            "GET waitlist/{waiting}/",
        ),
        {
            "all": (
                "address answers contact created_at date extras id location notes offer party_size position "
                "service service_name session staff start status text"
            ),
            "team": "customer source",
        },
    ),
    (
        (
            "GET communications/accounts/",
            "GET communications/accounts/{channel}/",
        ),
        {"all": "account carried_by channel is_on unreachable_since"},
    ),
    (("GET communications/spending/",), {"all": "cap currency month spent"}),
    (("GET communications/stopped/",), {"all": "address channel created_at id notification reason"}),
    (
        ("GET communications/notifications/",),
        {
            "all": (
                "attempts audience booking bookings channel created_at due_at error id kind language reason sent_at "
                "status subject text to visit"
            ),
        },
    ),
    (
        ("GET communications/notifications/{notification}/",),
        {
            "all": (
                "attempts audience booking bookings channel cost created_at due_at ended_at error id kind language "
                "reason segments sent_at status subject text to tries visit"
            ),
        },
    ),
    (
        (
            "GET communications/whatsapp-templates/",
            "GET communications/whatsapp-templates/{whatsapp_template}/",
        ),
        {
            "all": "content_id created_at id language name state updated_at variables",
        },
    ),
    (
        ("GET communications/templates/",),
        {
            "all": ("audience category changed_at changed_by channel is_off is_own kind language message version"),
        },
    ),
    (
        ("GET communications/templates/{message}/{channel}/{language}/",),
        {
            "all": (
                "audience built_in category changed_at changed_by channel is_off is_own kind language message texts "
                "variables version"
            ),
        },
    ),
    (
        ("GET communications/templates/{message}/{channel}/{language}/versions/",),
        {
            "all": "body created_at heading is_current made_by subject version",
        },
    ),
    (
        (
            "GET platform/tenants/",
            "GET platform/tenants/by-slug/{slug}/",
            "GET platform/tenants/{tenant}/",
        ),
        {
            "all": "created_at domains id kind name owner slug status team_url url",
        },
    ),
)
SHAPES = {operation: shape for operations, shape in _SHAPES for operation in operations}
NO_ROWS = {("GET auth/businesses/", "operator")}  # they are a member of none


def fields_for(operation: str, caller: str) -> set[str]:
    """Which they read of what they are told of."""
    if (operation, caller) in NO_ROWS:
        return set()
    shape = SHAPES[operation]
    groups = ["all", *(name for name, callers in GROUPS.items() if caller in callers)]
    return {name for each in groups for name in shape.get(each, "").split()}
