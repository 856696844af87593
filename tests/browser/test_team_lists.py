"""Taking bookings along, and bringing bookings and customers, in a real browser on the real product."""

import csv
import datetime as dt
from pathlib import Path
from zlib import crc32

from playwright.sync_api import expect

from tests.browser.conftest import OpenPage, check
from tests.browser.product import Product
from tests.browser.team_steps import book, sign_in

HEADER = "Name;E-mail;Phone;Shoe size\n"


def lists_of(name: str) -> tuple[str, str]:
    """With a fault, and without. No journey's customer has one of these mobile numbers."""
    good = f"{HEADER}{name};{name}@mail.example;;41\nHedy {name};;07700 900{crc32(name.encode()) % 1000:03d};\n"
    return good + "Eve;nobody;12;\n", good


def test_customers_are_looked_at_and_then_taken_over(
    product: Product, open_page: OpenPage, width: int, tmp_path: Path
) -> None:
    page, name = open_page(width), f"grace{width}"
    sign_in(page, product)
    page.goto(product.url("house-of-hair", "/team/lists/"))
    check(page)
    page.get_by_role("link", name="Import customers").click()
    check(page)
    for text in lists_of(name):
        (tmp_path / "list.csv").write_text(text)
        page.get_by_label("CSV file").set_input_files(tmp_path / "list.csv")
        page.get_by_role("button", name="Preview").click()
        expect(page.locator("#report-h")).to_be_visible()
        wrong = page.get_by_text("This cannot be read.")
        expect(wrong).to_be_visible() if "Eve" in text else expect(wrong).to_have_count(0)
        check(page)
    page.get_by_role("button", name="Import 2 customers").click()
    expect(page.get_by_text("2 customers are new, 0 were filled in.")).to_be_visible()
    check(page)


def test_bookings_are_looked_at_and_then_taken_over(
    product: Product, open_page: OpenPage, width: int, tmp_path: Path
) -> None:
    page, name = open_page(width), f"Katherine {width}"
    comes = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=300 + sum(map(ord, name)) % 50)
    was = comes - dt.timedelta(days=1000)
    good = "Start,Service,Name,Hair\n" + "".join(f"{day} 10:00,Dry trim,{name},red\n" for day in (was, comes))
    sign_in(page, product)
    page.goto(product.url("house-of-hair", "/team/lists/"))
    page.get_by_role("link", name="Import bookings").click()
    check(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Example file").click()
    assert download.value.suggested_filename == "bookings-example.csv"
    for text in (f"{good}soon,Dry trim,Eve,\n", good):
        (tmp_path / "list.csv").write_text(text)
        page.get_by_label("CSV file").set_input_files(tmp_path / "list.csv")
        page.get_by_role("button", name="Preview").click()
        expect(page.locator("#report-h")).to_be_visible()
        wrong = page.get_by_text("Give a day and a time")
        expect(wrong).to_be_visible() if "Eve" in text else expect(wrong).to_have_count(0)
        check(page)
    page.get_by_role("button", name="Import 2 bookings").click()
    expect(page.get_by_text("2 bookings were imported.")).to_be_visible()
    check(page)
    page.get_by_role("status").get_by_role("link", name="Agenda").click()
    expect(page.get_by_text(name).first).to_be_visible()
    check(page)


def test_bookings_are_taken_along(product: Product, open_page: OpenPage) -> None:
    page = open_page(1280)
    sign_in(page, product)
    book(page, product, "Ida Rhodes")
    page.goto(product.url("house-of-hair", "/team/lists/"))
    page.get_by_label("Confirmed").check()
    with page.expect_download() as download:
        page.get_by_role("button", name="Table (CSV)").click()
    with download.value.path().open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["status"] for row in rows} == {"confirmed"}
    assert "Ida Rhodes" in {row["name"] for row in rows}
    check(page)


def test_without_scripts_the_file_is_chosen_again(product: Product, open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page(390, java_script_enabled=False)
    sign_in(page, product)
    page.goto(product.url("house-of-hair", "/team/lists/customers/"))
    (tmp_path / "list.csv").write_text(lists_of("plain")[1])
    page.get_by_label("CSV file").set_input_files(tmp_path / "list.csv")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_text("Choose the same file again first.")).to_be_visible()
    page.get_by_label("CSV file").set_input_files(tmp_path / "list.csv")
    page.get_by_role("button", name="Import 2 customers").click()
    expect(page.get_by_text("2 customers are new, 0 were filled in.")).to_be_visible()
