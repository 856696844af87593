"""The waitlist through the API: joining, one's place in the line, and what each caller may."""

import datetime as dt
from typing import Any
from uuid import UUID

import pytest

from bookme.bookings.actions import waiting
from bookme.bookings.models import Waiting, WaitlistEntry
from bookme.core.ids import uuid7
from bookme.customers.models import Consent
from bookme.eventlog.models import Event
from bookme.tenants.context import tenant_scope
from bookme.tenants.models import OutboxMessage, Tenant
from bookme.tenants.tasks import deliver_outbox
from tests.bookings.conftest import Shop
from tests.bookings.desk import monday, refused, written
from tests.bookings.line import (
    MONDAY,
    cancelled,
    full_monday,
    full_session,
    named,
    statuses,
    waiting_body,
    waits,
)
from tests.communications.conftest import configure
from tests.factories.bookings import WaitlistEntryFactory
from tests.factories.services import ExtraFactory, QuestionFactory, ServiceFactory
from tests.factories.staff import StaffFactory
from tests.factories.users import Api, Person, Stranger


@pytest.fixture(autouse=True)
def _keeps_a_waitlist(salon: Tenant) -> None:
    configure(salon, features={"waitlist": True})


def entries() -> dict[str, int]:
    return {**written(), "WaitlistEntry": WaitlistEntry.objects.count(), "Outbox": OutboxMessage.objects.count()}


def test_a_stranger_waits_for_a_session(shop: Shop, stranger: Stranger) -> None:
    session = full_session(shop)
    told = waits(stranger.api, "ada", session=str(session.pk))
    assert (told["status"], told["position"], told["text"]) == ("waiting", 1, "You are next in line.")
    assert (told["session"], told["date"], told["start"]) == (str(session.pk), None, "2030-01-07T18:00:00+00:00")
    assert told["contact"] == {**named("ada"), "phone": ""}
    assert (told["offer"], told["party_size"]) == (None, 1)
    second = waits(stranger.api, "bea", session=str(session.pk))
    assert (second["position"], second["text"]) == (2, "You are number 2 in line.")
    assert sorted(Consent.objects.filter(customer__email="ada@mail.example").values_list("kind", flat=True)) == [
        "privacy",
        "terms",
    ]
    event = Event.objects.get(name="waitlist.joined", subject_id=told["id"])
    assert event.payload["session_id"] == str(session.pk)


def test_and_for_a_full_day(shop: Shop, stranger: Stranger) -> None:
    full_monday(shop)
    told = waits(stranger.api, "ada", service=str(shop.service.pk), date="2030-01-07")
    assert (told["session"], told["date"], told["staff"], told["start"]) == (None, "2030-01-07", None, None)
    with_ben = waits(stranger.api, "bea", service=str(shop.service.pk), date="2030-01-07", staff=str(shop.ben.pk))
    assert (with_ben["staff"], with_ben["position"]) == (str(shop.ben.pk), 2)


def test_the_token_opens_what_it_is_for(shop: Shop, stranger: Stranger) -> None:
    session = full_session(shop)
    mine, theirs = (waits(stranger.api, name, session=str(session.pk)) for name in ("ada", "bea"))
    answer = stranger.api.get(f"waitlist/{mine['id']}/", {"token": mine["token"]})
    assert answer.json() == {name: value for name, value in mine.items() if name != "token"}
    assert not {"customer", "source"} & answer.json().keys()
    for token in (theirs["token"], mine["token"][:-1] + "x", "x" * 300, ""):
        refused(stranger.api.get(f"waitlist/{mine['id']}/", {"token": token}), 404, "not_found")
        refused(stranger.api.post(f"waitlist/{mine['id']}/leave/?token={token}"), 404, "not_found")
    refused(stranger.api.get(f"waitlist/{mine['id']}/"), 404, "not_found")
    assert statuses() == {"ada": "waiting", "bea": "waiting"}


def test_a_link_is_void_once_its_version_was_raised_and_in_another_business(
    shop: Shop, stranger: Stranger, rival: Tenant
) -> None:
    told = waits(stranger.api, "ada", session=str(full_session(shop).pk))
    with tenant_scope(rival):
        pass
    elsewhere = Stranger(host="rival.localhost")
    refused(elsewhere.api.get(f"waitlist/{told['id']}/", {"token": told["token"]}), 404, "not_found")
    WaitlistEntry.objects.update(link_version=2)
    refused(stranger.api.get(f"waitlist/{told['id']}/", {"token": told["token"]}), 404, "not_found")


def test_room_is_booked_not_waited_for(shop: Shop, stranger: Stranger) -> None:
    session = full_session(shop)
    session.bookings.first().delete()
    session.seats_taken = 1
    session.save()
    before = entries()
    refused(stranger.api.post("waitlist/", waiting_body("ada", session=str(session.pk))), 409, "not_full")
    day = waiting_body("ada", service=str(shop.service.pk), date="2030-01-07")
    assert refused(stranger.api.post("waitlist/", day), 409, "not_full")["start"] == "2030-01-07T09:00:00+00:00"
    assert entries() == before
    pair = waits(stranger.api, "ada", session=str(session.pk), party_size=2)
    assert pair["party_size"] == 2


def test_a_guest_goes_by_their_name_from_the_first_fact_on(shop: Shop, stranger: Stranger) -> None:
    mine = waits(stranger.api, "ada", session=str(full_session(shop).pk))
    stranger.api.post(f"waitlist/{mine['id']}/leave/?token={mine['token']}")
    facts = Event.objects.filter(subject_id=mine["id"]).order_by("occurred_at", "id")
    name = mine["contact"]["name"]
    assert [(each.name, each.actor_name) for each in facts] == [("waitlist.joined", name), ("waitlist.left", name)]


def test_whoever_waits_already_is_told(shop: Shop, customer: Person) -> None:
    session = full_session(shop)
    body = waiting_body("ada", session=str(session.pk))
    first = customer.api.post("waitlist/", body, idempotency_key="k1")
    again = customer.api.post("waitlist/", body, idempotency_key="k1")
    assert (again.status_code, again.json()) == (201, first.json()), "the same request is the same entry"
    before = entries()
    problem = refused(customer.api.post("waitlist/", body), 409, "already_waiting")
    assert not {"id", "token", "contact"} & problem.keys()
    assert entries() == before
    customer.api.post(f"waitlist/{first.json()['id']}/leave/")
    waits(customer.api, "ada", session=str(session.pk))
    full_monday(shop)
    for wish in ({}, {"staff": str(shop.ada.pk)}, {"location": str(shop.place.pk)}):
        waits(customer.api, "ada", service=str(shop.service.pk), date="2030-01-07", **wish)
        twice = waiting_body("ada", service=str(shop.service.pk), date="2030-01-07", **wish)
        refused(customer.api.post("waitlist/", twice), 409, "already_waiting")


def test_a_guest_is_answered_the_same_whoever_waits(shop: Shop, customer: Person, stranger: Stranger) -> None:
    """Whoever knows an address learns nothing by it, and reaches nothing of who waits under it."""
    session = full_session(shop)
    theirs = waits(customer.api, "ada", session=str(session.pk))
    body = waiting_body("ada", session=str(session.pk))
    known, unknown = (
        stranger.api.post("waitlist/", body | {"customer": body["customer"] | who}).json()
        for who in ({}, {"email": "nobody@mail.example", "phone": ""})
    )
    assert known.keys() == unknown.keys()
    assert (known["status"], unknown["status"]) == ("waiting", "waiting")
    assert known["id"] != theirs["id"]
    stranger.api.post(f"waitlist/{known['id']}/leave/?token={known['token']}")
    refused(stranger.api.post(f"waitlist/{theirs['id']}/leave/?token={known['token']}"), 404, "not_found")
    assert WaitlistEntry.objects.get(pk=theirs["id"]).status == "waiting"


def test_a_business_without_a_waitlist(shop: Shop, salon: Tenant, stranger: Stranger) -> None:
    session = full_session(shop)
    configure(salon, features={"waitlist": False})
    before = entries()
    refused(stranger.api.post("waitlist/", waiting_body("ada", session=str(session.pk))), 403, "waitlist_off")
    assert entries() == before


UNKNOWN = str(uuid7())


@pytest.mark.parametrize(
    ("changes", "status", "code", "pointer"),
    [
        ({"date": "2030-01-07"}, 400, "session_or_service", ""),
        ({"session": None}, 400, "session_or_service", ""),
        ({"session": None, "service": "service"}, 400, "session_or_service", ""),
        ({"session": None, "date": "2030-01-07"}, 400, "session_or_service", ""),
        ({"session": UNKNOWN}, 400, "unknown_session", "/session"),
        ({"session": "x"}, 400, "invalid", "/session"),
        ({"session": None, "service": UNKNOWN, "date": "2030-01-07"}, 400, "unknown_service", "/service"),
        ({"session": None, "service": "class", "date": "2030-01-07"}, 400, "sessions_only", "/service"),
        ({"session": None, "service": "service", "date": "2030-01-01"}, 400, "out_of_range", "/date"),
        ({"session": None, "service": "service", "date": "2030-06-01"}, 400, "out_of_range", "/date"),
        ({"session": None, "service": "service", "date": "9999-12-31"}, 400, "out_of_range", "/date"),
        ({"session": None, "service": "service", "date": "07.01.2030"}, 400, "invalid", "/date"),
        (
            {"session": None, "service": "service", "date": "2030-01-07", "staff": UNKNOWN},
            400,
            "unknown_staff",
            "/staff",
        ),
        (
            {"session": None, "service": "service", "date": "2030-01-07", "location": UNKNOWN},
            400,
            "unknown_location",
            "/location",
        ),
        (
            {"session": None, "service": "service", "date": "2030-01-07", "extras": [UNKNOWN]},
            400,
            "unknown_extra",
            "/extras/0",
        ),
        ({"party_size": 9}, 400, "party_too_large", "/party_size"),
        ({"party_size": 0}, 400, "min_value", "/party_size"),
        ({"customer": {"name": "Ada"}}, 400, "required", "/customer/email"),
        ({"customer": {"name": "A\x00", "email": "a@mail.example"}}, 400, None, "/customer/name"),
        ({"consents": {"terms": True}}, 400, "consent_required", "/consents/privacy"),
        ({"start": "2030-01-07T10:00:00Z"}, 400, "unknown", "/start"),
        ({"answers": {"colour": "red"}}, 400, "unknown_question", "/answers/colour"),
    ],
)
def test_what_cannot_be_waited_for(
    shop: Shop, stranger: Stranger, changes: dict[str, Any], status: int, code: str | None, pointer: str
) -> None:
    session = full_session(shop)
    ids = {"service": str(shop.service.pk), "class": str(session.service_id)}
    given = {name: ids.get(value, value) if name == "service" else value for name, value in changes.items()}
    before = entries()
    answer = stranger.api.post("waitlist/", waiting_body("ada", **{"session": str(session.pk), **given}))
    problem = refused(answer, status, code or answer.json()["code"], pointer)
    assert problem["detail"]
    assert entries() == before


@pytest.mark.parametrize("body", [None, [], "x", 7, {}, {"session": {}}, {"customer": 3, "consents": 4}])
def test_what_cannot_be_read(shop: Shop, stranger: Stranger, body: Any) -> None:
    assert stranger.api.post("waitlist/", body).status_code == 400


def test_nobody_waits_for_a_day_on_which_nothing_is_given(shop: Shop, stranger: Stranger) -> None:
    rare = ServiceFactory(staff=[StaffFactory()])
    answer = stranger.api.post("waitlist/", waiting_body("ada", service=str(rare.pk), date="2030-01-07"))
    refused(answer, 409, "not_offered")


def test_nor_for_what_begins_too_soon_for_an_offer(shop: Shop, stranger: Stranger) -> None:
    """Notice is an hour, and five minutes are the least that somebody is given."""
    now = dt.datetime(2030, 1, 2, 9, tzinfo=dt.UTC)
    late, early = (full_session(shop, start=now + dt.timedelta(minutes=minutes)) for minutes in (64, 65 + 60))
    refused(stranger.api.post("waitlist/", waiting_body("ada", session=str(late.pk))), 409, "too_late")
    waits(stranger.api, "ada", session=str(early.pk))


def test_what_a_booking_needs_is_asked_here(shop: Shop, stranger: Stranger) -> None:
    full_monday(shop)
    question = QuestionFactory(required=True, services=[shop.service])
    extra = ExtraFactory(services=[shop.service])
    body = waiting_body("ada", service=str(shop.service.pk), date="2030-01-07")
    refused(stranger.api.post("waitlist/", body), 400, "required", f"/answers/{question.key or question.pk}")
    told = waits(
        stranger.api,
        "ada",
        service=str(shop.service.pk),
        date="2030-01-07",
        answers={str(question.key or question.pk): "yes"},
        extras=[str(extra.pk)],
        notes="By the window",
    )
    assert told["extras"] == [str(extra.pk)]
    assert (told["notes"], list(told["answers"].values())) == ("By the window", ["yes"])


def test_guests_wait_for_so_much_at_once(shop: Shop, stranger: Stranger, settings: Any) -> None:
    settings.GUEST_BOOKINGS_PER_CONTACT = 2
    sessions = [full_session(shop, start=monday(18) + dt.timedelta(days=day)) for day in range(3)]
    for session in sessions[:2]:
        told = waits(stranger.api, "ada", session=str(session.pk))
    stranger.api.post(f"waitlist/{told['id']}/leave/?token={told['token']}")
    before = entries()
    refused(stranger.api.post("waitlist/", waiting_body("ada", session=str(sessions[2].pk))), 429, "too_many_waiting")
    assert entries() == before
    waits(stranger.api, "bea", session=str(sessions[2].pk))


def test_a_network_does_too(shop: Shop, stranger: Stranger, settings: Any) -> None:
    settings.GUEST_BOOKINGS_PER_ADDRESS = 1
    session = full_session(shop)
    waits(stranger.api, "ada", session=str(session.pk))
    refused(stranger.api.post("waitlist/", waiting_body("bea", session=str(session.pk))), 429, "too_many_waiting")


def test_nor_do_many_networks_of_one_site(shop: Shop, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.GUEST_BOOKINGS_PER_ADDRESS = 1
    monkeypatch.setattr(waiting, "SITE_FACTOR", 2)
    session = full_session(shop)
    statuses = []
    for name, network in (("ada", "1:1"), ("bea", "1:2"), ("cem", "1:3"), ("dan", "2:1")):
        api = Api(host="salon.localhost")
        api.client.defaults["REMOTE_ADDR"] = f"2001:db8:{network}::9"
        statuses.append(api.post("waitlist/", waiting_body(name, session=str(session.pk))).status_code)
    assert statuses == [201, 201, 429, 201]


def test_the_team_puts_somebody_down(shop: Shop, owner: Person, settings: Any) -> None:
    settings.GUEST_BOOKINGS_PER_CONTACT = 1
    for day in range(2):
        session = full_session(shop, start=monday(18) + dt.timedelta(days=day))
        answer = owner.api.post("waitlist/", {"customer": named("ada"), "session": str(session.pk)})
        assert answer.status_code == 201, answer.content
    assert answer.json()["source"] == "team"


def test_where_guests_may_not_book_they_may_not_wait(shop: Shop, stranger: Stranger, customer: Person) -> None:
    session = full_session(shop)
    session.service.policy = {"guest_booking": False}
    session.service.save()
    body = waiting_body("ada", session=str(session.pk))
    refused(stranger.api.post("waitlist/", body), 403, "guest_booking_off")
    assert customer.api.post("waitlist/", body).status_code == 201


def test_a_customer_sees_their_own(shop: Shop, customer: Person, stranger: Stranger) -> None:
    session = full_session(shop)
    mine = customer.api.post("waitlist/", waiting_body("ada", session=str(session.pk))).json()
    theirs = waits(stranger.api, "bea", session=str(session.pk))
    assert [each["id"] for each in customer.api.get("waitlist/").json()["results"]] == [mine["id"]]
    assert customer.api.get(f"waitlist/{mine['id']}/").json()["id"] == mine["id"]
    refused(customer.api.get(f"waitlist/{theirs['id']}/"), 404, "not_found")
    refused(customer.api.post(f"waitlist/{theirs['id']}/leave/"), 404, "not_found")
    assert customer.api.post(f"waitlist/{mine['id']}/leave/").json()["status"] == "left"
    refused(stranger.api.get("waitlist/"), 401, "not_signed_in")


def test_the_team_narrows_the_list(shop: Shop, owner: Person, stranger: Stranger) -> None:
    session = full_session(shop)
    full_monday(shop)
    one = waits(stranger.api, "ada", session=str(session.pk))
    two = waits(stranger.api, "bea", service=str(shop.service.pk), date="2030-01-07", staff=str(shop.ben.pk))
    gone = waits(stranger.api, "cy", session=str(session.pk))
    stranger.api.post(f"waitlist/{gone['id']}/leave/?token={gone['token']}")

    def listed(**query: str) -> set[str]:
        answer = owner.api.get("waitlist/", query)
        assert answer.status_code == 200, answer.content
        return {each["id"] for each in answer.json()["results"]}

    assert listed() == {one["id"], two["id"], gone["id"]}
    assert listed(status="waiting") == {one["id"], two["id"]}
    assert listed(session=str(session.pk), status="waiting") == {one["id"]}
    assert listed(service=str(shop.service.pk)) == {two["id"]}
    assert listed(date="2030-01-07", status="waiting") == {one["id"], two["id"]}
    assert listed(date="2030-01-08") == set()
    assert listed(staff=str(shop.ada.pk), status="waiting") == {one["id"]}
    assert listed(search="BEA") == {two["id"]}
    for wrong in ({"status": "x"}, {"date": "x"}, {"session": "x"}, {"page": "x"}):
        assert owner.api.get("waitlist/", wrong).status_code in {400, 404}


def test_lists_take_the_same_number_of_statements(
    shop: Shop, owner: Person, stranger: Stranger, django_assert_max_num_queries: Any
) -> None:
    session = full_session(shop)
    for name in ("ada", "bea", "cy", "dee"):
        waits(stranger.api, name, session=str(session.pk))
    cancelled(owner, session.bookings.first())
    owner.api.get("waitlist/")
    with django_assert_max_num_queries(7):
        told = owner.api.get("waitlist/").json()
    assert [each["position"] for each in told["results"]] == [None, 1, 2, 3]


def test_scopes_bound_what_the_team_sees(shop: Shop, stylist: Person, owner: Person, stranger: Stranger) -> None:
    """A member of staff, whose own calendar is Ben's."""
    shop.ben.user_id = stylist.user.id
    shop.ben.save()
    session = full_session(shop)
    full_monday(shop)
    adas = waits(stranger.api, "ada", session=str(session.pk))
    day = {"service": str(shop.service.pk), "date": "2030-01-07"}
    with_ada = waits(stranger.api, "bea", **day, staff=str(shop.ada.pk))
    with_ben = waits(stranger.api, "cy", **day, staff=str(shop.ben.pk))
    anybody = waits(stranger.api, "dee", **day)
    seen = {each["id"] for each in stylist.api.get("waitlist/").json()["results"]}
    assert seen == {with_ben["id"], anybody["id"]}
    for hidden in (adas, with_ada):
        refused(stylist.api.get(f"waitlist/{hidden['id']}/"), 404, "not_found")
        refused(stylist.api.post(f"waitlist/{hidden['id']}/remove/"), 404, "not_found")
    stylist.membership.staff_ids = [str(shop.ada.pk)]
    stylist.membership.save()
    assert stylist.api.get("waitlist/").json()["results"] == []
    body = {"customer": named("eve"), **day, "staff": str(shop.ben.pk)}
    refused(stylist.api.post("waitlist/", body), 403, "out_of_scope")
    refused(stylist.api.post("waitlist/", {"customer": named("eve"), **day}), 403, "out_of_scope")
    assert WaitlistEntry.objects.count() == 4


def test_the_team_moves_people_in_the_line(shop: Shop, owner: Person, stranger: Stranger) -> None:
    session = full_session(shop)
    ids = [waits(stranger.api, name, session=str(session.pk))["id"] for name in ("ada", "bea", "cy")]

    def order() -> list[str]:
        rows = owner.api.get("waitlist/", {"session": str(session.pk)}).json()["results"]
        return ["ABC"[ids.index(each["id"])] for each in rows if each["id"] in ids]

    assert owner.api.patch(f"waitlist/{ids[2]}/", {"to": "first"}).json()["position"] == 1
    assert order() == ["C", "A", "B"]
    owner.api.patch(f"waitlist/{ids[0]}/", {"to": "last"})
    assert order() == ["C", "B", "A"]
    owner.api.patch(f"waitlist/{ids[0]}/", {"before": ids[1]})
    assert order() == ["C", "A", "B"]
    late = waits(stranger.api, "dee", session=str(session.pk))
    assert late["position"] == 4, "who comes later is behind those who were moved"
    assert Event.objects.filter(name="waitlist.ranked").count() == 3
    other = waits(stranger.api, "ada", session=str(full_session(shop, start=monday(20)).pk))
    for body, code, pointer in (
        ({"before": other["id"]}, "unknown_entry", "/before"),
        ({"before": ids[2]}, "unknown_entry", "/before"),
        ({"before": "x"}, "invalid", "/before"),
        ({"to": "middle"}, "invalid_choice", "/to"),
        ({"to": "first", "before": ids[0]}, "to_or_before", "/to"),
        ({}, "to_or_before", "/to"),
    ):
        refused(owner.api.patch(f"waitlist/{ids[2]}/", body), 400, code, pointer)
    assert order() == ["C", "A", "B"]


def test_what_only_the_team_may(shop: Shop, customer: Person, owner: Person) -> None:
    session = full_session(shop)
    mine = customer.api.post("waitlist/", waiting_body("ada", session=str(session.pk))).json()
    for step in ("offer", "remove"):
        refused(customer.api.post(f"waitlist/{mine['id']}/{step}/"), 403, "not_allowed")
    refused(customer.api.patch(f"waitlist/{mine['id']}/", {"to": "first"}), 403, "not_allowed")
    removed = owner.api.post(f"waitlist/{mine['id']}/remove/").json()
    assert (removed["status"], removed["position"]) == ("left", None)
    assert Event.objects.get(name="waitlist.left").payload["by"] == "business"
    refused(owner.api.patch(f"waitlist/{mine['id']}/", {"to": "first"}), 409, "wrong_status")
    refused(owner.api.post(f"waitlist/{mine['id']}/remove/"), 409, "wrong_status")
    refused(owner.api.post(f"waitlist/{UUID(int=7)}/remove/"), 404, "not_found")


def test_nobody_waits_for_what_has_begun(shop: Shop, stranger: Stranger, clock: Any) -> None:
    """By its message in the outbox; a session that was moved later is waited for until then."""
    session = full_session(shop)
    full_monday(shop)
    waits(stranger.api, "ada", session=str(session.pk))
    waits(stranger.api, "bea", service=str(shop.service.pk), date="2030-01-07")
    session.starts_at = session.blocked_start = monday(19)
    session.ends_at = session.blocked_end = monday(20)
    session.save()
    clock.move_to(monday(18))
    deliver_outbox()
    assert statuses() == {"ada": "waiting", "bea": "waiting"}
    clock.move_to(monday(19))
    deliver_outbox()
    assert statuses() == {"ada": "closed", "bea": "waiting"}
    clock.move_to(monday(23, 59))
    deliver_outbox()
    assert statuses() == {"ada": "closed", "bea": "waiting"}
    clock.move_to(monday(0) + dt.timedelta(days=1))
    deliver_outbox()
    assert statuses() == {"ada": "closed", "bea": "closed"}
    assert Event.objects.filter(name="waitlist.closed", payload__reason="passed").count() == 2


def test_every_status_says_how_it_stands(shop: Shop, owner: Person) -> None:
    for status in Waiting:
        entry = WaitlistEntryFactory(status=status)
        assert owner.api.get(f"waitlist/{entry.pk}/").json()["text"]
    assert MONDAY.isoformat() == "2030-01-07"
