"""Signing in and out, accounts, and who belongs to a business.

What looks at a password is slow on purpose: it opens its short transaction by itself, and must not be called in one.
"""

from bookme.users.actions.accounts import (
    ask_to_register,
    ask_to_reset,
    ask_to_sign_in,
    change_password,
    forget_old_requests,
    registration_of,
    reset_password,
    update_profile,
    verified_account,
    verify_registration,
)
from bookme.users.actions.addresses import confirm_email, email_change_of, request_email, undo_email, undone_by
from bookme.users.actions.api_keys import MadeKey, admit_key, make_api_key, revoke_api_key
from bookme.users.actions.entering import (
    admit,
    forget_ended_sign_ins,
    open_sign_in,
    sign_in,
    sign_in_by_link,
    sign_out,
    sign_out_everywhere,
)
from bookme.users.actions.erasing import erase_account
from bookme.users.actions.members import (
    change_member,
    demand_to_reach,
    forget_unverified_password,
    is_last_owner,
    join,
    leave_team,
    lock_team,
    lock_team_as,
    refuse_beyond,
    remove_member,
)
from bookme.users.actions.operators import enter_business, make_operator, tell_of_account
from bookme.users.actions.passwords import (
    MAX_PASSWORD,
    demand_fresh,
    demand_good_password,
    demand_same_person,
    is_fresh,
)
from bookme.users.actions.refreshing import rotate_tokens, sign_out_by, token_pair
from bookme.users.actions.social import (
    add_confirmed,
    add_provider,
    ask_to_confirm,
    note_stop,
    remove_provider,
    sign_in_by_provider,
)
from bookme.users.actions.two_factor import (
    begin_two_factor,
    confirm_two_factor,
    forget_two_factor,
    pass_second_factor,
    remake_recovery_codes,
    turn_off_two_factor,
)

__all__ = [
    "MAX_PASSWORD",
    "MadeKey",
    "add_confirmed",
    "add_provider",
    "admit",
    "admit_key",
    "ask_to_confirm",
    "ask_to_register",
    "ask_to_reset",
    "ask_to_sign_in",
    "begin_two_factor",
    "change_member",
    "change_password",
    "confirm_email",
    "confirm_two_factor",
    "demand_fresh",
    "demand_good_password",
    "demand_same_person",
    "demand_to_reach",
    "email_change_of",
    "enter_business",
    "erase_account",
    "forget_ended_sign_ins",
    "forget_old_requests",
    "forget_two_factor",
    "forget_unverified_password",
    "is_fresh",
    "is_last_owner",
    "join",
    "leave_team",
    "lock_team",
    "lock_team_as",
    "make_api_key",
    "make_operator",
    "note_stop",
    "open_sign_in",
    "pass_second_factor",
    "refuse_beyond",
    "registration_of",
    "remake_recovery_codes",
    "remove_member",
    "remove_provider",
    "request_email",
    "reset_password",
    "revoke_api_key",
    "rotate_tokens",
    "sign_in",
    "sign_in_by_link",
    "sign_in_by_provider",
    "sign_out",
    "sign_out_by",
    "sign_out_everywhere",
    "tell_of_account",
    "token_pair",
    "turn_off_two_factor",
    "undo_email",
    "undone_by",
    "update_profile",
    "verified_account",
    "verify_registration",
]
