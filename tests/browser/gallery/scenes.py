"""What the gallery shows: journeys through the demo businesses, with a picture at each step."""

import datetime as dt
import re
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, expect

from tests.browser.conftest import go_on, heading
from tests.browser.customer_steps import fill_in, mails_to, pick_a_time, start
from tests.browser.gallery.camera import DESK, PHONE, Camera
from tests.browser.product import Product
from tests.browser.team_steps import sign_in
from tests.browser.test_widget import running_site

SALON, CLASSES, CLEANING, CLINIC, BARBERS = (
    *("house-of-hair", "mind-department", "valclean", "rivermead-clinic", "atlas-barbers"),
)
FULL_DAYS = "#picker a.is-full:visible"
BOTH = (PHONE, DESK)


def salon(camera: Camera, product: Product) -> None:
    camera.begin("A salon", "House of Hair, London: services in one visit, anyone or somebody, a time, done.")
    for width in BOTH:
        with camera.page(width) as page:
            page.goto(product.url(SALON))
            camera.shoot(page, "salon-home", "Home", whole=width == DESK)
            _book_at_the_salon(camera, page, product)
    with camera.page(PHONE, scheme="dark") as page:
        page.goto(product.url(SALON))
        camera.shoot(page, "salon-home-dark", "Home, in the dark")
        _to_the_time(page, product, SALON, "Cut & finish")
        camera.shoot(page, "salon-time-dark", "A time, in the dark")
    for width in BOTH:
        with camera.page(width) as page:
            _to_the_time(page, product, SALON, "Full-head highlights")
            page.locator(FULL_DAYS).first.click()
            expect(page.locator(".empty")).to_be_visible()
            camera.shoot(page, "salon-full-day", "A full day: what is next, and the waitlist")


def _to_the_time(page: Page, product: Product, slug: str, service: str) -> None:
    start(page, product, slug, service)
    while page.locator("#picker").count() == 0:
        go_on(page)
        page.wait_for_load_state("networkidle")


def _book_at_the_salon(camera: Camera, page: Page, product: Product) -> None:
    start(page, product, SALON, "Cut & finish")
    page.get_by_role("checkbox", name=re.compile("Bond repair")).check()
    expect(page.locator(".total, .bar-t").filter(visible=True)).to_contain_text("£")
    camera.shoot(page, "salon-services", "What: services, extras, the sum")
    go_on(page)
    camera.shoot(page, "salon-professional", "Who: anyone first")
    go_on(page)
    pick_a_time(page, days_ahead=2)
    camera.shoot(page, "salon-time", "When")
    go_on(page)
    fill_in(page, email="mia@mail.example")
    camera.shoot(page, "salon-details", "Details, consents and the policy in plain words")
    go_on(page)
    page.wait_for_selector(".tick")
    camera.shoot(page, "salon-done", "Booked")
    reference = page.locator(".ref b").inner_text()
    mails = mails_to(page, product, "mia@mail.example", count=1)
    mail = next(each for each in mails if reference in each["text"])
    link = re.search(r"http://\S+/m/\S+/", mail["text"])
    assert link
    page.goto(link[0])
    camera.shoot(page, "salon-manage", "The link in the mail")
    page.get_by_role("link", name="Cancel", exact=True).click()
    camera.shoot(page, "salon-cancel", "Cancelling: first what it costs")


def portal(camera: Camera, product: Product) -> None:
    camera.begin("A customer's account", "What is next, what was, and what is known of them.")
    for width in BOTH:
        with camera.page(width) as page:
            page.goto(product.url(SALON, "/account/sign-in/"))
            camera.shoot(page, "portal-sign-in", "Sign in by password or by a link")
            page.get_by_label("E-mail").first.fill(f"customer@{SALON}.example")
            page.get_by_label("Password").fill("bookme-demo")
            page.get_by_role("button", name="Sign in", exact=True).click()
            expect(page.get_by_role("heading", level=1)).to_contain_text("Hello")
            camera.shoot(page, "portal-home", "My bookings")
            page.goto(product.url(SALON, "/account/profile/"))
            camera.shoot(page, "portal-profile", "Profile, reminders, my data")


def classes(camera: Camera, product: Product) -> None:
    camera.begin("Classes", "The Mind Department, Bristol: sessions with places, a course, talks by video.")
    for width in BOTH:
        with camera.page(width) as page:
            page.goto(product.url(CLASSES))
            camera.shoot(page, "classes-home", "Home")
            page.goto(product.url(CLASSES, "/classes/"))
            camera.shoot(page, "classes-list", "What is on, and how many places are left")
            page.locator("h3 a").first.click()
            camera.shoot(page, "classes-session", "One session")
            page.goto(product.url(CLASSES, "/classes/"))
            page.get_by_role("link", name=re.compile("waitlist", re.IGNORECASE)).first.click()
            camera.shoot(page, "classes-waitlist", "A full class: the waitlist")
    for width in BOTH:
        with camera.page(width, timezone_id="America/New_York") as page:
            _to_the_time(page, product, CLASSES, "Introductory call")
            pick_a_time(page, days_ahead=1)
            camera.shoot(page, "online-time", "By video, seen from New York")


def cleaning(camera: Camera, product: Product) -> None:
    camera.begin(
        "A mobile trade", "VALClean, Manchester: who comes to this postcode, and when; each request is answered."
    )
    for width in BOTH:
        with camera.page(width) as page:
            page.goto(product.url(CLEANING))
            camera.shoot(page, "cleaning-home", "Home")
            page.goto(product.url(CLEANING, "/book/"))
            _shoot_each_step(camera, page)
    with camera.page(PHONE, locale="pl-PL") as page:
        page.goto(product.url(CLEANING))
        camera.shoot(page, "cleaning-polish", "In Polish")


def _shoot_each_step(camera: Camera, page: Page) -> None:
    """Service, place and time, in whatever order the steps ask for them."""
    seen: set[str] = set()
    while True:
        page.wait_for_load_state("networkidle")
        step = page.url.partition("?")[0].rstrip("/").rpartition("/")[2]
        if step == "details" or step in seen:
            break
        seen.add(step)
        if step == "book":
            page.get_by_role("checkbox", name=re.compile("^Regular clean")).check()
        if step == "where":
            page.get_by_label("Postcode").fill("M1 1RG")
        if step == "time":
            pick_a_time(page, days_ahead=1)
        if step != "professional":
            camera.shoot(page, f"cleaning-{'services' if step == 'book' else step}", _CLEANING_STEPS[step])
        go_on(page)
    page.wait_for_url("**/details/**")
    page.get_by_label("Address").fill("1 Piccadilly")
    page.get_by_label("Town").fill("Manchester")
    page.get_by_label("Bedrooms").fill("2")
    page.get_by_label("How do we get in?").select_option("Key safe")
    fill_in(page, email="mia.clean@mail.example")
    camera.shoot(page, "cleaning-details", "What this business asks")
    page.get_by_role("button", name="Send request").locator("visible=true").click()
    heading(page, "Requested")
    camera.shoot(page, "cleaning-requested", "Asked for")


_CLEANING_STEPS = {"book": "What", "where": "Where", "time": "When somebody can be there"}


def clinic(camera: Camera, product: Product) -> None:
    camera.begin("A clinic", "Rivermead Clinic, Boston and Portland: several places, rooms and equipment, no guests.")
    for width in BOTH:
        with camera.page(width, locale="en-US") as page:
            page.goto(product.url(CLINIC))
            camera.shoot(page, "clinic-home", "Home")
            _to_the_time(page, product, CLINIC, "First assessment")
            pick_a_time(page, days_ahead=1)
            camera.shoot(page, "clinic-time", "A time, in two places")
    with camera.page(PHONE, locale="es-US") as page:
        page.goto(product.url(CLINIC))
        camera.shoot(page, "clinic-spanish", "In Spanish")


def barbers(camera: Camera, product: Product) -> None:
    camera.begin("From right to left", "Atlas Barbers, Casablanca: Arabic, French and English.")
    for width in BOTH:
        with camera.page(width, locale="ar-MA") as page:
            page.goto(product.url(BARBERS))
            camera.shoot(page, "arabic-home", "Home in Arabic")
            _to_the_arabic_time(page, product)
            camera.shoot(page, "arabic-time", "A time in Arabic")
    with camera.page(PHONE, locale="ar-MA", scheme="dark") as page:
        _to_the_arabic_time(page, product)
        go_on(page)
        camera.shoot(page, "arabic-details-dark", "Details in Arabic, in the dark")
    with camera.page(PHONE, locale="fr-MA") as page:
        page.goto(product.url(BARBERS))
        camera.shoot(page, "french-home", "Home in French")


def _to_the_arabic_time(page: Page, product: Product) -> None:
    page.goto(product.url(BARBERS, "/book/?service=complet"))
    go_on(page)
    page.wait_for_url("**/professional/**")
    go_on(page)
    page.wait_for_url("**/time/**")
    pick_a_time(page, days_ahead=1)


def team(camera: Camera, product: Product) -> None:
    camera.begin("The team", "What is on, who asks, who comes, and what was written to whom.")
    today = dt.datetime.now(dt.UTC).date()
    last_friday = today - dt.timedelta(days=(today.weekday() - 4) % 7 or 7)
    for width in BOTH:
        with camera.page(width) as page:
            sign_in(page, product)
            camera.shoot(page, "team-today", "Today, and the days ahead")
            page.goto(product.url(SALON, f"/team/?day={last_friday + dt.timedelta(days=7)}"))
            camera.shoot(page, "team-agenda", "A full Friday")
            page.locator(".bk h3 a").first.click()
            camera.shoot(page, "team-booking", "A booking")
            page.goto(product.url(SALON, "/team/messages/"))
            camera.shoot(page, "team-messages", "What was written to whom")
    with camera.page(DESK, scheme="dark") as page:
        sign_in(page, product)
        page.goto(product.url(SALON, f"/team/?day={last_friday}"))
        camera.shoot(page, "team-agenda-dark", "A Friday that was, in the dark")
        page.goto(product.url(SALON, "/team/messages/texts/booking.confirmed/email/en/"))
        page.wait_for_timeout(500)
        camera.shoot(page, "team-text-dark", "The words of a message, as they look")
    for width in BOTH:
        with camera.page(width) as page:
            sign_in(page, product, CLEANING)
            page.goto(product.url(CLEANING, "/team/requests/"))
            camera.shoot(page, "team-requests", "Requests to answer")
    with camera.page(PHONE) as page:
        sign_in(page, product, CLASSES)
        page.goto(product.url(CLASSES, "/team/classes/"))
        if page.get_by_role("link", name=re.compile("^Next:")).count():
            page.get_by_role("link", name=re.compile("^Next:")).click()
        camera.shoot(page, "team-classes", "Who comes to a class")


def widget(camera: Camera, product: Product) -> None:
    camera.begin("On another site", "One line of script: a button with a dialog, or the steps in place. No cookie.")
    with _listed_site(camera, product) as site:
        for width in BOTH:
            with camera.page(width) as page:
                page.goto(f"{site}/button/")
                page.get_by_role("button", name="Book now").click()
                frame = page.get_by_role("dialog").frame_locator("iframe")
                expect(frame.get_by_role("checkbox").first).to_be_visible()
                page.wait_for_timeout(500)
                camera.shoot(page, "widget-dialog", "A button, and the steps in a dialog")
        for width, scheme in ((DESK, "light"), (PHONE, "dark")):
            with camera.page(width, scheme=scheme) as page:
                page.goto(f"{site}/inline/")
                expect(page.frame_locator("iframe").get_by_role("checkbox").first).to_be_visible()
                page.wait_for_timeout(500)
                name = "widget-in-place" + ("-dark" if scheme == "dark" else "")
                camera.shoot(page, name, "In place" + (", for eyes that ask for the dark" if scheme == "dark" else ""))


@contextmanager
def _listed_site(camera: Camera, product: Product) -> Iterator[str]:
    with running_site(product) as site:
        with camera.page(DESK) as page:
            sign_in(page, product)
            page.goto(product.url(SALON, "/team/website/"))
            page.get_by_label("Allowed sites").fill(site)
            page.get_by_role("button", name="Save the sites").click()
            expect(page.get_by_text("The allowed sites are saved.")).to_be_visible()
            camera.shoot(page, "team-website", "The page that writes the script")
        yield site


def platform(camera: Camera, product: Product) -> None:
    camera.begin("Around it", "What a developer sees: all demo businesses, the mailbox, and the style guide.")
    with camera.page(DESK) as page:
        page.goto(product.url())
        camera.shoot(page, "platform-home", "The platform")
        page.goto(product.url(path="/mailbox/"))
        page.locator(".mail").filter(has_text="mia@mail.example").first.click()
        page.wait_for_timeout(500)
        camera.shoot(page, "mailbox-mail", "A confirmation as it looks")
        page.goto(product.url(path="/ui/"))
        camera.shoot(page, "style-guide", "The style guide")


SCENES = (salon, portal, classes, cleaning, clinic, barbers, team, widget, platform)
