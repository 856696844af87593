"""The catalogue through its API."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookme.eventlog.models import Event
from bookme.services.models import Category, Extra, Question, Service, ServiceKind
from bookme.tenants.context import tenant_scope
from bookme.tenants.models import Tenant
from tests.answers import faults, ids
from tests.factories.locations import LocationFactory
from tests.factories.services import CategoryFactory, ExtraFactory, QuestionFactory, ServiceFactory
from tests.factories.staff import StaffFactory
from tests.factories.users import Person, Stranger

CUT = {"name": "Cut & finish", "duration_minutes": 45, "price": "58.00"}
NOBODY = "01890000-0000-7000-8000-000000000000"


def _cancelling(*fee_steps: Any) -> dict[str, Any]:
    return {"policy": {"cancellation": {"fee_steps": list(fee_steps)}}}


def test_a_manager_makes_a_service_and_anyone_reads_it(manager: Person, stranger: Stranger) -> None:
    place, category = LocationFactory(), CategoryFactory()
    body = CUT | {
        "category": str(category.pk),
        "locations": [str(place.pk)],
        "requires": [{"kind": "chair"}],
        "tags": ["short"],
        "metadata": {"till": 7},
        "policy": {
            "min_notice_minutes": 120,
            "deposit": {"kind": "percent", "value": "25"},
            "cancellation": {"fee_steps": [{"minutes_before": 120, "percent": 100}], "refund_percent": 50},
            "max_per_day": None,
            "max_per_customer": 2,
        },
        "bookable_hours": [{"day": "sat", "start": "22:00", "end": "26:30"}],
        "bookable_dates": [{"from": "2027-06-01", "to": "2027-08-31"}],
    }

    made = manager.api.post("services/", body)

    assert made.status_code == 201, made.content
    assert made.json() | body == made.json()
    shown = stranger.api.get(f"services/{made.json()['id']}/").json()
    assert shown["slug"] == "cut-finish"
    assert (shown["price"], shown["currency"]) == ("58.00", "GBP")
    assert shown["key"] is None
    assert {"metadata", "translations", "policy"}.isdisjoint(shown)
    assert (shown["bookable_hours"], shown["bookable_dates"]) == (body["bookable_hours"], body["bookable_dates"])
    assert Service.objects.get().policy == body["policy"]


def test_when_a_service_is_given_is_replaced_as_a_set_and_told(manager: Person) -> None:
    service = ServiceFactory(bookable_hours=[{"day": "mon", "start": "09:00", "end": "12:00"}])
    hours = [{"day": "tue", "start": "09:00", "end": "12:00"}]

    answer = manager.api.patch(f"services/{service.pk}/", {"bookable_hours": hours, "bookable_dates": []})

    assert (answer.json()["bookable_hours"], answer.json()["bookable_dates"]) == (hours, [])
    assert Event.objects.get().payload["changes"] == {"bookable_hours": [service.bookable_hours, hours]}


def test_the_same_key_makes_one_service(manager: Person) -> None:
    first, second = (manager.api.post("services/", CUT, idempotency_key="k1") for _ in range(2))

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert manager.api.post("services/", CUT | {"price": "1.00"}, idempotency_key="k1").status_code == 422
    assert (Service.objects.count(), Event.objects.count()) == (1, 1)


def test_a_changed_price_is_in_the_history(manager: Person) -> None:
    service = ServiceFactory(price="40")

    answer = manager.api.patch(f"services/{service.pk}/", {"price": "42.50", "name": service.name})

    assert answer.json()["price"] == "42.50"
    event = Event.objects.get()
    assert (event.name, event.subject_id, event.actor_id) == ("catalogue.changed", service.pk, manager.actor.id)
    assert event.payload["changes"] == {"price": ["40", "42.5"]}
    assert event.payload["change"] == "changed"


def test_what_changes_nothing_is_no_event(manager: Person) -> None:
    service = ServiceFactory(requires=["chair"], locations=[LocationFactory()])
    same = manager.api.get(f"services/{service.pk}/").json()

    answer = manager.api.patch(f"services/{service.pk}/", {key: same[key] for key in same if key not in {"slug"}})

    assert answer.status_code == 200, answer.content
    assert answer.json() == same
    assert not Event.objects.exists()


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"name": ""}, "/name", "blank"),
        ({"name": "x" * 10_000}, "/name", "max_length"),
        ({"name": "a\u202eb"}, "/name", "control_characters"),
        ({"duration_minutes": 0}, "/duration_minutes", "min_value"),
        ({"duration_minutes": 10**12}, "/duration_minutes", "max_value"),
        ({"duration_minutes": "soon"}, "/duration_minutes", "invalid"),
        ({"padding_after_minutes": 481}, "/padding_after_minutes", "max_value"),
        ({"price": "-1"}, "/price", "min_value"),
        ({"price": "1.005"}, "/price", "too_many_decimals"),
        ({"price": "NaN"}, "/price", "invalid"),
        ({"price": "1" * 40}, "/price", "max_digits"),
        ({"color": "red"}, "/color", "invalid"),
        ({"kind": "party"}, "/kind", "invalid_choice"),
        ({"capacity": 3}, "/capacity", "capacity_of_kind"),
        ({"kind": "group", "capacity": 1}, "/capacity", "capacity_of_kind"),
        ({"kind": "class", "capacity": 5, "min_to_run": 6}, "/min_to_run", "too_large"),
        ({"course": "whole"}, "/course", "course_of_kind"),
        ({"course": "some"}, "/course", "invalid_choice"),
        ({"category": NOBODY}, "/category", "does_not_exist"),
        ({"category": "hair"}, "/category", "invalid"),
        ({"locations": [NOBODY]}, "/locations/0", "does_not_exist"),
        ({"locations": ["here"]}, "/locations/0", "invalid"),
        ({"requires": [{"kind": "a"}, {"kind": "a"}]}, "/requires", "twice"),
        ({"tags": ["a", "a"]}, "/tags", "twice"),
        ({"policy": {"guest": True}}, "/policy/guest", "unknown"),
        ({"policy": {"max_per_day": 0}}, "/policy/max_per_day", "min_value"),
        ({"policy": {"max_per_customer": "two"}}, "/policy/max_per_customer", "invalid"),
        ({"policy": {"travel_minutes": None}}, "/policy/travel_minutes", "null"),
        ({"policy": {"travel_minutes": 1441}}, "/policy/travel_minutes", "max_value"),
        (_cancelling({"minutes_before": 60}), "/policy/cancellation/fee_steps/0/percent", "required"),
        (_cancelling({"minutes_before": 60, "percent": 101}), "/policy/cancellation/fee_steps/0/percent", "max_value"),
        (_cancelling(*[{"minutes_before": 60, "percent": 1}] * 11), "/policy/cancellation/fee_steps", "max_length"),
        (
            _cancelling({"minutes_before": 1441, "percent": 1}),
            "/policy/cancellation/fee_steps/0/minutes_before",
            "max_value",
        ),
        ({"bookable_hours": [{"day": "mon", "start": "9", "end": "12:00"}]}, "/bookable_hours/0/start", "invalid"),
        ({"bookable_hours": [{"day": "mon", "start": "09:00", "end": "48:01"}]}, "/bookable_hours/0/end", "invalid"),
        (
            {"bookable_hours": [{"day": "mo", "start": "09:00", "end": "12:00"}]},
            "/bookable_hours/0/day",
            "invalid_choice",
        ),
        ({"bookable_hours": [{"day": "mon", "start": "09:00", "end": "12:00"}] * 2}, "/bookable_hours/1", "overlap"),
        ({"bookable_hours": {"mon": "09:00"}}, "/bookable_hours", "not_a_list"),
        ({"bookable_dates": [{"from": "2027-06-31", "to": "2027-07-01"}]}, "/bookable_dates/0/from", "invalid"),
        ({"bookable_dates": [{"from": "2027-07-01"}]}, "/bookable_dates/0/to", "required"),
        ({"bookable_dates": [{"from": "2027-07-02", "to": "2027-07-01"}]}, "/bookable_dates/0/to", "end_before_start"),
        ({"policy": {"deposit": {"kind": "fixed"}}}, "/policy/deposit/value", "value_of_kind"),
        ({"policy": {"deposit": {"kind": "percent", "value": "101"}}}, "/policy/deposit/value", "max_value"),
        ({"policy": {"deposit": {"kind": "fixed", "value": "0.001"}}}, "/policy/deposit/value", "too_many_decimals"),
        ({"metadata": {"a": {"b": {"c": {"d": {"e": 1}}}}}}, "/metadata", "too_deep"),
        ({"metadata": {"a": "x" * 9000}}, "/metadata", "too_large"),
        ({"metadata": {"a\u0007": 1}}, "/metadata", "not_storable"),
        ({"metadata": [1]}, "/metadata", "not_a_dict"),
        ({"translations": {"fr": {"name": "Coupe"}}}, "/translations/fr", "unknown_language"),
        ({"slug": "with space"}, "/slug", "invalid"),
        ({"is_active": "maybe"}, "/is_active", "invalid"),
    ],
)
def test_what_cannot_be_is_refused_by_its_pointer(manager: Person, body: Any, pointer: str, code: str) -> None:
    assert faults(manager.api.post("services/", CUT | body)) == {pointer: code}
    assert not Service.objects.exists()
    assert not Event.objects.exists()


def test_ids_of_another_business_are_unknown(manager: Person, rival: Tenant) -> None:
    with tenant_scope(rival):
        category, place, foreign = CategoryFactory(), LocationFactory(), ServiceFactory()

    body = CUT | {"category": str(category.pk), "locations": [str(place.pk)]}

    assert faults(manager.api.post("services/", body)) == {
        "/category": "does_not_exist",
        "/locations/0": "does_not_exist",
    }
    assert manager.api.get(f"services/{foreign.pk}/").status_code == 404
    assert manager.api.patch(f"services/{foreign.pk}/", {"name": "Mine"}).status_code == 404
    assert manager.api.delete(f"services/{foreign.pk}/").status_code == 404
    with tenant_scope(rival):
        assert Service.objects.get(is_active=True).name == foreign.name


@pytest.mark.parametrize("who", ["stylist", "customer", "rival_owner", "stranger"])
def test_only_owner_and_manager_write(who: str, salon: Tenant, request: pytest.FixtureRequest) -> None:
    service = ServiceFactory()
    caller = request.getfixturevalue(who)
    api = type(caller.api)(host="salon.localhost", token=getattr(getattr(caller, "tokens", None), "access", ""))
    refused = {401, 403}

    assert api.post("services/", CUT).status_code in refused
    assert api.patch(f"services/{service.pk}/", {"price": "1"}).status_code in refused
    assert api.delete(f"services/{service.pk}/").status_code in refused

    service.refresh_from_db()
    assert (Service.objects.count(), service.is_active, service.price) == (1, True, 40)
    assert not Event.objects.exists()


def test_archived_is_no_longer_offered_and_can_come_back(owner: Person, stranger: Stranger) -> None:
    service = ServiceFactory()

    answer = owner.api.delete(f"services/{service.pk}/")

    assert answer.status_code == 200
    assert answer.json() == {"id": str(service.pk), "is_active": False, "standing_bookings": []}
    assert ids(stranger.api.get("services/")) == ids(stranger.api.get("services/?is_active=false")) == set()
    assert stranger.api.get(f"services/{service.pk}/").status_code == 404
    assert ids(owner.api.get("services/")) == set()
    assert ids(owner.api.get("services/?is_active=false")) == {str(service.pk)}
    assert Event.objects.get().payload["change"] == "archived"

    assert owner.api.patch(f"services/{service.pk}/", {"is_active": True}).status_code == 200
    assert ids(stranger.api.get("services/")) == {str(service.pk)}


def test_filters_of_services(stranger: Stranger) -> None:
    here, there = LocationFactory(), LocationFactory()
    category = CategoryFactory()
    cut = ServiceFactory(name="Dry cut", category=category, tags=["short"], locations=[here])
    yoga = ServiceFactory(name="Yoga", description="Slow and DRY", of_class=True)
    person = StaffFactory(does=[cut])

    def found(query: str) -> set[str]:
        return ids(stranger.api.get(f"services/?{query}"))

    both = {str(cut.pk), str(yoga.pk)}
    assert found("") == found("search=dry") == found(f"location={here.pk}") == both
    assert found("search=dry+cut") == found("tag=short") == found(f"category={category.pk}") == {str(cut.pk)}
    assert found(f"staff={person.pk}") == {str(cut.pk)}
    assert found(f"location={there.pk}") == found("kind=class") == {str(yoga.pk)}
    assert found(f"staff={NOBODY}") == found("search=%25") == set()


@pytest.mark.parametrize(
    "query", ["category=x", "is_active=maybe", "kind=party", "staff=1", "location=%00", "search=" + "x" * 101]
)
def test_filters_that_cannot_be_read_are_refused(stranger: Stranger, query: str) -> None:
    assert list(faults(stranger.api.get(f"services/?{query}"))) == ["/" + query.split("=", maxsplit=1)[0]]


@pytest.mark.parametrize(
    "query", ["page=0", "page=last", "page_size=0", "page_size=-1", "page_size=many", "page=" + "9" * 30]
)
def test_pages_that_cannot_be_are_refused(stranger: Stranger, query: str) -> None:
    assert list(faults(stranger.api.get(f"services/?{query}"))) == ["/" + query.split("=", maxsplit=1)[0]]
    assert stranger.api.get("services/?page=2").status_code == 404


def test_asking_what_is_allowed_is_no_fault(stranger: Stranger, salon: Tenant) -> None:
    for path in ("services/", f"services/{ServiceFactory().pk}/"):
        assert stranger.api.client.options(f"/api/v1/{path}").status_code in {200, 204, 405}


def test_pages_are_in_order_and_at_most_a_hundred(stranger: Stranger) -> None:
    made = [ServiceFactory(position=position) for position in (2, 0, 1)]
    for _ in range(99):
        ServiceFactory(position=5)

    first = stranger.api.get("services/?page_size=500").json()

    assert (first["count"], len(first["results"])) == (102, 100)
    assert [each["id"] for each in first["results"][:3]] == [str(made[index].pk) for index in (1, 2, 0)]
    assert len(stranger.api.get("services/?page_size=100&page=2").json()["results"]) == 2
    assert len(stranger.api.get("services/").json()["results"]) == 25


def test_a_list_takes_a_fixed_number_of_queries(stranger: Stranger) -> None:
    place = LocationFactory()

    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert stranger.api.get("services/").status_code == 200
        return len(caught)

    ExtraFactory(services=[ServiceFactory(category=CategoryFactory(), locations=[place], requires=["chair"])])
    queries()  # what is kept in the process
    few = queries()
    for _ in range(24):
        ExtraFactory(services=[ServiceFactory(category=CategoryFactory(), locations=[place], requires=["chair"])])
    assert queries() == few
    assert few <= 6


def test_texts_are_answered_in_the_language_that_is_asked_for(owner: Person, salon: Tenant) -> None:
    salon.tenantconfig.data = {**salon.tenantconfig.data, "languages": ["fr", "ar"]}
    salon.tenantconfig.save()
    body = CUT | {"name": "Coupe", "translations": {"ar": {"name": "قص"}}}

    made = owner.api.post("services/", body)

    assert made.status_code == 201, made.content
    path = f"services/{made.json()['id']}/"
    assert owner.api.get(path, accept_language="ar").json()["name"] == "قص"
    assert owner.api.get(path, accept_language="en, ar;q=0.5").json()["name"] == "قص"
    assert owner.api.get(path, accept_language="de").json()["name"] == "Coupe"
    assert owner.api.get(path).json()["translations"] == {"ar": {"name": "قص"}}
    bad = {"translations": {"fr": {"name": "x"}, "ar": {"colour": "x", "name": "x" * 121, "description": 3}}}
    assert faults(owner.api.patch(path, bad)) == {
        "/translations/fr": "unknown_language",
        "/translations/ar/colour": "unknown_field",
        "/translations/ar/name": "not_text",
        "/translations/ar/description": "not_text",
    }


def test_a_stranger_may_keep_an_answer_for_a_moment(owner: Person, stranger: Stranger) -> None:
    service = ServiceFactory()

    first = stranger.api.get("services/")
    again = stranger.api.get("services/", if_none_match=first["ETag"])

    assert first["Cache-Control"] == "public, max-age=30"
    assert {"Host", "Accept-Language", "Authorization"} <= set(first["Vary"].split(", "))
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert (again["API-Version"], again["Cache-Control"], again["Vary"]) == ("1", first["Cache-Control"], first["Vary"])
    assert owner.api.get("services/")["Cache-Control"] == "private, no-cache"
    owner.api.patch(f"services/{service.pk}/", {"price": "99.00"})
    assert stranger.api.get("services/", if_none_match=first["ETag"]).status_code == 200


def test_slugs_are_made_once_and_never_twice(owner: Person) -> None:
    first, second = (owner.api.post("service-categories/", {"name": "Hair"}).json() for _ in range(2))
    arabic = owner.api.post("service-categories/", {"name": "الشعر"}).json()

    assert (first["slug"], second["slug"], arabic["slug"]) == ("hair", "hair-2", "category")
    assert faults(owner.api.patch(f"service-categories/{second['id']}/", {"slug": "hair"})) == {"/slug": "unique"}
    renamed = owner.api.patch(f"service-categories/{first['id']}/", {"name": "Hairs"})
    assert renamed.json()["slug"] == "hair"


def test_services_under_an_archived_heading_stay_on_offer(owner: Person, stranger: Stranger) -> None:
    service = ServiceFactory(category=CategoryFactory())

    owner.api.delete(f"service-categories/{service.category.pk}/")

    assert Category.objects.get().is_active is False
    assert stranger.api.get(f"services/{service.pk}/").json()["category"] is None
    assert ids(stranger.api.get("service-categories/")) == set()


def test_extras_and_questions_are_kept(owner: Person, stranger: Stranger) -> None:
    service, other = ServiceFactory(), ServiceFactory()
    extra = owner.api.post("extras/", {"name": "Wash", "price": "4.50", "services": [str(service.pk)]}).json()
    question = owner.api.post(
        "questions/", {"label": "How long?", "kind": "choice", "choices": ["Short", "Long"], "required": True}
    ).json()

    assert (extra["price"], extra["currency"], extra["services"]) == ("4.50", "GBP", [str(service.pk)])
    assert question["choice_labels"] == ["Short", "Long"]
    assert ids(stranger.api.get(f"extras/?service={service.pk}")) == {extra["id"]}
    assert ids(stranger.api.get(f"extras/?service={other.pk}")) == set()
    assert ids(stranger.api.get(f"questions/?service={other.pk}")) == {question["id"]}
    assert [each["name"] for each in stranger.api.get(f"services/{service.pk}/").json()["extras"]] == ["Wash"]

    assert owner.api.patch(f"extras/{extra['id']}/", {"services": [str(other.pk)]}).status_code == 200
    assert owner.api.patch(f"questions/{question['id']}/", {"services": [str(service.pk)]}).status_code == 200
    assert ids(stranger.api.get(f"extras/?service={service.pk}")) == set()
    assert ids(stranger.api.get(f"questions/?service={other.pk}")) == set()

    assert owner.api.delete(f"extras/{extra['id']}/").json()["is_active"] is False
    assert owner.api.delete(f"questions/{question['id']}/").json()["is_active"] is False
    assert (Extra.objects.get().is_active, Question.objects.get().is_active) == (False, False)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"kind": "choice"}, "/choices"),
        ({"kind": "text", "choices": ["a"]}, "/choices"),
        ({"kind": "choice", "choices": ["a", "a"]}, "/choices"),
        ({"kind": "text", "minimum": 1}, "/minimum"),
        ({"kind": "integer", "minimum": 2, "maximum": 1}, "/maximum"),
        ({"kind": "integer", "minimum": 10**30}, ""),
    ],
)
def test_questions_make_sense(owner: Person, body: Any, pointer: str) -> None:
    assert pointer in next(iter(faults(owner.api.post("questions/", {"label": "?", **body}))))
    assert not Question.objects.exists()


def test_a_translated_choice_keeps_its_value(owner: Person, salon: Tenant) -> None:
    salon.tenantconfig.data = {**salon.tenantconfig.data, "languages": ["en", "fr"]}
    salon.tenantconfig.save()
    question = QuestionFactory(kind="choice", choices=["Yes", "No"])
    path = f"questions/{question.pk}/"

    told = {"translations": {"fr": {"label": "Alors ?", "choices": ["Oui", "Non"]}}}
    assert owner.api.patch(path, told).status_code == 200

    french = owner.api.get(path, accept_language="fr").json()
    assert (french["label"], french["choices"], french["choice_labels"]) == ("Alors ?", ["Yes", "No"], ["Oui", "Non"])
    short = {"translations": {"fr": {"choices": ["Oui"]}}}
    assert faults(owner.api.patch(path, short)) == {"/translations": "choices_of_kind"}


def test_a_kind_changes_only_together_with_its_capacity(owner: Person) -> None:
    service = ServiceFactory()

    assert faults(owner.api.patch(f"services/{service.pk}/", {"kind": "group"})) == {"/capacity": "capacity_of_kind"}
    assert owner.api.patch(f"services/{service.pk}/", {"kind": "group", "capacity": 4}).status_code == 200
    service.refresh_from_db()
    assert (service.kind, service.capacity) == (ServiceKind.GROUP, 4)


@pytest.mark.parametrize(
    ("body", "missing"),
    [
        ({"requires": [{}]}, {"/requires/0/kind"}),
        ({"bookable_hours": [{"day": "mon"}]}, {"/bookable_hours/0/start", "/bookable_hours/0/end"}),
        ({"bookable_dates": [{"from": "2030-01-01"}]}, {"/bookable_dates/0/to"}),
        ({"policy": {"deposit": {}}}, {"/policy/deposit/kind"}),
        ({"policy": {"cancellation": {"fee_steps": [{"percent": 5}]}}},
         {"/policy/cancellation/fee_steps/0/minutes_before"}),
    ],
)  # fmt: skip
def test_a_change_in_part_replaces_what_is_within_whole(owner: Person, body: Any, missing: set[str]) -> None:
    service = ServiceFactory()
    assert faults(owner.api.patch(f"services/{service.pk}/", body)) == dict.fromkeys(missing, "required")
    assert Service.objects.get(pk=service.pk).updated_at == service.updated_at
