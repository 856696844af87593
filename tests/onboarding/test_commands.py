"""`bookme tenant …`, `prepare_local`, `superuser`: what they print where, and how they end."""

import io
import json
import os
import pty
import subprocess
import sys
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from bookme.communications.kinds import WHATSAPP_NAMES
from bookme.communications.models import WhatsAppTemplate
from bookme.config.settings.base import BASE_DIR
from bookme.core.errors import Invalid
from bookme.customers.models import Customer
from bookme.eventlog.models import Event
from bookme.onboarding.selectors import business_told, businesses_told
from bookme.onboarding.validation import check_config
from bookme.services.models import Service
from bookme.tenants.context import public_scope, tenant_scope
from bookme.tenants.models import Tenant, TenantStatus
from bookme.users.links import one_time_token, user_of_link
from bookme.users.models import Membership, User
from tests.factories.users import PASSWORD, Person
from tests.onboarding.conftest import Write
from tests.onboarding.files import SLUGS, small

KINDS = ("salon", "classes", "mobile", "clinic")


def run(*arguments: str) -> tuple[int, str, str]:
    """Exit code, output, errors."""
    out, err = io.StringIO(), io.StringIO()
    try:
        with public_scope():
            call_command(*arguments, stdout=out, stderr=err)
    except SystemExit as end:
        return int(str(end.code)), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def test_apply_tells_what_it_did(salon: Tenant, written: Write) -> None:
    code, out, err = run("tenant", "apply", str(written(small())))
    assert (code, err) == (0, "")
    assert out.startswith("salon: changed (rows: ")
    assert run("tenant", "apply", str(written(small())))[1].startswith("salon: unchanged (rows: ")
    data = small() | {"reminders": [{"channel": "whatsapp", "minutes_before": 30}]}
    data["services"][0]["price"] = "33.00"
    code, out, err = run("tenant", "apply", str(written(data)))
    assert code == 0
    assert "  services.cut.price: 30.000 -> 33.00\n" in out
    assert err == "warning: reminders[0]: goes by the next channel, if there is one, while features.whatsapp is off\n"


@pytest.mark.parametrize("content", [b"{", b"\xff", b"[]", b"[" * 100_000, b'{"a": NaN}'])
def test_a_file_that_is_none_ends_with_an_error(salon: Tenant, written: Write, content: bytes) -> None:
    code, out, err = run("tenant", "apply", str(written(content)))
    assert (code, out) == (1, "")
    assert err.startswith(("(file): ", "currency: "))


def test_errors_are_one_a_line_on_stderr(salon: Tenant, written: Write) -> None:
    data = small() | {"currency": "XXY"}
    data["services"][0]["duration_minutes"] = 0
    assert run("tenant", "apply", str(written(data))) == (
        1,
        "",
        "currency: is no known currency, such as GBP\nservices[0].duration_minutes: must be at least 1\n",
    )
    assert not Service.objects.exists()


def test_a_file_that_is_not_there(db: None, tmp_path: Path) -> None:
    missing = str(tmp_path / "none.json")
    assert run("tenant", "apply", missing) == (1, "", f"{missing}: No such file or directory\n")


@pytest.mark.parametrize("kind", KINDS)
def test_new_makes_a_business_of_each_kind(
    db: None, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    slug = f"new-{kind}"
    code, out, err = run("tenant", "new", slug, "--kind", kind, "--name", "New One", "--owner", "ada.l@new.example")
    assert (code, err) == (0, "")
    data = json.loads((tmp_path / f"{slug}.client.config.json").read_text())
    assert check_config(data) == data
    assert f"http://{slug}.localhost:8000/\n" in out
    assert f"http://{slug}.localhost:8000/account/link/" in out
    assert f"bookme tenant apply {slug}.client.config.json" in out
    tenant = Tenant.objects.get(slug=slug)
    assert (tenant.name, tenant.kind, tenant.status) == ("New One", kind, TenantStatus.TRIAL)
    member = Membership.objects.get(tenant=tenant)
    assert (member.user.email, member.role) == ("ada.l@new.example", "owner")
    code, out, err = run("tenant", "apply", f"{slug}.client.config.json")
    assert (code, out.startswith(f"{slug}: unchanged")) == (0, True)
    shown = run("tenant", "show", slug)[1]
    assert shown.startswith(f"New One ({slug}, {kind}, trial)")
    assert f"bookme tenant apply {slug}.client.config.json" in shown
    run("tenant", "resume", slug)
    shown = run("tenant", "show", slug)[1]
    assert shown.startswith(f"New One ({slug}, {kind}, active)")
    assert "client.config.json" not in shown


def test_new_overwrites_neither_file_nor_business(
    salon: Tenant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    more = ("--kind", "salon", "--name", "N", "--owner", "a@b.example")
    assert run("tenant", "new", "salon", *more) == (1, "", "slug: there is a business salon already\n")
    (tmp_path / "mine.client.config.json").write_text("mine")
    assert run("tenant", "new", "mine", *more) == (1, "", "mine.client.config.json: File exists\n")
    assert (tmp_path / "mine.client.config.json").read_text() == "mine"
    assert run("tenant", "new", "../up", *more)[0] == 1
    assert run("tenant", "new", "admin", *more) == (1, "", "slug: is reserved\n")
    wrong = ("--kind", "salon", "--name", " ", "--owner", "a@b")
    code, out, err = run("tenant", "new", "admin", *wrong)
    assert (code, out) == (1, "")
    assert [line.partition(":")[0] for line in err.splitlines()] == ["--name", "--owner", "slug"]
    assert [path.name for path in tmp_path.iterdir()] == ["mine.client.config.json"]
    assert set(Tenant.objects.values_list("slug", flat=True)) == {"salon", "rival"}


def test_a_business_whose_tables_are_behind_takes_no_file(salon: Tenant, written: Write) -> None:
    Tenant.objects.filter(pk=salon.pk).update(schema_version="old")
    code, out, err = run("tenant", "apply", str(written(small())))
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert "run migrate_schemas first" in err
    assert Tenant.objects.get(pk=salon.pk).schema_version == "old"


def test_list_is_for_people_and_for_programs(owner: Person, rival: Tenant) -> None:
    code, out, _ = run("tenant", "list", "--format", "json")
    listed = {each["slug"]: each for each in json.loads(out)}
    assert (code, set(listed)) == (0, {"salon", "rival"})
    assert listed["salon"]["people"] == [{"name": owner.user.name, "email": "owner@salon.example", "role": "owner"}]
    assert listed["salon"]["url"] == "http://salon.localhost:8000/"
    assert listed["salon"]["team_url"] == "http://salon.localhost:8000/team/"
    assert "http://rival.localhost:8000/" in run("tenant", "list")[1]


def test_a_reader_that_has_enough_is_no_error(salon: Tenant) -> None:
    named = connection.settings_dict
    url = f"postgres://{named['USER']}:{named['PASSWORD']}@{named['HOST']}:{named['PORT']}/{named['NAME']}"
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "src/manage.py", "tenant", "list"],
        env=os.environ | {"DATABASE_URL": url, "PYTHONPATH": "src"},
        cwd=BASE_DIR,
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writing)
    assert (done.stderr, done.returncode) == ("", 0)


def test_a_business_is_suspended_resumed_and_closed(salon: Tenant, client: Client) -> None:
    assert run("tenant", "suspend", "salon") == (0, "salon: suspended\n", "")
    answer = client.get("/api/v1/config/")
    assert (answer.status_code, answer.json()["code"]) == (503, "suspended")
    assert run("tenant", "suspend", "salon") == (1, "", "A business that is suspended cannot become suspended.\n")
    assert run("tenant", "resume", "salon") == (0, "salon: active\n", "")
    assert client.get("/api/v1/config/").status_code == 200
    assert run("tenant", "close", "salon", "--yes") == (0, "salon: closed\n", "")
    assert client.get("/api/v1/config/").status_code == 404
    assert run("tenant", "resume", "salon")[0] == 1
    with tenant_scope(salon):
        names = list(Event.objects.order_by("occurred_at").values_list("name", flat=True))
    assert names == ["business.suspended", "business.resumed", "business.closed"]
    assert run("tenant", "close", "nobody") == (1, "", "slug: there is no business 'nobody'\n")


def test_nobody_closes_a_business_without_being_sure(salon: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    code, out, err = run("tenant", "close", "salon")
    assert (code, out, err.count("bookme tenant close salon --yes")) == (1, "", 1)
    keyboard, terminal = pty.openpty()
    with os.fdopen(terminal) as stdin, os.fdopen(keyboard, "w") as typed:
        monkeypatch.setattr("sys.stdin", stdin)
        typed.write("no\n")
        typed.flush()
        assert run("tenant", "close", "salon") == (1, "", "nothing was changed\n")
        assert Tenant.objects.get(slug="salon").status == TenantStatus.ACTIVE
        typed.write("y\n")
        typed.flush()
        assert run("tenant", "close", "salon") == (0, "salon: closed\n", "")


def test_a_one_time_link_is_for_one_person_here_and_now(owner: Person, salon: Tenant, rival: Tenant) -> None:
    token = one_time_token(user=owner.user, tenant=salon)
    assert user_of_link(token=token, tenant=salon) == owner.user
    for tenant, wrong in ((rival, token), (salon, token + "x"), (salon, ""), (salon, "a:b:c")):
        with pytest.raises(Invalid, match="not good any more"):
            user_of_link(token=wrong, tenant=tenant)
    given = {"email": owner.user.email, "password": PASSWORD}
    assert owner.api.post("auth/login/", given).status_code == 200  # signing in spends it
    with pytest.raises(Invalid, match="not good any more"):
        user_of_link(token=token, tenant=salon)


def test_an_old_one_time_link_is_worthless(owner: Person, salon: Tenant) -> None:
    with time_machine.travel("2026-11-20T12:00:00Z", tick=False) as travel:
        token = one_time_token(user=owner.user, tenant=salon)
        travel.move_to("2026-11-21T11:59:59Z")
        assert user_of_link(token=token, tenant=salon) == owner.user
        travel.move_to("2026-11-21T12:00:01Z")
        with pytest.raises(Invalid, match="not good any more"):
            user_of_link(token=token, tenant=salon)


def test_prepare_local_loads_the_demo_once(db: None, django_assert_max_num_queries: Any) -> None:
    code, out, _ = run("prepare_local")
    assert code == 0
    assert [line for line in out.splitlines() if "loaded" in line] == [f"demo business {slug} loaded" for slug in SLUGS]
    for slug in SLUGS:
        tenant = Tenant.objects.get(slug=slug)
        assert tenant.status == TenantStatus.ACTIVE
        user = User.objects.get(email=f"customer@{slug}.example")
        assert Membership.objects.get(user=user, tenant=tenant).role == "customer"
        assert user.check_password("bookme-demo")
        with tenant_scope(tenant):
            assert Customer.objects.get(email=user.email).user_id == user.pk
    with tenant_scope(Tenant.objects.get(slug="atlas-barbers")):
        approved = WhatsAppTemplate.objects.filter(state="approved").values_list("name", "language")
        assert set(approved) == set(product(WHATSAPP_NAMES, ("en", "fr", "ar")))
    operator = User.objects.get(email="admin@bookme.example")
    assert (operator.is_staff, operator.is_superuser, operator.check_password("bookme-demo")) == (True, True, True)
    with tenant_scope(Tenant.objects.get(slug="valclean")):
        Service.objects.filter(key="oven").update(price=1)
    with django_assert_max_num_queries(50):
        assert run("prepare_local") == (0, "the database is ready\n", "")
    with tenant_scope(Tenant.objects.get(slug="valclean")):
        assert Service.objects.get(key="oven").price == 1


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("ALTER TABLE {schema}.bookings_visit DROP COLUMN notes", "bookings_visit.notes"),
        ("ALTER TABLE {schema}.bookings_visit ADD COLUMN colour text NOT NULL DEFAULT ''", "bookings_visit.colour"),
        ("DROP TABLE {schema}.eventlog_event", "eventlog_event."),
        ("ALTER TABLE public.tenants_tenant RENAME COLUMN kind TO sort", "tenants_tenant.kind"),
    ],
)
def test_tables_of_other_code_are_told_in_one_line(salon: Tenant, statement: str, named: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement.format(schema=salon.schema_name))
    with pytest.raises(CommandError) as refused:
        run("prepare_local")
    told = str(refused.value)
    assert named in told
    assert told.endswith("make reset")
    assert "\n" not in told


def test_a_demo_file_that_cannot_be_applied_leaves_the_others_alone(db: None) -> None:
    """Somebody closed one, and gave the address of another to a business of their own."""
    run("prepare_local")
    run("tenant", "close", "valclean", "--yes")
    with public_scope():
        Tenant.objects.filter(slug="atlas-barbers").update(slug="atlas-renamed")
    code, out, err = run("prepare_local")
    assert (code, out) == (0, "demo business atlas-barbers is left as it was\nthe database is ready\n")
    assert err == '  domains[0]: leads to another business already ("atlas-barbers.localhost")\n'


def test_the_demo_exists_only_in_local_mode(db: None, settings: Any) -> None:
    settings.LOCAL_MODE = False
    with pytest.raises(CommandError, match="for local mode"):
        run("prepare_local")
    assert not User.objects.exists()


def test_superuser_makes_an_operator(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOOKME_SUPERUSER_PASSWORD", "correct horse battery")
    assert run("superuser", "--email", "Root@book.example")[0] == 0
    user = User.objects.get(email="root@book.example")
    assert (user.is_staff, user.is_superuser) == (True, True)
    assert authenticate(username="root@book.example", password="correct horse battery") == user
    for email in ("root@book.example", "nobody"):
        with pytest.raises(CommandError):
            run("superuser", "--email", email)
    monkeypatch.delenv("BOOKME_SUPERUSER_PASSWORD")
    monkeypatch.setattr("sys.stdin", io.StringIO("short\n"))
    with pytest.raises(CommandError, match="too short"):
        run("superuser", "--email", "second@book.example", "--password-stdin")
    for options in ((), ("--email", "third@book.example")):
        with pytest.raises(CommandError, match="nobody to ask: give --email, and the password in BOOKME_SUPERUSER"):
            run("superuser", *options)
    assert User.objects.count() == 1


def test_more_businesses_take_no_more_queries(salon: Tenant, rival: Tenant, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(3):
        told = businesses_told()
    assert [each["slug"] for each in told] == ["rival", "salon"]
    assert business_told(salon) == told[1]
    assert told[0]["team_url"] == "http://rival.localhost:8000/team/"
