"""Who is asked to join a business."""

import datetime as dt

import factory
from factory.django import DjangoModelFactory

from bookme.core.permissions import Role
from bookme.core.time import now
from bookme.team.models import Invitation


class InvitationFactory(DjangoModelFactory[Invitation]):
    """Open for a week, to be of the staff."""

    class Meta:
        model = Invitation

    email = factory.Sequence(lambda n: f"invited{n}@people.example")
    name = factory.Sequence(lambda n: f"Invited {n}")
    role = Role.STAFF.value
    sent_at = factory.LazyFunction(now)
    expires_at = factory.LazyAttribute(lambda row: row.sent_at + dt.timedelta(days=7))
