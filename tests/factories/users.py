"""People, and what it takes to act as one of them in a test."""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import factory
import pyotp
from django.contrib.auth.hashers import make_password
from django.http import HttpResponse
from django.test import Client
from factory.django import DjangoModelFactory

from bookme.core.actor import GUEST, Actor
from bookme.core.permissions import Permission, Role
from bookme.core.time import now
from bookme.tenants.models import Tenant
from bookme.users.actions import MadeKey, token_pair
from bookme.users.authentication import SESSION_SIGN_IN, SESSION_TENANT, SESSION_VERSION
from bookme.users.keys import new_key
from bookme.users.models import (
    AccountRequest,
    AccountRequestKind,
    ApiKey,
    EmailChange,
    Membership,
    RecoveryCode,
    SignIn,
    SignInKind,
    SocialIdentity,
    TwoFactor,
    User,
)
from bookme.users.selectors import actor_from_membership
from bookme.users.tokens import TokenPair

PASSWORD = "a-good-long-password"


class UserFactory(DjangoModelFactory[User]):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@people.example")
    name = factory.Sequence(lambda n: f"Person {n}")
    password = factory.django.Password(PASSWORD)
    email_verified_at = factory.LazyFunction(now)


class MembershipFactory(DjangoModelFactory[Membership]):
    """A customer, unless a role is given. `tenant` is needed."""

    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    role = Role.CUSTOMER


class SignInFactory(DjangoModelFactory[SignIn]):
    """A sign-in of `membership` that ends in a week."""

    class Meta:
        model = SignIn

    user = factory.SelfAttribute("membership.user")
    tenant = factory.SelfAttribute("membership.tenant")
    kind = SignInKind.API
    refresh_jti = factory.Sequence(lambda n: f"{n:032x}")
    expires_at = factory.LazyFunction(lambda: now() + dt.timedelta(days=7))
    proven_at = factory.LazyFunction(now)


class AccountRequestFactory(DjangoModelFactory[AccountRequest]):
    """Of a newcomer who registers, on no business's pages unless `tenant` is given."""

    class Meta:
        model = AccountRequest

    kind = AccountRequestKind.REGISTER
    email = factory.Sequence(lambda n: f"newcomer{n}@people.example")
    name = factory.Sequence(lambda n: f"Newcomer {n}")
    password = factory.LazyFunction(lambda: make_password(PASSWORD))


class EmailChangeFactory(DjangoModelFactory[EmailChange]):
    class Meta:
        model = EmailChange

    user = factory.SubFactory(UserFactory)
    email = factory.Sequence(lambda n: f"elsewhere{n}@people.example")
    former = factory.SelfAttribute("user.email")
    version = factory.SelfAttribute("user.secrets_version")


class TwoFactorFactory(DjangoModelFactory[TwoFactor]):
    """On, under a new secret."""

    class Meta:
        model = TwoFactor

    user = factory.SubFactory(UserFactory)
    secret = factory.LazyFunction(pyotp.random_base32)
    confirmed_at = factory.LazyFunction(now)


class RecoveryCodeFactory(DjangoModelFactory[RecoveryCode]):
    class Meta:
        model = RecoveryCode

    user = factory.SubFactory(UserFactory)
    digest = factory.Sequence(lambda n: f"{n:064x}")


class SocialIdentityFactory(DjangoModelFactory[SocialIdentity]):
    class Meta:
        model = SocialIdentity

    user = factory.SubFactory(UserFactory)
    provider = "google"
    subject = factory.Sequence(str)


class ApiKeyFactory(DjangoModelFactory[ApiKey]):
    """May do nothing, and nobody knows its secret. `tenant` is needed."""

    class Meta:
        model = ApiKey

    name = factory.Sequence(lambda n: f"Program {n}")
    prefix = factory.Sequence(lambda n: f"key{n}")
    digest = factory.Sequence(lambda n: f"{n:064x}")


class Api:
    """The API as a client sees it: JSON in, JSON out, a token or none. Paths are below `/api/v1/`.

    `api.post("bookings/", {…}, key="k1").json()`; keyword arguments become headers, `query` the query string.
    """

    def __init__(
        self, *, host: str, token: str = "", prefix: str = "/api/v1/", headers: dict[str, str] | None = None
    ) -> None:
        bearer = {"authorization": f"Bearer {token}"} if token else {}
        self.prefix = prefix
        self.client = Client(headers={"host": host} | bearer | (headers or {}))

    def get(self, path: str, query: dict[str, Any] | None = None, **headers: str) -> HttpResponse:
        return self.client.get(self.prefix + path, query, headers=_headers(headers))

    def post(self, path: str, body: Any = None, **headers: str) -> HttpResponse:
        return self._send("post", path, body, headers)

    def patch(self, path: str, body: Any = None, **headers: str) -> HttpResponse:
        return self._send("patch", path, body, headers)

    def put(self, path: str, body: Any = None, **headers: str) -> HttpResponse:
        return self._send("put", path, body, headers)

    def delete(self, path: str, **headers: str) -> HttpResponse:
        return self._send("delete", path, None, headers)

    def _send(self, method: str, path: str, body: Any, headers: dict[str, str]) -> HttpResponse:
        data = {} if body is None else body
        send = getattr(self.client, method)
        return send(self.prefix + path, data, content_type="application/json", headers=_headers(headers))


def _headers(given: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in given.items()}


@dataclass
class Person:
    """Somebody of the cast: `user`, `membership`, the `actor` for selectors and actions, `api` and `page` for requests.

    `api` is signed in by token, `page` is a browser with a session; both are made when first used.
    """

    user: User
    membership: Membership

    @property
    def tenant(self) -> Tenant:
        return self.membership.tenant

    @property
    def host(self) -> str:
        return f"{self.tenant.slug}.localhost"

    @property
    def actor(self) -> Actor:
        return actor_from_membership(self.membership)

    @cached_property
    def tokens(self) -> TokenPair:
        return token_pair(sign_in=self.signed_in(SignInKind.API), now=now())

    @cached_property
    def api(self) -> Api:
        return Api(host=self.host, token=self.tokens.access)

    @cached_property
    def page(self) -> Client:
        client = Client(headers={"host": self.host})
        session = client.session
        session[SESSION_SIGN_IN] = str(self.signed_in(SignInKind.PAGE).id)
        session[SESSION_TENANT] = str(self.tenant.id)
        session[SESSION_VERSION] = self.user.secrets_version
        session.save()
        return client

    def signed_in(self, kind: SignInKind) -> SignIn:
        """Without the fact of it: a test counts its own."""
        return SignInFactory(membership=self.membership, kind=kind)


@dataclass
class Stranger:
    """Nobody: no account, no token."""

    host: str

    @property
    def actor(self) -> Actor:
        return GUEST

    @cached_property
    def api(self) -> Api:
        return Api(host=self.host)

    @cached_property
    def page(self) -> Client:
        return Client(headers={"host": self.host})


def make_person(tenant: Tenant, role: Role, *, email: str = "", **membership: Any) -> Person:
    """A member of a business; the cast's fixtures are made by this, and so are more of them where a test needs more."""
    given = {"email": email} if email else {}
    made = MembershipFactory(user=UserFactory(**given), tenant=tenant, role=role, **membership)
    return Person(user=made.user, membership=made)


def make_key(tenant: Tenant, *permissions: Permission, **columns: Any) -> MadeKey:
    """A key of a business that may do this, with its text."""
    key = new_key()
    row = ApiKeyFactory(tenant=tenant, prefix=key.prefix, digest=key.digest, permissions=sorted(permissions), **columns)
    return MadeKey(row, key.text)
