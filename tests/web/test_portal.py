"""The customer's own pages, being oneself on the booking pages, and who is signed in at the top of every page."""

import datetime as dt
import json
import re
from html import unescape
from typing import Any

import pytest
from django.test import Client

from bookme.bookings.links import manage_token
from bookme.bookings.models import Booking, Visit, WaitlistEntry
from bookme.communications.models import Muted
from bookme.customers.models import Customer
from bookme.tenants.models import Tenant
from bookme.users.models import User
from tests.factories.bookings import AppointmentFactory, BookingFactory, SeriesFactory, WaitlistEntryFactory
from tests.factories.customers import ConsentFactory, CustomerAddressFactory, CustomerFactory
from tests.factories.users import PASSWORD, Person
from tests.privacy.canaries import LONG_AGO
from tests.web.conftest import GOOD, MONDAY, NOW, Shop, Visitor, configure, page_of

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


def booked(shop: Shop, person: Person, **more: Any) -> Booking:
    """A cut with Ana on Monday at ten, under the address of the person."""
    slot = AppointmentFactory(
        **{"service": shop.cut, "staff": shop.ana, "location": shop.place, "starts_at": MONDAY, "seats_taken": 1}
        | {name.removeprefix("slot_"): value for name, value in more.items() if name.startswith("slot_")}
    )
    mine, _ = Customer.objects.get_or_create(email=person.user.email, defaults={"name": "Ada"})
    rest = {name: value for name, value in more.items() if not name.startswith("slot_")}
    return BookingFactory(**{"visit__customer": mine, "appointment": slot} | rest)


def text_of(answer: Any) -> str:
    """Its words alone."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page_of(answer)))).replace(" ,", ",")


def strict(person: Person) -> Client:
    """Their browser, on a site that checks forged forms as it does in production."""
    client = Client(headers={"host": person.host}, enforce_csrf_checks=True)
    client.cookies = person.page.cookies
    return client


def token_of(client: Client, path: str) -> str:
    found = TOKEN.search(page_of(client.get(path)))
    assert found
    return found[1]


class TestHome:
    def test_the_next_one_first_then_the_others_and_the_past(self, shop: Shop, customer: Person) -> None:
        later = booked(shop, customer, slot_starts_at=MONDAY.replace(day=9))
        first = booked(shop, customer)
        past = booked(shop, customer, status="completed", slot_starts_at=LONG_AGO)
        page = page_of(customer.page.get("/account/"))
        places = [page.index(manage_token(each.visit)) for each in (first, later, past)]
        assert places == sorted(places)
        assert page.index("Your next booking") < places[0] < page.index("After that") < places[1]
        assert "Monday 7 January, 10:00" in page
        assert "London time" in page
        User.objects.filter(pk=customer.user.pk).update(timezone="Europe/London")
        assert "London time" not in page_of(customer.page.get("/account/")), "the zone is theirs"
        assert f'href="/manage/{manage_token(past.visit)}/again/"' in page
        assert f'href="/manage/{manage_token(first.visit)}/move/"' in page
        assert f'href="/manage/{manage_token(first.visit)}/cancel/"' in page
        assert "In 5 days" in page
        assert "Nothing booked yet" not in page

    def test_of_what_is_online_it_is_told_where_they_are_too(self, shop: Shop, customer: Person) -> None:
        booked(shop, customer, visit__timezone="Europe/Helsinki")
        assert "for you (" not in text_of(customer.page.get("/account/"))
        shop.place.online = True
        shop.place.save()
        assert "10:00 in London · 12:00 for you (Helsinki)" in text_of(customer.page.get("/account/"))

    def test_what_is_not_offered_any_more_is_not_booked_again(self, shop: Shop, customer: Person) -> None:
        shop.cut.is_active = False
        shop.cut.save()
        booked(shop, customer, status="completed", slot_starts_at=LONG_AGO)
        page = page_of(customer.page.get("/account/"))
        assert "Cut &amp; finish" in page
        assert "Book again" not in page

    def test_without_anything_it_leads_to_booking(self, shop: Shop, customer: Person) -> None:
        booked(shop, customer, visit__customer=CustomerFactory())
        page = page_of(customer.page.get("/account/"))
        assert "Nothing booked yet" in page
        assert 'href="/book/"' in page

    def test_with_nothing_ahead_it_leads_to_booking_too(self, shop: Shop, customer: Person) -> None:
        booked(shop, customer, status="completed", slot_starts_at=LONG_AGO)
        page = page_of(customer.page.get("/account/"))
        assert "Nothing coming up" in page
        assert 'href="/book/"' in page

    def test_what_cannot_be_moved_or_cancelled_says_nothing_of_it(self, shop: Shop, customer: Person) -> None:
        strict = {"reschedule": {"allowed_until_minutes": 20_000, "max_times": 1}}
        mine = booked(shop, customer, status="arrived", policy=strict, slot_starts_at=NOW + dt.timedelta(minutes=30))
        page = page_of(customer.page.get("/account/"))
        assert "Today, in 30 minutes" in page
        assert manage_token(mine.visit) in page
        assert "/move/" not in page
        assert "/cancel/" not in page

    def test_a_visit_of_several_services_is_one(self, shop: Shop, customer: Person) -> None:
        first = booked(shop, customer, slot_starts_at=LONG_AGO, status="completed")
        then = AppointmentFactory(
            service=shop.colour, staff=shop.ana, location=shop.place, starts_at=LONG_AGO + dt.timedelta(hours=1)
        )
        BookingFactory(visit=first.visit, appointment=then, status="completed", position=1)
        page = page_of(customer.page.get("/account/"))
        assert "Cut &amp; finish, Full colour" in page
        assert page.count("/again/") == 1

    def test_of_a_series_the_first_date_stands_for_all(self, shop: Shop, customer: Person) -> None:
        series = SeriesFactory()
        weeks = [
            booked(shop, customer, slot_starts_at=MONDAY + dt.timedelta(weeks=each), visit__series=series)
            for each in range(4)
        ]
        other = booked(shop, customer, slot_starts_at=MONDAY + dt.timedelta(days=1))
        page = page_of(customer.page.get("/account/"))
        assert "4 visits, every week on Monday" in page
        assert f'href="/manage/{manage_token(weeks[0].visit)}/#dates"' in page
        assert manage_token(other.visit) in page
        assert manage_token(weeks[1].visit) not in page

    def test_the_dates_of_a_course_are_one_too(self, shop: Shop, customer: Person) -> None:
        course = SeriesFactory(rule=None)
        for week in range(3):
            booked(shop, customer, slot_starts_at=MONDAY + dt.timedelta(weeks=week), visit__series=course)
        page = page_of(customer.page.get("/account/"))
        assert "A course on 3 dates" in page
        assert "After that" not in page

    def test_many_bookings_cost_no_more_queries(
        self, shop: Shop, customer: Person, django_assert_max_num_queries: Any
    ) -> None:
        for day in range(1, 9):
            booked(shop, customer, slot_starts_at=MONDAY + dt.timedelta(days=day))
            booked(shop, customer, status="completed", slot_starts_at=LONG_AGO.replace(day=day))
        with django_assert_max_num_queries(45):
            customer.page.get("/account/")

    def test_who_waits_sees_for_what(self, shop: Shop, customer: Person) -> None:
        WaitlistEntryFactory(user_id=customer.user.pk)
        WaitlistEntryFactory()
        page = page_of(customer.page.get("/account/"))
        assert page.count("/waitlist/") == 1
        assert "Number 1 in line" in page

    def test_the_past_is_paged(self, shop: Shop, customer: Person) -> None:
        for day in range(1, 13):
            booked(shop, customer, status="completed", slot_starts_at=LONG_AGO.replace(day=day))
        first, second = (page_of(customer.page.get(f"/account/?page={number}")) for number in (1, 2))
        assert (first.count("Book again"), second.count("Book again")) == (10, 2)
        assert "?page=2" in first
        assert ("Page 1 of 2" in first, "Page 2 of 2" in second) == (True, True)
        assert customer.page.get("/account/?page=nothing").status_code == 200

    @pytest.mark.parametrize(
        ("status", "told"),
        [("completed", ""), ("confirmed", ""), ("arrived", ""), ("cancelled", "Cancelled"), ("no_show", "Missed")],
    )
    def test_of_the_past_only_what_did_not_happen_is_told(
        self, shop: Shop, customer: Person, status: str, told: str
    ) -> None:
        mine = booked(shop, customer, status=status, slot_starts_at=NOW - dt.timedelta(days=1))
        page = text_of(customer.page.get("/account/"))
        assert f"Tue 1 Jan, 09:00 with Ana Okafor {told}".strip() + " Book again" in page
        page = text_of(customer.page.get(f"/manage/{manage_token(mine.visit)}/"))
        assert "Book again" in page
        assert "Change it" not in page
        assert "Add to calendar" not in page
        assert ("Past Reference" in page) == (status in {"confirmed", "arrived"})

    def test_what_was_called_off_of_a_visit_is_no_part_of_it(self, shop: Shop, customer: Person) -> None:
        first = booked(shop, customer, slot_starts_at=LONG_AGO, status="cancelled")
        then = AppointmentFactory(
            service=shop.colour, staff=shop.ana, location=shop.place, starts_at=LONG_AGO + dt.timedelta(hours=1)
        )
        BookingFactory(visit=first.visit, appointment=then, status="completed", position=1)
        page = text_of(customer.page.get("/account/"))
        assert "Full colour Mon 6 Jan 2020, 11:00 with Ana Okafor Book again" in page, "with its year"
        assert "Cut & finish" not in page
        assert "Mon 6 Jan 2020, 10:00" in text_of(customer.page.get(f"/manage/{manage_token(first.visit)}/"))

    def test_the_team_sees_its_own_alone(self, shop: Shop, owner: Person, customer: Person) -> None:
        theirs = booked(shop, customer)
        mine = booked(shop, owner, slot_staff=shop.ben)
        page = page_of(owner.page.get("/account/"))
        assert manage_token(mine.visit) in page
        assert manage_token(theirs.visit) not in page

    @pytest.mark.parametrize("path", ["/account/", "/account/profile/", "/account/export/", "/account/erase/"])
    def test_whoever_is_not_signed_in_signs_in_first(self, visitor: Visitor, path: str) -> None:
        answer = visitor.get(path)
        assert (answer.status_code, answer["Location"]) == (302, f"/account/sign-in/?next={path.replace('/', '%2F')}")


class TestProfile:
    def test_it_is_changed_here_and_on_the_account(self, shop: Shop, customer: Person) -> None:
        configure(shop.tenant, features={"sms": True})
        row = CustomerFactory(email=customer.user.email, phone="", channels={"whatsapp": False})
        page = page_of(customer.page.get("/account/profile/"))
        assert 'name="by_sms"' in page
        assert 'name="by_whatsapp"' not in page
        data = {"name": "Ada Byron", "phone": "020 7946 0102", "timezone": "Europe/Paris", "by_email": "on"}
        answer = customer.page.post("/account/profile/", data)
        assert (answer.status_code, answer["Location"]) == (302, "/account/profile/")
        row.refresh_from_db()
        assert (row.name, row.phone, row.timezone) == ("Ada Byron", "+442079460102", "Europe/Paris")
        assert row.channels == {"email": True, "sms": False, "whatsapp": False}, "what is not asked stays"
        assert User.objects.get(pk=customer.user.pk).name == "Ada Byron"
        assert row.consents.count() == 0, "what is not asked there is not answered"
        page = page_of(customer.page.get("/account/profile/"))
        assert "Saved." in page
        assert "data-toast" in page
        assert "toast-bad" not in page
        assert 'value="Ada Byron"' in page

    def test_messages_that_the_business_sends_can_be_refused(self, shop: Shop, customer: Person) -> None:
        reminders = [{"channel": "email", "minutes_before": 60}]
        off = {"off": ["booking.hold_ending"], "follow_up_hours": None}
        configure(shop.tenant, reminders=reminders, messages=off)
        mine = CustomerFactory(email=customer.user.email)
        page = page_of(customer.page.get("/account/profile/"))
        assert re.findall(r'name="message_([^"]+)"[^>]* checked', page) == ["booking.reminder"]
        assert page.count('name="message_') == 1, "neither what is off nor what is never sent"
        for box, refused in (({}, ["booking.reminder"]), ({"message_booking.reminder": "on"}, [])):
            answer = customer.page.post("/account/profile/", {"name": "Ada"} | box)
            assert answer.status_code == 302
            assert list(Muted.objects.filter(person_id=mine.pk).values_list("name", flat=True)) == refused

    def test_another_language_holds_at_once_and_in_messages(self, shop: Shop, customer: Person) -> None:
        page = page_of(customer.page.get("/account/profile/"))
        assert 'name="language"' not in page, "of one there is nothing to choose"
        configure(shop.tenant, languages=["en", "fr", "ar"])
        row = CustomerFactory(email=customer.user.email)
        page = page_of(customer.page.get("/account/profile/"))
        assert [each in page for each in ("English</option>", "Français</option>", "العربيّة</option>")] == [True] * 3
        customer.page.post("/account/profile/", {"name": "Ada", "language": "fr"})
        page = page_of(customer.page.get("/account/profile/"))
        assert '<html lang="fr"' in page
        assert "Enregistré" in page
        row.refresh_from_db()
        assert (row.language, User.objects.get(pk=customer.user.pk).language) == ("fr", "fr")
        customer.page.post("/account/profile/", {"name": "Ada", "language": ""})
        assert '<html lang="fr"' in page_of(customer.page.get("/account/profile/")), "this site stays as it was"

    def test_a_zone_is_chosen_by_its_city_and_keeps_its_name(self, shop: Shop, customer: Person) -> None:
        configure(shop.tenant, languages=["en", "fr"])
        row = CustomerFactory(email=customer.user.email, timezone="Asia/Calcutta")
        page = page_of(customer.page.get("/account/profile/?lang=fr"))
        assert '<option value="Europe/London">Londres</option>' in page
        assert '<option value="Asia/Calcutta" selected>Kolkata</option>' in page
        assert "Asia/Kolkata" not in page
        customer.page.post("/account/profile/", {"name": "Ada", "timezone": "Asia/Calcutta"})
        row.refresh_from_db()
        assert row.timezone == "Asia/Calcutta"

    def test_offers_are_agreed_to_and_taken_back_with_one_press(self, shop: Shop, customer: Person) -> None:
        configure(shop.tenant, languages=["en", "fr"])
        row = CustomerFactory(email=customer.user.email)
        assert "You have not agreed." in page_of(customer.page.get("/account/profile/"))
        customer.page.get("/account/?lang=fr")
        answer = customer.page.post("/account/news/", {"wanted": "yes"})
        assert (answer.status_code, answer["Location"]) == (302, "/account/profile/#consents")
        [said] = row.consents.all()
        assert (said.kind, said.granted) == ("marketing", True)
        assert said.wording == "Informez-moi parfois des offres et des nouvelles.", "as it was shown"
        page = page_of(customer.page.get("/account/profile/?lang=en"))
        assert said.wording in page
        assert "You agreed on <time" in page
        customer.page.post("/account/news/", {"wanted": "no"})
        customer.page.post("/account/news/", {"wanted": "no"})
        assert [each.granted for each in row.consents.order_by("created_at")] == [True, False]
        page = page_of(customer.page.get("/account/profile/"))
        assert "You said no on <time" in page
        assert "You get no offers and news any more." in page
        assert customer.page.get("/account/news/").status_code == 302
        assert row.consents.count() == 2, "by a press alone"

    def test_no_other_site_agrees_for_them(self, shop: Shop, customer: Person) -> None:
        row = CustomerFactory(email=customer.user.email)
        assert strict(customer).post("/account/news/", {"wanted": "yes"}).status_code == 403
        assert row.consents.count() == 0

    def test_what_was_agreed_to_with_bookings_says_what_it_means(self, shop: Shop, customer: Person) -> None:
        row = CustomerFactory(email=customer.user.email)
        assert "Your bookings rest on it" not in page_of(customer.page.get("/account/profile/"))
        ConsentFactory(customer=row, kind="privacy", wording="Use my details.", url="https://salon.example/p")
        ConsentFactory(customer=row, kind="terms", wording="I agree to the terms.")
        page = page_of(customer.page.get("/account/profile/"))
        assert 'href="https://salon.example/p"' in page
        assert "<bdi>Use my details.</bdi>" in page
        assert "Your bookings rest on it" in page
        assert "for what you booked." in page

    def test_what_cannot_be_is_told_beside_its_field(self, shop: Shop, customer: Person) -> None:
        answer = customer.page.post("/account/profile/", {"name": "", "phone": "12", "timezone": "Mars"})
        assert answer.status_code == 422
        assert page_of(answer).count('class="error"') == 3
        assert Customer.objects.count() == 0

    def test_no_other_site_changes_it(self, shop: Shop, customer: Person) -> None:
        client = strict(customer)
        assert client.post("/account/profile/", {"name": "Forged"}).status_code == 403
        token = token_of(client, "/account/profile/")
        assert client.post("/account/profile/", {"name": "Real", "csrfmiddlewaretoken": token}).status_code == 302
        assert User.objects.get(pk=customer.user.pk).name == "Real"


class TestOwnData:
    def test_the_file(self, shop: Shop, customer: Person) -> None:
        booked(shop, customer)
        answer = customer.page.get("/account/export/")
        assert answer["Content-Disposition"].startswith('attachment; filename="salon-my-data-2030-01-02')
        told = json.loads(b"".join(answer.streaming_content))
        assert len(told["bookings"]) == 1

    def test_it_is_asked_twice_and_done(self, shop: Shop, customer: Person) -> None:
        booked(shop, customer, status="completed", slot_starts_at=LONG_AGO)
        first = page_of(customer.page.get("/account/erase/"))
        assert 'name="current_password"' not in first
        assert 'href="?sure=1#again"' in first
        assert 'name="current_password"' in page_of(customer.page.get("/account/erase/?sure=1"))
        for data in ({"current_password": PASSWORD}, {"sure": "on", "current_password": "not-it"}):
            assert customer.page.post("/account/erase/", data).status_code == 422
        assert Customer.objects.get().email == customer.user.email
        answer = customer.page.post("/account/erase/", {"sure": "on", "current_password": PASSWORD})
        assert (answer.status_code, answer["Location"]) == (302, "/account/erased/")
        assert Customer.objects.get().name == "Erased customer"
        page = page_of(customer.page.get("/account/erased/"))
        assert "Your data is erased" in page
        assert "Sign in" in page
        assert customer.page.get("/account/").status_code == 302

    def test_not_while_something_is_to_come_and_not_of_the_team(
        self, shop: Shop, customer: Person, owner: Person
    ) -> None:
        booked(shop, customer)
        for person, words in ((customer, "One booking is still to come."), (owner, "You work here")):
            assert words in page_of(person.page.get("/account/erase/?sure=1"))
            answer = person.page.post("/account/erase/", {"sure": "on", "current_password": PASSWORD})
            assert answer.status_code == 422
            assert User.objects.get(pk=person.user.pk).is_active


class TestLanguages:
    """What people have to understand reads in each language that we ship, and nothing of it is left in English."""

    WORDS = {
        "/account/": "Nothing booked yet",
        "/account/profile/": "What you have agreed to",
        "/account/erase/": "It cannot be undone.",
        "/privacy/": "No machine decides about you.",
        "/terms/": "A booking is made once the page says so.",
    }

    @pytest.mark.parametrize("language", ["en", "fr", "ar", "es", "pl"])
    def test_the_pages_of_ones_own_are_in_it(self, shop: Shop, customer: Person, language: str) -> None:
        configure(shop.tenant, languages=["en", "fr", "ar", "es", "pl"])
        for path, words in self.WORDS.items():
            page = page_of(customer.page.get(f"{path}?lang={language}"))
            assert f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}"' in page
            assert (words in page) == (language == "en"), path


class TestBeingOneself:
    def test_a_member_books_as_themselves(self, visitor: Visitor, customer: Person) -> None:
        row = CustomerFactory(email=customer.user.email, phone="+442079460102")
        path = f"/book/details/?d={visitor.draft().token()}"
        client = strict(customer)
        page = page_of(client.get(path))
        assert f'value="{customer.user.email}"' in page
        assert 'value="+442079460102"' in page
        assert "You are signed in as" in page
        token = TOKEN.search(page)
        assert token
        answer = client.post(path, GOOD | {"csrfmiddlewaretoken": token[1]})
        assert answer.status_code == 302, page_of(answer)
        visit = Visit.objects.get()
        assert (visit.user_id, visit.customer, visit.contact_name) == (customer.user.pk, row, "Ada Byron")
        assert visit.guest_address is None
        row.refresh_from_db()
        assert row.user_id == customer.user.pk

    def test_a_form_without_the_token_is_a_guest_s(self, visitor: Visitor, customer: Person) -> None:
        """Opened before they signed in, or made by another site: it books, as anybody might, and not in their name."""
        path = f"/book/details/?d={visitor.draft().token()}"
        answer = strict(customer).post(path, GOOD)
        assert answer.status_code == 302
        assert Visit.objects.get().user_id is None

    def test_a_forged_token_is_refused(self, visitor: Visitor, customer: Person) -> None:
        path = f"/book/details/?d={visitor.draft().token()}"
        assert strict(customer).post(path, GOOD | {"csrfmiddlewaretoken": "x" * 64}).status_code == 403
        assert Visit.objects.count() == 0

    def test_where_guests_may_not_book_a_form_without_the_token_is_refused(
        self, visitor: Visitor, customer: Person
    ) -> None:
        visitor.shop.cut.policy = {"guest_booking": False}
        visitor.shop.cut.save()
        path = f"/book/details/?d={visitor.draft().token()}"
        assert strict(customer).post(path, GOOD).status_code == 403
        assert Visit.objects.count() == 0

    def test_the_team_books_as_a_person_without_its_powers(self, visitor: Visitor, owner: Person) -> None:
        path = f"/book/details/?d={visitor.draft().token()}"
        answer = owner.page.post(path, GOOD | {"csrfmiddlewaretoken": "any", "terms": ""})
        assert answer.status_code == 422, "consents are asked of them, too"
        answer = owner.page.post(path, GOOD | {"csrfmiddlewaretoken": "any"})
        assert answer.status_code == 302
        visit = Visit.objects.get()
        assert (visit.user_id, visit.source) == (owner.user.pk, "page")

    def test_a_guest_is_asked_whether_they_have_an_account(self, visitor: Visitor) -> None:
        page = page_of(visitor.get("/book/details/", visitor.draft()))
        assert "Do you have an account?" in page
        assert TOKEN.search(page) is None

    def test_where_we_came_to_last_is_filled_in(self, visitor: Visitor, customer: Person) -> None:
        configure(visitor.shop.tenant, kind="mobile")
        row = CustomerFactory(email=customer.user.email)
        (
            CustomerAddressFactory(customer=row, line1="1 Old Road"),
            CustomerAddressFactory(customer=row, line1="2 New Road"),
        )
        page = page_of(customer.page.get("/book/details/", {"d": visitor.draft().token()}))
        assert 'value="2 New Road"' in page
        assert 'value="N1 2BB"' in page

    def test_a_member_waits_as_themselves(self, visitor: Visitor, customer: Person) -> None:
        configure(visitor.shop.tenant, features={"waitlist": True})
        for who in (visitor.shop.ana, visitor.shop.ben):
            for hour in range(9, 17):
                slot = AppointmentFactory(
                    service=visitor.shop.cut,
                    staff=who,
                    location=visitor.shop.place,
                    starts_at=MONDAY.replace(hour=hour),
                    seats_taken=1,
                )
                BookingFactory(appointment=slot)
        path = f"/waitlist/join/?d={visitor.draft().token()}&date=2030-01-07"
        answer = customer.page.post(path, GOOD | {"csrfmiddlewaretoken": "any"})
        assert answer.status_code == 302, page_of(answer)
        assert WaitlistEntry.objects.get().user_id == customer.user.pk


class TestTopOfThePage:
    PATHS = ("/", "/book/", "/account/", "/account/security/", "/nowhere/")

    @pytest.mark.parametrize("path", PATHS[:4])
    def test_it_says_who_is_signed_in(self, shop: Shop, customer: Person, path: str) -> None:
        page = page_of(customer.page.get(path))
        assert f"<b>{customer.user.name}</b>" in page
        assert 'action="/account/sign-out/"' in page
        assert 'class="me-in"' not in page

    @pytest.mark.parametrize("path", PATHS[:2])
    def test_a_guest_is_led_to_sign_in(self, visitor: Visitor, path: str) -> None:
        answer = visitor.get(path)
        assert 'class="me-in"' in page_of(answer)
        assert not answer.cookies

    def test_it_comes_back_to_the_step(self, visitor: Visitor) -> None:
        page = page_of(visitor.get("/book/time/", visitor.draft()))
        found = re.search(r'class="me-in" href="/account/sign-in/\?next=([^"]+)"', page)
        assert found
        assert found[1].startswith("%2Fbook%2Ftime%2F%3Fd%3D")

    def test_the_team_finds_its_way_back(self, shop: Shop, owner: Person, customer: Person) -> None:
        assert '<a href="/team/"><' in page_of(owner.page.get("/"))
        assert '<a href="/team/"><' not in page_of(customer.page.get("/"))

    def test_signing_out_goes_on_here_and_nowhere_else(self, shop: Shop, customer: Person) -> None:
        assert customer.page.post("/account/sign-out/?next=/book/")["Location"] == "/book/"
        assert customer.page.post("/account/sign-out/?next=//evil.example/")["Location"] == "/"
        assert customer.page.get("/account/").status_code == 302

    def test_a_session_of_another_business_is_nobody_s(self, shop: Shop, rival: Tenant, customer: Person) -> None:
        client = Client(headers={"host": "rival.localhost"})
        client.cookies = customer.page.cookies
        assert customer.user.name not in page_of(client.get("/"))
