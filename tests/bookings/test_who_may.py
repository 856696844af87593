"""Who sees and changes which booking."""

import pytest

from bookme.bookings.links import manage_token
from bookme.bookings.models import Booking
from bookme.core.permissions import Role
from bookme.tenants.context import tenant_scope
from bookme.tenants.models import Tenant
from tests.bookings.conftest import Shop
from tests.bookings.desk import monday, refused
from tests.bookings.rows import booked, link
from tests.factories.locations import LocationFactory
from tests.factories.users import Person, Stranger, make_person


class TestWhoMay:
    def test_every_step_of_the_team_is_refused_to_others(
        self, shop: Shop, customer: Person, stranger: Stranger, rival_owner: Person
    ) -> None:
        booking = booked(shop, visit__user_id=customer.user.pk)
        for step in ("confirm", "decline", "arrive", "complete", "no-show", "undo"):
            path = f"bookings/{booking.pk}/{step}/"
            refused(stranger.api.post(path), 401, "not_signed_in")
            refused(stranger.api.post(path + link(booking)), 401, "not_signed_in")
            refused(customer.api.post(path), 403, "not_allowed")
            assert rival_owner.api.post(path).status_code == 404
        row = Booking.objects.get()
        assert (row.status, row.version) == ("confirmed", 1)

    @pytest.mark.parametrize("step", ["cancel", "reschedule"])
    def test_a_booking_of_somebody_else_is_not_there(
        self, shop: Shop, customer: Person, stranger: Stranger, step: str
    ) -> None:
        booking, other = booked(shop), booked(shop, appointment__starts_at=monday(14))
        body = {"start": monday(12).isoformat()} if step == "reschedule" else {}
        for answer in (
            stranger.api.post(f"bookings/{booking.pk}/{step}/", body),
            stranger.api.post(f"bookings/{booking.pk}/{step}/{link(other)}", body),
            stranger.api.post(f"bookings/{booking.pk}/{step}/?token=forged:1:abc", body),
            stranger.api.post(f"bookings/{booking.pk}/{step}/{link(booking)}x", body),
            customer.api.post(f"bookings/{booking.pk}/{step}/", body),
        ):
            refused(answer, 404, "not_found")
        assert set(Booking.objects.values_list("status", "version")) == {("confirmed", 1)}

    def test_a_revoked_link_and_one_of_another_business(self, shop: Shop, stranger: Stranger, rival: Tenant) -> None:
        booking = booked(shop)
        with tenant_scope(rival):
            foreign = "?token=" + manage_token(booking.visit)
        refused(stranger.api.get(f"bookings/{booking.pk}/{foreign}"), 404, "not_found")
        old = link(booking)
        assert stranger.api.get(f"bookings/{booking.pk}/{old}").status_code == 200
        booking.visit.link_version += 1
        booking.visit.save()
        refused(stranger.api.get(f"bookings/{booking.pk}/{old}"), 404, "not_found")
        assert stranger.api.get(f"bookings/{booking.pk}/{link(booking)}").status_code == 200

    def test_staff_see_and_change_their_own_calendar(self, shop: Shop, stylist: Person) -> None:
        shop.ada.user_id = stylist.user.pk
        shop.ada.save()
        own, other = booked(shop), booked(shop, appointment__staff=shop.ben)
        listed = stylist.api.get("bookings/").json()["results"]
        assert [each["id"] for each in listed] == [str(own.pk)]
        assert stylist.api.post(f"bookings/{own.pk}/arrive/").status_code == 200
        refused(stylist.api.post(f"bookings/{other.pk}/arrive/"), 404, "not_found")

    def test_scopes_of_a_manager(self, shop: Shop, salon: Tenant) -> None:
        away = LocationFactory()
        own = booked(shop)
        booked(shop, appointment__location=away, appointment__starts_at=monday(12))
        scoped = make_person(salon, Role.MANAGER, location_ids=[str(shop.place.pk)])
        listed = scoped.api.get("bookings/").json()["results"]
        assert [each["id"] for each in listed] == [str(own.pk)]

    def test_a_customer_sees_their_own_and_no_internal_notes(self, shop: Shop, customer: Person) -> None:
        mine = booked(shop, visit__user_id=customer.user.pk, internal_notes="difficult")
        linked = booked(
            shop, visit__customer__user_id=customer.user.pk, appointment__starts_at=monday(12), internal_notes="VIP"
        )
        booked(shop, appointment__starts_at=monday(14))
        answer = customer.api.get("bookings/")
        assert [each["id"] for each in answer.json()["results"]] == [str(mine.pk), str(linked.pk)]
        assert b"difficult" not in answer.content
        assert b"internal" not in answer.content
        assert customer.api.get(f"bookings/{mine.pk}/").status_code == 200
        refused(customer.api.get(f"bookings/{mine.pk}/events/"), 403, "not_allowed")
        refused(customer.api.get("bookings/export/?format=csv"), 403, "not_allowed")

    def test_a_guest_has_no_list(self, shop: Shop, stranger: Stranger) -> None:
        booking = booked(shop)
        refused(stranger.api.get("bookings/"), 401, "not_signed_in")
        refused(stranger.api.get(f"bookings/{booking.pk}/"), 404, "not_found")
        refused(stranger.api.get(f"bookings/{booking.pk}/events/{link(booking)}"), 401, "not_signed_in")

    def test_a_link_shows_its_visit_without_what_is_internal(self, shop: Shop, stranger: Stranger) -> None:
        booking = booked(shop, internal_notes="difficult")
        answer = stranger.api.get(f"bookings/{booking.pk}/{link(booking)}")
        assert answer.json()["contact"]["email"] == booking.visit.contact_email
        assert b"difficult" not in answer.content
