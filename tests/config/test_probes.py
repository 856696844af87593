"""The probes: whether this process answers, and what is missing behind it."""

import time

import pytest
from django.core.cache import cache
from django.test import Client

from bookme.core.time import instant_of, now
from bookme.tenants.context import public_scope
from bookme.tenants.models import OutboxMessage
from bookme.tenants.tasks import HEARTBEAT_KEY


@pytest.fixture
def worker_alive(db: None) -> None:
    cache.set(HEARTBEAT_KEY, time.time())


@pytest.mark.parametrize("host", ["localhost", "salon.localhost", "10.0.0.7", "nobody.example"])
def test_health_answers_on_any_host(host: str) -> None:
    assert Client(headers={"host": host}).get("/health/").status_code == 200


@pytest.mark.usefixtures("worker_alive")
def test_ready_when_everything_answers() -> None:
    answer = Client(headers={"host": "10.0.0.7"}).get("/ready/")
    assert (answer.status_code, answer.json()) == (200, {"ready": True, "failing": {}})


def test_ready_names_a_silent_worker(db: None) -> None:
    cache.set(HEARTBEAT_KEY, time.time() - 61)
    answer = Client().get("/ready/")
    assert answer.status_code == 503
    assert set(answer.json()["failing"]) == {"worker"}


@pytest.mark.usefixtures("worker_alive")
def test_ready_names_an_outbox_that_lags() -> None:
    with public_scope():
        OutboxMessage.objects.create(task="t", key="old", due_at=instant_of(int(now().timestamp() // 60) - 3))
        OutboxMessage.objects.create(task="t", key="later", due_at=instant_of(int(now().timestamp() // 60) + 60))
    assert set(Client().get("/ready/").json()["failing"]) == {"outbox"}
    OutboxMessage.objects.filter(key="old").update(dead=True)
    assert Client().get("/ready/").status_code == 200


def test_ready_names_cache_and_broker_that_are_away(db: None, settings: object) -> None:
    from bookme.config import readiness  # noqa: PLC0415

    settings.CACHES = {  # type: ignore[attr-defined]
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
            "OPTIONS": {"socket_connect_timeout": 0.2},
        }
    }
    found = readiness.faults(outbox_lag_seconds=120)
    assert set(found) == {"cache", "worker"}
