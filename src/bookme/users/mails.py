"""The mails of accounts: what they are about, and how one is asked for. They are written by `communications`."""

import datetime as dt
from enum import StrEnum
from uuid import UUID

from bookme.core.ids import uuid7
from bookme.tenants.outbox import enqueue

SEND_ACCOUNT_MAIL_TASK = "communications.send_account_mail"


class AccountMail(StrEnum):
    """Each with the row that its `id` is of."""

    REQUEST = "request"  # AccountRequest: what it asks for, if there is an account for it
    NEW_ADDRESS = "new_address"  # EmailChange, to the new address: follow the link
    ADDRESS_CHANGED = "address_changed"  # EmailChange, to the former one: it is done, and how to undo it
    ADDRESS_UNDONE = "address_undone"  # EmailChange, to the new one: it is taken back
    PASSWORD_CHANGED = "password_changed"  # User  # noqa: S105
    TWO_FACTOR_ON = "two_factor_on"  # User
    TWO_FACTOR_OFF = "two_factor_off"  # User
    TWO_FACTOR_FORGOTTEN = "two_factor_forgotten"  # User: an operator took it away
    RECOVERY_CODE_USED = "recovery_code_used"  # User
    SOCIAL_ADDED = "social_added"  # SocialIdentity
    INVITATION = "invitation"  # Invitation, of the `team` app


def mail_account(*, mail: AccountMail, id: UUID, now: dt.datetime) -> None:  # noqa: A002
    """Have it written and sent after the commit, in the language of the person and the name of the current business."""
    mailing = str(uuid7())
    enqueue(
        task=SEND_ACCOUNT_MAIL_TASK,
        args={"mail": mail.value, "id": str(id), "mailing": mailing},
        key=f"account-mail:{mailing}",
        due_at=now,
        now=now,
    )
