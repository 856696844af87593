"""What went out, what is sent and what it says, in a real browser on the real product."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import OpenPage, check, heading
from tests.browser.product import Product
from tests.browser.team_steps import book, sign_in

PAGES = ("", "settings/", "texts/", "accounts/", "accounts/email/?provider=ses", "whatsapp/", "stopped/")


def test_every_page_of_messages_is_sound(product: Product, open_page: OpenPage, width: int) -> None:
    page = open_page(width)
    sign_in(page, product)
    for path in PAGES:
        page.goto(product.url("house-of-hair", f"/team/messages/{path}"))
        check(page)


def test_what_went_out_is_read_and_sent_again(product: Product, open_page: OpenPage, width: int) -> None:
    page, name = open_page(width), f"Iris {width}"
    sign_in(page, product)
    book(page, product, name)
    sent = page.locator(".row-l").filter(has_text="Booking confirmed").filter(has_text=name)
    for _time in range(20):
        if sent.count():
            break
        page.wait_for_timeout(500)
        page.reload()
    sent.first.click()
    heading(page, "Booking confirmed")
    expect(page.locator(".letter-b, .bubble")).to_contain_text("Dry trim")
    check(page)
    page.get_by_role("button", name="Send again").click()
    expect(page.get_by_text("It goes out once more")).to_be_visible()
    page.goto(product.url("house-of-hair", "/team/messages/?search=iris"))
    expect(page.locator(".sent-a").filter(has_text=name).first).to_be_visible()
    check(page)


def test_a_text_is_seen_while_it_is_written_and_then_holds(product: Product, open_page: OpenPage, width: int) -> None:
    page = open_page(width)
    sign_in(page, product)
    page.goto(product.url("house-of-hair", "/team/messages/texts/booking.no_show/email/en/"))
    frame = page.frame_locator("iframe[name=preview]")
    expect(frame.locator("h1")).to_be_visible()
    page.get_by_label("Heading").fill(f"We missed you {width}")
    expect(frame.get_by_role("heading", name=f"We missed you {width}")).to_be_visible()
    page.get_by_label("Text", exact=True).fill("Dear ")
    page.get_by_role("button", name="{{ customer }}").click()
    expect(page.get_by_label("Text", exact=True)).to_have_value("Dear {{ customer }}")
    expect(frame.get_by_text("Dear Amelia Hart", exact=True)).to_be_visible()
    page.get_by_label("Heading").fill("{{ nobody }}")
    expect(page.locator("#count .pill-bad")).to_be_visible()
    page.get_by_label("Heading").fill("We missed you")
    page.get_by_role("button", name="Save as a new version").click()
    expect(page.get_by_text("It holds from now on.")).to_be_visible()
    check(page)
    page.get_by_role("button", name="Back to the built-in text").click()
    expect(page.get_by_text("The built-in text holds again.")).to_be_visible()


def test_a_text_for_whatsapp_is_changed_in_place(product: Product, open_page: OpenPage, width: int) -> None:
    page = open_page(width)
    sign_in(page, product)
    page.goto(product.url("house-of-hair", "/team/messages/whatsapp/"))
    page.get_by_text("Add a text").click()
    page.get_by_label("Message", exact=True).select_option("booking.reminder")
    page.get_by_label("Its id at Twilio").fill(f"HX{'a' * 32}")
    page.get_by_role("button", name="Add", exact=True).click()
    check(page)
    page.get_by_role("link", name=re.compile("Change: Reminder")).click()
    page.get_by_label("What is put in").fill("customer, when")
    check(page)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("customer, when")).to_be_visible()
    page.get_by_role("button", name=re.compile("Take off: Reminder")).click()
    expect(page.get_by_text("No text is approved yet")).to_be_visible()


def test_without_scripts_a_text_is_looked_at_and_saved(product: Product, open_page: OpenPage) -> None:
    page = open_page(390, java_script_enabled=False)
    sign_in(page, product)
    page.goto(product.url("house-of-hair", "/team/messages/texts/waitlist.joined/sms/en/"))
    page.get_by_label("Text", exact=True).fill("You wait for {{ service }}.")
    page.get_by_role("button", name="Preview").click()
    expect(page.frame_locator("iframe[name=preview]").get_by_text("You wait for Cut and finish.")).to_be_visible()
    page.get_by_role("button", name="Save as a new version").click()
    expect(page.get_by_text("It holds from now on.")).to_be_visible()
    page.get_by_role("button", name="Back to the built-in text").click()
    expect(page.get_by_text("The built-in text holds again.")).to_be_visible()


def test_the_mailbox_shows_each_channel_as_it_looks(product: Product, open_page: OpenPage, width: int) -> None:
    page = open_page(width)
    sign_in(page, product)
    book(page, product, f"Mail {width}")
    page.goto(product.url(path="/mailbox/"))
    expect(page.locator(".mail").first).to_be_visible(timeout=20_000)
    check(page)
    page.locator(".mail").filter(has_text=re.compile("mail-")).first.click()
    expect(page.locator(".mail-frame")).to_be_visible()
    check(page)
    page.get_by_role("link", name="Dark").click()
    check(page)
