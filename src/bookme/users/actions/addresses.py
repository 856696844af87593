"""The address that somebody signs in with: another one, and the way back for who did not want it."""

import datetime as dt

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.db.models import F

from bookme.core.actor import Origin
from bookme.eventlog.actions import publish
from bookme.tenants.models import Tenant
from bookme.users.actions.entering import end_sign_ins
from bookme.users.actions.passwords import demand_good_password, demand_same_person
from bookme.users.events import AccountChanged
from bookme.users.limits import business_key, count_form, count_mail, remember_network
from bookme.users.links import LINK_AGE, UNDO_AGE, row_of_token, spent_link
from bookme.users.mails import AccountMail, mail_account
from bookme.users.models import EmailChange, SignIn, SocialIdentity, User
from bookme.users.selectors import acting_as


def request_email(
    *, sign_in: SignIn, email: str, current_password: str, tenant: Tenant | None, origin: Origin, now: dt.datetime
) -> None:
    """Ask to sign in under another address: a mail goes there. The last one asked for counts.

    Raises as `demand_same_person`, and TooMany. Whether the address is another's is not told.
    """
    demand_same_person(sign_in=sign_in, password=current_password, now=now)
    count_mail(email=email.lower(), address=origin.address, business=business_key(tenant))
    with transaction.atomic():
        EmailChange.objects.filter(user=sign_in.user_id, confirmed_at=None).delete()
        asked = EmailChange.objects.create(
            user_id=sign_in.user_id,
            tenant=tenant,
            email=email.lower(),
            former=sign_in.user.email,
            version=sign_in.user.secrets_version,
        )
        mail_account(mail=AccountMail.NEW_ADDRESS, id=asked.pk, now=now)


def email_change_of(*, token: str, tenant: Tenant | None) -> EmailChange:
    """What the link at a new address is about, with its person. Raises Invalid (`link_invalid`)."""
    change_id = row_of_token(token=token, tenant=tenant, kind=AccountMail.NEW_ADDRESS, age=LINK_AGE)
    asked = EmailChange.objects.select_related("user").filter(pk=change_id, confirmed_at=None).first()
    if asked is None or asked.user.secrets_version != asked.version:
        raise spent_link()
    return asked


def confirm_email(*, token: str, tenant: Tenant | None, origin: Origin, now: dt.datetime) -> User:
    """The link at the new address was followed: it is theirs now. The former one is told, all sign-ins go on.

    For a week the mail to the former one leads back (`undo_email`). Raises Invalid (`link_invalid`, also where the
    address has become another's or they have changed their password or signed out everywhere since) and TooMany.
    Locks the request and the person. Publishes AccountChanged.
    """
    count_form(address=origin.address)
    change_id = row_of_token(token=token, tenant=tenant, kind=AccountMail.NEW_ADDRESS, age=LINK_AGE)
    try:
        with transaction.atomic():
            asked = EmailChange.objects.select_for_update(of=("self",)).filter(pk=change_id, confirmed_at=None).first()
            if asked is None:
                raise spent_link()
            mine = User.objects.filter(pk=asked.user_id, email=asked.former, is_active=True)
            user = mine.select_for_update().first()
            if user is None or user.secrets_version != asked.version:
                raise spent_link()
            user.email, user.email_verified_at = asked.email, now
            user.save(update_fields=["email", "email_verified_at"])
            EmailChange.objects.filter(pk=asked.pk).update(confirmed_at=now)
            publish(AccountChanged(user_id=user.pk, what="email"), actor=acting_as(user, origin))
            mail_account(mail=AccountMail.ADDRESS_CHANGED, id=asked.pk, now=now)
            return user
    except IntegrityError as error:
        raise spent_link() from error


def undone_by(*, token: str, tenant: Tenant | None) -> EmailChange:
    """The change that the link at the former address takes back, with its person. Raises Invalid (`link_invalid`)."""
    change_id = row_of_token(token=token, tenant=tenant, kind=AccountMail.ADDRESS_CHANGED, age=UNDO_AGE)
    standing = EmailChange.objects.filter(pk=change_id, confirmed_at__isnull=False, undone_at=None)
    asked = standing.filter(user__is_active=True).select_related("user").first()
    if asked is None:
        raise spent_link()
    return asked


def undo_email(*, token: str, password: str, tenant: Tenant | None, origin: Origin, now: dt.datetime) -> User:
    """The link at the former address was followed: it is theirs again, with this password and no other way in.

    Every sign-in of theirs ends, every account elsewhere is unlinked, and whatever was changed after it is taken back
    as well, so that of several links in a row the first one leads out and none leads back. A second factor stays.

    Raises Invalid (`link_invalid`, also where the address has become another's; `weak_password`) and TooMany. Locks the
    person. Publishes AccountChanged; the address that they lose is told.
    """
    count_form(address=origin.address)
    demand_good_password(password, undone_by(token=token, tenant=tenant).user)
    hashed = make_password(password)
    try:
        with transaction.atomic():
            user = User.objects.select_for_update().get(pk=undone_by(token=token, tenant=tenant).user_id)
            asked = undone_by(token=token, tenant=tenant)  # as it is now that nobody else changes it
            lost = _take_back(asked, now)
            end_sign_ins(user_id=user.pk, now=now)
            SocialIdentity.objects.filter(user=user).delete()
            renewed = {"email": asked.former, "email_verified_at": now, "password": hashed}
            User.objects.filter(pk=user.pk).update(**renewed, token_version=F("token_version") + 1)
            user.refresh_from_db()
            publish(AccountChanged(user_id=user.pk, what="email_undone"), actor=acting_as(user, origin))
            mail_account(mail=AccountMail.ADDRESS_UNDONE, id=lost.pk, now=now)
    except IntegrityError as error:
        raise spent_link() from error
    remember_network(email=user.email, address=origin.address)
    return user


def _take_back(asked: EmailChange, now: dt.datetime) -> EmailChange:
    """This change and all after it; returns the last one, whose address they have until now."""
    later = EmailChange.objects.filter(user=asked.user_id, confirmed_at__gte=asked.confirmed_at, undone_at=None)
    last = later.order_by("confirmed_at", "id").last() or asked
    later.update(undone_at=now)
    return last
