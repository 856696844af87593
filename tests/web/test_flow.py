"""The first steps of a booking, without a browser."""

from django.test import Client

from tests.web.conftest import Shop


def test_home_shows_what_can_be_booked(shop: Shop, client: Client) -> None:
    page = client.get("/").content.decode()
    assert "Cut &amp; finish" in page
    assert "Shelved" not in page
    assert "<c-" not in page


def test_services_to_time(shop: Shop, client: Client) -> None:
    page = client.get("/book/")
    assert page.status_code == 200
    assert "<c-" not in page.content.decode()
    answer = client.post("/book/", {"service": str(shop.cut.id), f"extra-{shop.cut.id}": str(shop.massage.id)})
    assert answer.status_code == 302, answer.content.decode()
    page = client.get(answer["Location"])
    open("/tmp/prof.html","w").write(page.content.decode())
    assert "Anyone available" in page.content.decode()
    answer = client.post(answer["Location"], {"staff": "any"})
    page = client.get(answer["Location"])
    open("/tmp/time.html","w").write(page.content.decode())
    assert 'name="slot"' in page.content.decode()
