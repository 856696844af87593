"""A business's own host names: claimed by anybody, proven by whoever decides about the name, served only then."""

import datetime as dt
import io
import time
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import dns.rcode
import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.test import Client

from bookme.core import dns as our_dns
from bookme.core.actor import SYSTEM
from bookme.core.errors import Conflict, NotFound, TooMany
from bookme.core.time import now
from bookme.eventlog.models import Event
from bookme.onboarding import proof as looking
from bookme.onboarding.actions import apply_config, check_domain, close_business
from bookme.onboarding.actions import domains as domain_actions
from bookme.onboarding.actions.domains import CHECK_TASK, CHECKS, check_again
from bookme.onboarding.validation import BadConfig
from bookme.tenants.actions import claim_due, run_claimed
from bookme.tenants.context import public_scope, tenant_scope
from bookme.tenants.hosts import file_url, proof_of, record_name
from bookme.tenants.models import Domain, OutboxMessage, Tenant
from bookme.tenants.selectors import business_url, forget_tenants, tenant_by_host
from tests.factories.tenants import DomainFactory
from tests.factories.users import Person
from tests.internet import LOOPBACK, Internet, Page
from tests.onboarding.files import small

HOST = "book.salon.example"
RECORD = f"_bookme.{HOST}"


@pytest.fixture(autouse=True)
def _on_the_internet(settings: Any, internet: Internet) -> None:
    settings.LOCAL_MODE = False


@pytest.fixture
def claimed(salon: Tenant) -> Domain:
    """The salon says that the name is its own."""
    return DomainFactory(tenant=salon, domain=HOST, is_primary=False, verified_at=None)


def quoted(text: str) -> str:
    return f'"{text}"'


def prove(internet: Internet, tenant: Tenant, host: str = HOST) -> None:
    internet.dns.set(record_name(host), "TXT", quoted(proof_of(host, tenant=tenant)))


def checked(row: Domain) -> tuple[bool, str]:
    """Whether it is proven now, and what was found else."""
    found = check_domain(domain=row, actor=SYSTEM, now=now())
    stored = Domain.objects.get(pk=row.pk)
    assert (found.verified_at, found.reason) == (stored.verified_at, stored.reason)
    assert stored.checked_at is not None
    return stored.verified_at is not None, stored.reason


def answers(host: str) -> int:
    forget_tenants()
    return int(Client(headers={"host": host}).get("/api/v1/config/").status_code)


def test_a_name_is_served_once_its_record_is_there(internet: Internet, claimed: Domain, salon: Tenant) -> None:
    prove(internet, salon)
    assert answers(HOST) == 404, "the record alone is nothing: nobody has looked"
    assert checked(claimed) == (True, "")
    assert answers(HOST) == 200
    assert internet.dns.asked == [(RECORD, "TXT")]
    assert internet.web.joined == []
    fact = Event.objects.get(name="business.domain_verified")
    assert (fact.payload, fact.subject_id) == ({"tenant_id": str(salon.pk), "domain": HOST}, salon.pk)


def test_the_host_header_of_an_unproven_name_is_that_of_an_unknown_host(
    internet: Internet, claimed: Domain, owner: Person
) -> None:
    api = Client(headers={"host": HOST, "authorization": f"Bearer {owner.tokens.access}"})
    refused = api.get("/api/v1/auth/me/")
    assert (refused.status_code, refused.json()["code"]) == (404, "unknown_host")
    assert Client(headers={"host": HOST}).get("/").status_code == 404
    assert Client(headers={"host": HOST}).get("/.well-known/bookme-verification.txt").status_code == 404


def test_the_proof_is_of_this_name_and_this_business_alone(salon: Tenant, rival: Tenant) -> None:
    proof = proof_of(HOST, tenant=salon)
    assert proof == proof_of(HOST, tenant=salon)
    others = {proof_of("salon.example", tenant=salon), proof_of(HOST, tenant=rival)}
    salon.link_key = "another"
    assert proof not in others | {proof_of(HOST, tenant=salon)}
    assert proof.startswith("bookme-verification=")
    assert len(proof) < 255, "it fits in one string of a record"


def records(tenant: Tenant, rival: Tenant) -> dict[str, tuple[list[str], bool, str]]:
    right, theirs = proof_of(HOST, tenant=tenant), proof_of(HOST, tenant=rival)
    return {
        "none of ours": ([quoted("v=spf1 -all")], False, "record_missing"),
        "another's": ([quoted(theirs)], False, "record_wrong"),
        "of another name": ([quoted(proof_of("salon.example", tenant=tenant))], False, "record_wrong"),
        "cut": ([quoted(right[:-1])], False, "record_wrong"),
        "with more": ([quoted(right + "0")], False, "record_wrong"),
        "in capitals": ([quoted(right.upper())], False, "record_missing"),
        "empty": ([quoted("bookme-verification=")], False, "record_wrong"),
        "among others": ([quoted("v=spf1 -all"), quoted(theirs), quoted(right)], True, ""),
        "split": ([f'"{right[:9]}" "{right[9:]}"'], True, ""),
        "with spaces": ([quoted(f" {right} ")], True, ""),
    }


@pytest.mark.parametrize("case", records(Tenant(), Tenant()))
def test_what_records_say(internet: Internet, claimed: Domain, salon: Tenant, rival: Tenant, case: str) -> None:
    values, is_proven, reason = records(salon, rival)[case]
    internet.dns.set(RECORD, "TXT", *values)
    assert checked(claimed) == (is_proven, reason)
    assert answers(HOST) == (200 if is_proven else 404)
    assert internet.web.joined == [], "the DNS can be read: it has the word"


def test_a_name_that_is_not_there_has_no_record(internet: Internet, claimed: Domain, salon: Tenant) -> None:
    """Nor has one with other records; and a file does not overrule it."""
    internet.dns.set(HOST, "A", LOOPBACK)
    internet.web.pages[HOST, "/.well-known/bookme-verification.txt"] = Page(proof_of(HOST, tenant=salon).encode())
    assert checked(claimed) == (False, "record_missing")
    internet.dns.set(RECORD, "A", LOOPBACK)
    assert checked(claimed) == (False, "record_missing")
    assert internet.web.joined == []
    assert not Event.objects.exists()


def silence(internet: Internet) -> None:
    internet.dns.silent.add(RECORD)


def failure(internet: Internet) -> None:
    internet.dns.failing[RECORD] = dns.rcode.SERVFAIL


def files(tenant: Tenant, rival: Tenant) -> dict[str, tuple[Page, bool, str]]:
    right = proof_of(HOST, tenant=tenant).encode()
    return {
        "right": (Page(right), True, ""),
        "a line of several": (Page(b"other=1\r\n" + right + b"\r\n"), True, ""),
        "another's": (Page(proof_of(HOST, tenant=rival).encode()), False, "file_wrong"),
        "a page": (Page(b"<html>" + right + b"</html>"), False, "file_wrong"),
        "not text": (Page(b"\xff\xfe"), False, "file_wrong"),
        "not there": (Page(right, status=404), False, "file_missing"),
        "elsewhere": (Page(right, status=301, location=f"https://{HOST}/"), False, "file_missing"),
    }


@pytest.mark.parametrize("unreadable", [silence, failure])
@pytest.mark.parametrize("case", files(Tenant(), Tenant()))
def test_a_file_is_asked_for_where_the_dns_cannot_be_read(
    internet: Internet,
    claimed: Domain,
    salon: Tenant,
    rival: Tenant,
    monkeypatch: pytest.MonkeyPatch,
    unreadable: Any,
    case: str,
) -> None:
    monkeypatch.setattr(our_dns, "LIFETIME_SECONDS", 0.1)
    unreadable(internet)
    internet.dns.set(HOST, "A", LOOPBACK)
    page, is_proven, reason = files(salon, rival)[case]
    internet.web.pages[HOST, "/.well-known/bookme-verification.txt"] = page
    assert checked(claimed) == (is_proven, reason)
    assert answers(HOST) == (200 if is_proven else 404)
    assert internet.web.asked == [(HOST, "/.well-known/bookme-verification.txt")]


def nothing_answers(internet: Internet) -> None:
    internet.dns.silent |= {RECORD, HOST}


def the_web_is_slow(internet: Internet) -> None:
    failure(internet)
    internet.dns.set(HOST, "A", LOOPBACK)
    internet.web.pages[HOST, "/.well-known/bookme-verification.txt"] = Page(b"late", after_seconds=0.8)


def seconds_of_a_look(internet: Internet, claimed: Domain, monkeypatch: pytest.MonkeyPatch, slow: Any) -> float:
    """Each answer of the DNS is waited for 0.4 s, the page for as long as it takes."""
    monkeypatch.setattr(our_dns, "LIFETIME_SECONDS", 0.4)
    slow(internet)
    begun = time.monotonic()
    assert checked(claimed)[0] is False
    return time.monotonic() - begun


SLOW = [nothing_answers, the_web_is_slow]


@pytest.mark.parametrize("slow", SLOW)
def test_a_look_takes_no_longer_than_it_may(
    internet: Internet, claimed: Domain, monkeypatch: pytest.MonkeyPatch, slow: Any
) -> None:
    assert looking.WHOLE_SECONDS <= 5
    monkeypatch.setattr(looking, "WHOLE_SECONDS", 0.15)
    assert seconds_of_a_look(internet, claimed, monkeypatch, slow) < 0.6


@pytest.mark.parametrize("slow", SLOW)
def test_the_control_waits_for_each_by_itself(
    internet: Internet, claimed: Domain, monkeypatch: pytest.MonkeyPatch, slow: Any
) -> None:
    assert seconds_of_a_look(internet, claimed, monkeypatch, slow) > 0.7


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "169.254.169.254"])
def test_the_file_is_not_fetched_from_ourselves(
    internet: Internet, claimed: Domain, salon: Tenant, settings: Any, address: str
) -> None:
    settings.OUTBOUND_ALSO_ALLOWED = []
    failure(internet)
    internet.dns.set(HOST, "A", address)
    internet.web.pages[HOST, "/.well-known/bookme-verification.txt"] = Page(proof_of(HOST, tenant=salon).encode())
    assert checked(claimed) == (False, "file_missing")
    assert internet.web.joined == []


def test_the_first_to_prove_a_name_has_it(internet: Internet, claimed: Domain, salon: Tenant, rival: Tenant) -> None:
    theirs = DomainFactory(tenant=rival, domain=HOST, is_primary=False, verified_at=None)
    both = [quoted(proof_of(HOST, tenant=each)) for each in (salon, rival)]
    internet.dns.set(RECORD, "TXT", both[1])
    assert checked(claimed) == (False, "record_wrong"), "a claim is in nobody's way"
    assert checked(theirs) == (True, "")
    internet.dns.set(RECORD, "TXT", *both)
    internet.dns.asked.clear()
    assert checked(claimed) == (False, "taken")
    assert internet.dns.asked == []
    found = tenant_by_host(HOST)
    assert found is not None
    assert found.pk == rival.pk


def test_of_two_who_prove_it_at_once_the_database_lets_one(
    internet: Internet, claimed: Domain, salon: Tenant, rival: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other one proves it while this one is asking."""
    theirs = DomainFactory(tenant=rival, domain=HOST, is_primary=False, verified_at=None)
    look = domain_actions.look_for_proof

    def slow_look(host: str, *, tenant: Tenant) -> Any:
        Domain.objects.filter(pk=theirs.pk).update(verified_at=now())
        return look(host, tenant=tenant)

    monkeypatch.setattr(domain_actions, "look_for_proof", slow_look)
    prove(internet, salon)
    assert checked(claimed) == (False, "taken")
    assert not Event.objects.filter(name="business.domain_verified").exists()


def test_a_claim_that_was_given_up_meanwhile_proves_nothing(
    internet: Internet, claimed: Domain, salon: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    look = domain_actions.look_for_proof

    def slow_look(host: str, *, tenant: Tenant) -> Any:
        Domain.objects.filter(pk=claimed.pk).update(domain="other.salon.example")
        return look(host, tenant=tenant)

    monkeypatch.setattr(domain_actions, "look_for_proof", slow_look)
    prove(internet, salon)
    with pytest.raises(NotFound):
        check_domain(domain=claimed, actor=SYSTEM, now=now())
    assert Domain.objects.get(pk=claimed.pk).verified_at is None


def test_what_is_proven_is_not_asked_about_again(internet: Internet, claimed: Domain, salon: Tenant) -> None:
    prove(internet, salon)
    checked(claimed)
    internet.dns.asked.clear()
    since = Domain.objects.get(pk=claimed.pk)
    assert check_domain(domain=since, actor=SYSTEM, now=now()).verified_at == since.verified_at
    assert internet.dns.asked == []


def test_links_lead_to_what_is_proven(claimed: Domain, salon: Tenant) -> None:
    def link() -> str:
        return business_url(salon).removeprefix("http://").removesuffix(":8000/")

    Domain.objects.filter(tenant=salon).update(is_primary=False)
    Domain.objects.filter(pk=claimed.pk).update(is_primary=True)
    assert link() == "salon.localhost", "the platform's own, which is always served"
    other = DomainFactory(tenant=salon, domain="old.salon.example", is_primary=False)
    assert link() == other.domain
    Domain.objects.filter(pk=claimed.pk).update(verified_at=now())
    assert link() == HOST
    Domain.objects.filter(tenant=salon).delete()
    assert link() == "salon.localhost"


def apply(data: dict[str, Any]) -> list[str]:
    """The warnings."""
    with public_scope():
        return [each.text for each in apply_config(data=data, actor=SYSTEM, now=now()).warnings]


def hosts(tenant: Tenant) -> dict[str, tuple[bool, bool]]:
    """Primary or not, proven or not, by host name."""
    rows = Domain.objects.filter(tenant=tenant)
    return {row.domain: (row.is_primary, row.verified_at is not None) for row in rows}


def test_a_file_claims_and_says_what_to_set(salon: Tenant) -> None:
    assert apply(small() | {"domains": [HOST, "more.localhost"]}) == [
        f'domains[0]: is not served until {RECORD} has the TXT record "{proof_of(HOST, tenant=salon)}"'
    ]
    assert hosts(salon) == {HOST: (True, False), "more.localhost": (False, True), "salon.localhost": (False, True)}
    assert answers("salon.localhost") == answers("more.localhost") == 200
    assert answers(HOST) == 404
    assert len(apply(small() | {"domains": [HOST, "more.localhost"]})) == 1, "until it is proven"
    Domain.objects.filter(domain=HOST).update(verified_at=now())
    assert apply(small() | {"domains": [HOST, "more.localhost"]}) == []


def test_on_a_local_machine_links_lead_to_names_that_are_found_there(salon: Tenant, settings: Any) -> None:
    settings.LOCAL_MODE = True
    assert len(apply(small() | {"domains": [HOST, "more.localhost"]})) == 1
    assert hosts(salon)[HOST] == (True, False)
    assert hosts(salon)["more.localhost"] == (False, True)
    assert business_url(salon).startswith("http://salon.localhost:")


def test_a_file_without_domains_leaves_those_of_operators_alone(salon: Tenant) -> None:
    nothing = {name: value for name, value in small().items() if name != "domains"}
    apply(nothing)
    DomainFactory(tenant=salon, domain=HOST, is_primary=False)
    apply(nothing)
    assert hosts(salon) == {"salon.localhost": (True, True), HOST: (False, True)}
    apply(small() | {"domains": [HOST]})
    assert hosts(salon) == {"salon.localhost": (False, True), HOST: (True, True)}
    apply(nothing)
    assert hosts(salon) == {"salon.localhost": (True, True)}, "what the last file named goes with it"


def test_a_name_that_another_has_proven_cannot_be_claimed(salon: Tenant, rival: Tenant) -> None:
    DomainFactory(tenant=rival, domain=HOST, is_primary=False)
    with pytest.raises(BadConfig) as refused:
        apply(small() | {"domains": [HOST]})
    assert [each.text for each in refused.value.faults] == [f'domains[0]: leads to another business already ("{HOST}")']
    Domain.objects.filter(domain=HOST).update(verified_at=None)
    assert len(apply(small() | {"domains": [HOST]})) == 1


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(dt.datetime(2026, 12, 1, 12, tzinfo=dt.UTC), tick=False) as travel:
        yield travel


def run_due() -> int:
    """Runs what is due, as a worker does; returns how many checks there were."""
    ran = 0
    with public_scope():
        while claimed := claim_due(now=now()):
            for message in claimed:
                run_claimed(message=message)
                ran += message.task == CHECK_TASK
    return ran


def next_check() -> OutboxMessage | None:
    return OutboxMessage.objects.filter(task=CHECK_TASK, done_at=None).first()


def test_a_claim_is_looked_at_again_and_again_for_seven_days(internet: Internet, salon: Tenant, clock: Any) -> None:
    apply(small() | {"domains": [HOST]})
    began, times = now(), []
    while (due := next_check()) is not None and len(times) < 100:
        clock.move_to(due.due_at)
        assert run_due() == 1
        times.append((now() - began).total_seconds() / 60)
    assert times[:6] == [0, 1, 2, 4, 8, 16]
    assert times[-1] >= 7 * 24 * 60 > times[-2]
    assert max(later - sooner for sooner, later in pairwise(times)) == 12 * 60
    assert len(internet.dns.asked) == len(times) < 30
    assert Domain.objects.get(domain=HOST).reason == "record_missing"
    apply(small() | {"domains": [HOST]})
    assert next_check() is None, "by hand from now on"


def test_it_ends_with_the_proof(internet: Internet, salon: Tenant, clock: Any) -> None:
    apply(small() | {"domains": [HOST]})
    assert run_due() == 1
    prove(internet, salon)
    clock.shift(60)
    assert run_due() == 1
    assert next_check() is None
    assert answers(HOST) == 200
    assert Event.objects.get(name="business.domain_verified").actor_kind == "system"


def test_a_claim_that_is_gone_is_not_looked_at(internet: Internet, salon: Tenant, clock: Any) -> None:
    apply(small() | {"domains": [HOST]})
    Domain.objects.filter(domain=HOST).delete()
    assert run_due() == 1
    assert (next_check(), internet.dns.asked) == (None, [])


def test_what_the_platform_gives_is_never_looked_for(internet: Internet, salon: Tenant) -> None:
    apply(small() | {"domains": ["more.localhost"]})
    assert next_check() is None


def test_a_closed_business_gives_its_names_free(
    internet: Internet, claimed: Domain, salon: Tenant, rival: Tenant
) -> None:
    prove(internet, salon)
    checked(claimed)
    close_business(tenant=salon, actor=SYSTEM)
    assert hosts(salon) == {"salon.localhost": (True, True), HOST: (False, False)}
    gone = Domain.objects.select_related("tenant").get(pk=claimed.pk)
    with pytest.raises(Conflict, match="closed"):
        check_domain(domain=gone, actor=SYSTEM, now=now())
    theirs = DomainFactory(tenant=rival, domain=HOST, is_primary=False, verified_at=None)
    prove(internet, rival)
    assert checked(theirs) == (True, "")


def test_checks_by_hand_have_an_end(internet: Internet, claimed: Domain, owner: Person) -> None:
    for _ in range(CHECKS.most):
        check_domain(domain=claimed, actor=owner.actor, now=now())
    asked = len(internet.dns.asked)
    with pytest.raises(TooMany) as refused:
        check_domain(domain=claimed, actor=owner.actor, now=now())
    assert refused.value.code == "too_many_checks"
    assert len(internet.dns.asked) == asked
    check_again(domain_id=claimed.pk, now=now())
    assert len(internet.dns.asked) == asked + 1, "the platform's own go on"


def test_the_network_is_not_asked_in_a_transaction(
    internet: Internet, claimed: Domain, owner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    around = len(connection.atomic_blocks)
    depths = []
    monkeypatch.setattr(
        domain_actions, "look_for_proof", lambda host, tenant: depths.append(len(connection.atomic_blocks))
    )
    owner.api.post(f"domains/{HOST}/verify/")
    assert depths == [around]


def test_who_keeps_the_settings_sees_and_checks_their_own(
    internet: Internet, claimed: Domain, owner: Person, manager: Person, rival: Tenant
) -> None:
    DomainFactory(tenant=rival, domain="rival.example", is_primary=False, verified_at=None)
    proof = proof_of(HOST, tenant=owner.tenant)
    listed = owner.api.get("domains/").json()
    assert [each["domain"] for each in listed["results"]] == ["salon.localhost", HOST]
    assert listed["results"][1] == {
        "domain": HOST,
        "is_primary": False,
        "verified_at": None,
        "checked_at": None,
        "reason": None,
        "detail": "This has not been looked for yet.",
        "record": {"type": "TXT", "name": RECORD, "value": proof},
        "file": {"url": file_url(HOST), "content": proof},
    }
    assert (listed["results"][0]["record"], listed["results"][0]["detail"]) == (None, None)
    found = owner.api.post(f"domains/{HOST}/verify/").json()
    assert (found["verified_at"], found["reason"]) == (None, "record_missing")
    prove(internet, owner.tenant)
    found = owner.api.post(f"domains/{HOST}/verify/").json()
    assert found["verified_at"] is not None
    assert (found["reason"], found["record"], found["file"]) == (None, None, None)
    fact = Event.objects.get(name="business.domain_verified")
    assert (fact.actor_kind, fact.actor_id) == ("user", owner.user.pk)
    for unknown in ("rival.example", "nobody.example", "x" * 300):
        assert owner.api.post(f"domains/{unknown}/verify/").status_code == 404
    for refused in (manager.api.get("domains/"), manager.api.post(f"domains/{HOST}/verify/")):
        assert refused.status_code == 403
    with tenant_scope(rival):
        assert not Event.objects.exists()


def run(*arguments: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    try:
        with public_scope():
            call_command("tenant", "verify", *arguments, stdout=out, stderr=err)
    except SystemExit as end:
        return int(str(end.code)), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def test_from_the_command_line(internet: Internet, claimed: Domain, salon: Tenant) -> None:
    code, out, err = run("salon")
    assert (code, out) == (1, "salon.localhost: verified\n")
    record = f'{RECORD} TXT "{proof_of(HOST, tenant=salon)}"'
    assert err == f"{HOST}: The record is not there, or not to be seen yet. To be set: {record}\n"
    prove(internet, salon)
    assert run("salon", HOST) == (0, f"{HOST}: verified\n", "")
    assert run("salon") == (0, f"salon.localhost: verified\n{HOST}: verified\n", "")
    assert run("salon", "other.example") == (1, "", "domain: salon has no host name 'other.example'\n")
    assert run("nobody")[0] == 1
