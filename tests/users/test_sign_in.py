"""Signing in, staying signed in, and signing out."""

from tests.factories.users import PASSWORD, Person, Stranger


def test_a_member_signs_in_and_is_known(owner: Person, stranger: Stranger) -> None:
    answer = stranger.api.post("auth/login/", {"email": "Owner@Salon.example", "password": PASSWORD})
    assert answer.status_code == 200, answer.content
    tokens = answer.json()
    assert set(tokens) == {"access", "refresh"}
    me = stranger.api.get("auth/me/", authorization=f"Bearer {tokens['access']}")
    assert me.status_code == 200
    assert me.json()["role"] == "owner"


def test_the_cast_is_signed_in(owner: Person, stylist: Person, stranger: Stranger, rival_owner: Person) -> None:
    assert owner.api.get("auth/me/").json()["email"] == "owner@salon.example"
    assert rival_owner.api.get("auth/me/").json()["tenant"]["slug"] == "rival"
    assert stylist.page.get("/api/v1/auth/me/").json()["role"] == "staff"
    assert stranger.api.get("auth/me/").status_code == 401
