"""What is over is forgotten once a day."""

import datetime as dt
from importlib import import_module
from typing import Any

from celery import current_app
from django.conf import settings
from django.contrib.sessions.models import Session

from bookme.core.time import now
from bookme.tenants.models import Tenant
from bookme.users.models import SignIn
from bookme.users.tasks import tidy_sessions, tidy_sign_ins
from tests.factories.users import Person

SessionStore: Any = import_module(settings.SESSION_ENGINE).SessionStore


def test_sign_ins_that_have_ended(salon: Tenant, owner: Person, manager: Person, stylist: Person) -> None:
    at = now()
    people = (owner, manager, stylist)
    assert [each.api.get("auth/me/").status_code for each in people] == [200, 200, 200]
    SignIn.objects.filter(user=manager.user).update(revoked_at=at - dt.timedelta(seconds=1))
    SignIn.objects.filter(user=stylist.user).update(expires_at=at - dt.timedelta(seconds=1))
    assert tidy_sign_ins() == 2
    assert SignIn.objects.get().user == owner.user
    assert [each.api.get("auth/me/").status_code for each in people] == [200, 401, 401]


def test_sessions_that_have_ended(salon: Tenant) -> None:
    made = [SessionStore() for _ in range(2)]
    for store in made:
        store["word"] = "here"
        store.save()
    goes, stays = (each.session_key for each in made)
    Session.objects.filter(session_key=goes).update(expire_date=now() - dt.timedelta(seconds=1))
    tidy_sessions()
    assert set(Session.objects.filter(session_key__in=[goes, stays]).values_list("session_key", flat=True)) == {stays}


def test_what_beat_starts_are_tasks_of_the_platform() -> None:
    for entry in settings.CELERY_BEAT_SCHEDULE.values():
        assert current_app.tasks[entry["task"]].public, entry
