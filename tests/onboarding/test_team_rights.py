"""Who joins a team by a file is who owns the address, not whoever registered it before."""

from bookme.core.actor import SYSTEM
from bookme.core.permissions import Role
from bookme.onboarding.actions.team import sync_membership
from bookme.onboarding.ledger import Ledger
from bookme.tenants.models import Tenant
from bookme.users.models import Membership, User
from tests.factories.users import PASSWORD, Person, Stranger, make_person


def _sync(person: Person, salon: Tenant, role: Role) -> None:
    sync_membership(user=person.user, tenant=salon, role=role, path="team[0]", ledger=Ledger(), actor=SYSTEM)


def test_a_squatter_does_not_become_the_owner(salon: Tenant, rival: Tenant, stranger: Stranger) -> None:
    squatter = make_person(rival, Role.CUSTOMER)
    User.objects.filter(pk=squatter.user.pk).update(email_verified_at=None)
    assert squatter.api.get("auth/me/").status_code == 200
    _sync(squatter, salon, Role.OWNER)
    assert Membership.objects.get(user=squatter.user, tenant=salon).role == Role.OWNER
    assert squatter.api.get("auth/me/").status_code == 401
    given = {"email": squatter.user.email, "password": PASSWORD}
    assert stranger.api.post("auth/login/", given).status_code == 401
    assert not User.objects.get(pk=squatter.user.pk).has_usable_password()


def test_who_is_of_the_team_already_stays_signed_in(salon: Tenant, owner: Person) -> None:
    make_person(salon, Role.OWNER)
    _sync(owner, salon, Role.MANAGER)
    assert owner.user.check_password(PASSWORD)
    assert User.objects.get(pk=owner.user.pk).has_usable_password()
