"""What is left of an account that is no more."""

from bookme.users.models import AccountRequest, Membership, SignIn, User


def erase_account(*, user: User) -> None:
    """Nobody any more: no address, no name, no way in; the row stays, so that its id is never somebody else's.

    Their sign-ins end, and so do memberships that had ended already. Joins the transaction.
    """
    AccountRequest.objects.filter(email=user.email).delete()
    SignIn.objects.filter(user=user).delete()
    Membership.objects.filter(user=user).delete()
    user.email = f"{user.pk.hex}@erased.invalid"
    user.name = user.phone = user.language = user.timezone = ""
    user.set_unusable_password()
    user.email_verified_at = user.last_login = None
    user.is_active = False
    user.token_version += 1
    user.save()
