"""The second factor: setting it up, giving it, and doing without it again."""

import datetime as dt
from enum import StrEnum
from uuid import UUID

from django.db import transaction

from bookme.core.actor import Actor, Origin
from bookme.core.errors import Conflict, Invalid, NotSignedIn
from bookme.eventlog.actions import publish
from bookme.tenants.context import public_scope, tenant_scope
from bookme.tenants.models import Tenant
from bookme.users.actions.entering import end_sign_ins, note_failure, noting_too_many, open_sign_in
from bookme.users.actions.passwords import demand_fresh, demand_same_person
from bookme.users.challenge import Challenge, challenge_invalid, read_challenge
from bookme.users.codes import new_recovery_codes, new_secret, recovery_digest, steps_of
from bookme.users.events import AccountChanged
from bookme.users.limits import count_code, forgive_code, remember_code
from bookme.users.mails import AccountMail, mail_account
from bookme.users.models import Membership, RecoveryCode, SignIn, SignInKind, TwoFactor, User
from bookme.users.selectors import PENDING_AGE, actor_of, in_each_business_of, user_of


class Given(StrEnum):
    """What was right, and is spent."""

    CODE = "code"
    RECOVERY_CODE = "recovery_code"


def begin_two_factor(*, sign_in: SignIn, current_password: str, now: dt.datetime) -> TwoFactor:
    """A new secret, kept encrypted; nothing changes until a code of it confirms it within the hour.

    Raises Conflict (`two_factor_on`), and as `demand_fresh`. Locks the user.
    """
    demand_fresh(sign_in=sign_in, password=current_password, now=now)
    with transaction.atomic():
        _lock(sign_in.user_id)
        if TwoFactor.objects.filter(user=sign_in.user_id, confirmed_at__isnull=False).exists():
            raise Conflict("Two-factor sign-in is on already.", code="two_factor_on")
        TwoFactor.objects.filter(user=sign_in.user_id).delete()
        return TwoFactor.objects.create(user=sign_in.user, secret=new_secret())


def confirm_two_factor(*, sign_in: SignIn, code: str, origin: Origin, now: dt.datetime) -> list[str]:
    """Turn it on by a code of the secret. Returns the recovery codes, which nobody sees again.

    Every other sign-in of theirs ends: it was begun by one factor, by whomever.

    Raises Conflict (`two_factor_on`, `two_factor_not_begun`) and Invalid (`wrong_code`). Locks the user. Publishes
    AccountChanged; they are told by mail.
    """
    with transaction.atomic():
        _lock(sign_in.user_id)
        begun = TwoFactor.objects.filter(user=sign_in.user_id).first()
        if begun is not None and begun.confirmed_at is not None:
            raise Conflict("Two-factor sign-in is on already.", code="two_factor_on")
        if begun is None or now - begun.created_at > PENDING_AGE:
            raise Conflict("Begin anew: this was begun too long ago, or not at all.", code="two_factor_not_begun")
        steps = steps_of(secret=begun.secret, code=code, now=now)
        if not steps:
            raise _wrong_code()
        begun.confirmed_at, begun.last_step = now, steps[0]
        begun.save(update_fields=["confirmed_at", "last_step"])
        sign_in.user.two_factor = begun
        codes = _remake(sign_in.user_id)
        end_sign_ins(user_id=sign_in.user_id, now=now, but=sign_in.pk)
        _tell(sign_in, what="two_factor_on", origin=origin)
        mail_account(mail=AccountMail.TWO_FACTOR_ON, id=sign_in.user_id, now=now)
    remember_code(person=sign_in.user_id, address=origin.address)
    return codes


def remake_recovery_codes(*, sign_in: SignIn, code: str, origin: Origin, now: dt.datetime) -> list[str]:
    """Ten new ones; those of before are worthless. Needs a code, or one of those.

    Raises Conflict (`two_factor_off`), Invalid (`wrong_code`) and TooMany. Locks the user. Publishes AccountChanged.
    """
    count_code(person=sign_in.user_id, code=code, address=sign_in.address or "")
    with transaction.atomic():
        _spend_own(sign_in, code, now)
        codes = _remake(sign_in.user_id)
        _tell(sign_in, what="recovery_codes", origin=origin)
    forgive_code(person=sign_in.user_id, code=code, address=sign_in.address or "")
    return codes


def turn_off_two_factor(*, sign_in: SignIn, code: str, current_password: str, origin: Origin, now: dt.datetime) -> None:
    """Sign in by one factor again. Where the business or the platform demands two, they have no powers from then on.

    Raises as `demand_same_person` and `remake_recovery_codes`. Locks the user. Publishes AccountChanged; they are told
    by mail.
    """
    demand_same_person(sign_in=sign_in, password=current_password, now=now)
    count_code(person=sign_in.user_id, code=code, address=sign_in.address or "")
    with transaction.atomic():
        _spend_own(sign_in, code, now)
        _delete(sign_in.user_id)
        sign_in.user.refresh_from_db()
        _tell(sign_in, what="two_factor_off", origin=origin)
        mail_account(mail=AccountMail.TWO_FACTOR_OFF, id=sign_in.user_id, now=now)
    forgive_code(person=sign_in.user_id, code=code, address=sign_in.address or "")


def forget_two_factor(*, user: User, actor: Actor, now: dt.datetime) -> None:
    """Take it away from somebody who has lost both app and recovery codes, and end all their sign-ins.

    For operators, who know whom they do it for. Raises Conflict (`two_factor_off`). Locks the user, joins the
    transaction. Publishes AccountChanged, on the platform and in each of their businesses; they are told by mail, by a
    business where they sign in, if there is one.
    """
    _lock(user.pk)
    if not TwoFactor.objects.filter(user=user, confirmed_at__isnull=False).exists():
        raise _not_on()
    _delete(user.pk)
    end_sign_ins(user_id=user.pk, now=now)
    fact = AccountChanged(user_id=user.pk, what="two_factor_forgotten")
    publish(fact, actor=actor)
    open_now = []
    for tenant in in_each_business_of(user.pk):
        publish(fact, actor=actor)
        open_now += [tenant] if tenant.is_open else []
    with tenant_scope(open_now[0]) if open_now else public_scope():
        mail_account(mail=AccountMail.TWO_FACTOR_FORGOTTEN, id=user.pk, now=now)


def pass_second_factor(
    *,
    challenge: str,
    code: str,
    tenant: Tenant | None,
    kind: SignInKind,
    origin: Origin,
    now: dt.datetime,
    operators: bool = False,
) -> SignIn:
    """Sign in whoever gave the first factor, by a code or a recovery code, each of which is good once.

    `operators` as in `sign_in`. Raises NotSignedIn (`challenge_invalid`, `wrong_code`) and TooMany. Publishes SignedIn
    or SignInFailed; who spends a recovery code is told by mail. Of two at once with one code, one wins.
    """
    proven = read_challenge(challenge, tenant=tenant)
    who = _still_holds(proven, tenant, operators=operators)
    if who is None or proven.kind is not kind:
        raise challenge_invalid()
    user = user_of(who)
    with noting_too_many(email=user.email, origin=origin):
        count_code(person=user.pk, code=code, address=origin.address)
    with transaction.atomic():
        given = _spend(user.pk, code, now)
        if given is not None:
            opened = open_sign_in(who=who, kind=kind, origin=origin, way=proven.way, two_factor=True, now=now)
        if given is Given.RECOVERY_CODE:
            mail_account(mail=AccountMail.RECOVERY_CODE_USED, id=user.pk, now=now)
    if given is None:
        note_failure(email=user.email, reason="two_factor", origin=origin)
        raise NotSignedIn("This code is not right, or was used already.", code="wrong_code")
    forgive_code(person=user.pk, code=code, address=origin.address)
    return opened


def _still_holds(proven: Challenge, tenant: Tenant | None, *, operators: bool) -> Membership | User | None:
    """Who it is, unless anything of it changed since the first factor."""
    who: Membership | User | None = None
    if proven.is_operator and operators:
        people = User.objects.select_related("two_factor")
        who = people.filter(pk=proven.user_id, is_active=True, is_staff=True).first()
    elif not proven.is_operator and tenant is not None:
        members = Membership.objects.select_related("user__two_factor").filter(tenant=tenant, is_active=True)
        who = members.filter(user=proven.user_id, user__is_active=True).first()
    if who is None or user_of(who).secrets_version != proven.version or not user_of(who).has_two_factor:
        return None
    return who


def _spend_own(sign_in: SignIn, code: str, now: dt.datetime) -> None:
    """For a change of the second factor itself, in its transaction."""
    _lock(sign_in.user_id)
    if not TwoFactor.objects.filter(user=sign_in.user_id, confirmed_at__isnull=False).exists():
        raise _not_on()
    if _spend(sign_in.user_id, code, now) is None:
        raise _wrong_code()


def _spend(user_id: UUID, code: str, now: dt.datetime) -> Given | None:
    """Take a code or a recovery code, if it is right and was not taken before: each update is of what is unspent."""
    factor = TwoFactor.objects.filter(user=user_id, confirmed_at__isnull=False).first()
    if factor is None:
        return None
    unspent = TwoFactor.objects.filter(user=user_id, confirmed_at=factor.confirmed_at)
    for step in steps_of(secret=factor.secret, code=code, now=now):
        if unspent.filter(last_step__lt=step).update(last_step=step):
            return Given.CODE
    kept = RecoveryCode.objects.filter(user=user_id, digest=recovery_digest(code), used_at=None)
    return Given.RECOVERY_CODE if kept.update(used_at=now) else None


def _remake(user_id: UUID) -> list[str]:
    codes = new_recovery_codes()
    RecoveryCode.objects.filter(user=user_id).delete()
    RecoveryCode.objects.bulk_create([RecoveryCode(user_id=user_id, digest=recovery_digest(each)) for each in codes])
    return codes


def _delete(user_id: UUID) -> None:
    RecoveryCode.objects.filter(user=user_id).delete()
    TwoFactor.objects.filter(user=user_id).delete()


def _lock(user_id: UUID) -> None:
    User.objects.select_for_update().get(pk=user_id)


def _tell(sign_in: SignIn, *, what: str, origin: Origin) -> None:
    publish(AccountChanged(user_id=sign_in.user_id, what=what), actor=actor_of(sign_in).coming_from(origin))


def _not_on() -> Conflict:
    return Conflict("Two-factor sign-in is not on.", code="two_factor_off")


def _wrong_code() -> Invalid:
    return Invalid.field("/code", "This code is not right, or was used already.", code="wrong_code")
