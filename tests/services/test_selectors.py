"""What a stranger and the team see of the catalogue."""

from bookme.core.actor import GUEST, SYSTEM, Actor, ActorKind
from bookme.core.permissions import PERMISSIONS_OF, Role
from bookme.services import selectors
from bookme.tenants.models import Tenant
from tests.factories.services import ExtraFactory, QuestionFactory, ServiceFactory

OWNER = Actor(ActorKind.USER, role=Role.OWNER, permissions=PERMISSIONS_OF[Role.OWNER])


def test_a_stranger_sees_only_what_is_active(salon: Tenant) -> None:
    shown, retired = ServiceFactory(), ServiceFactory(is_active=False)

    assert list(selectors.services_for(GUEST)) == [shown]
    assert list(selectors.services_for(SYSTEM)) == [shown]
    assert set(selectors.services_for(OWNER)) == {shown, retired}


def test_the_extras_of_a_service_are_those_on_offer(salon: Tenant) -> None:
    service = ServiceFactory()
    extra = ExtraFactory(services=[service])
    retired = ExtraFactory(services=[service], is_active=False)

    assert selectors.services_for(GUEST).get().offered_extras == [extra]
    assert set(selectors.services_for(OWNER).get().offered_extras) == {extra, retired}


def test_questions_of_a_service_are_its_own_and_the_general_ones(salon: Tenant) -> None:
    service, other = ServiceFactory(), ServiceFactory()
    general, own = QuestionFactory(position=1), QuestionFactory(services=[service, other], position=0)
    QuestionFactory(services=[other])
    QuestionFactory(is_active=False)

    assert list(selectors.questions_of(service)) == [own, general]
