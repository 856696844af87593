"""Who sends a request: a token of the API or a key of the business, a session of the pages, or nobody.

Sign-in, user and membership are read on every request, in one query, so that signing out, deactivating and removing
somebody hold at once. What belongs to another business is worthless here.
"""

from uuid import UUID

from django.conf import settings
from django.contrib.auth import get_user, login
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.csrf import rotate_token
from django.utils.functional import SimpleLazyObject
from rest_framework.authentication import BaseAuthentication, CSRFCheck
from rest_framework.request import Request

from bookme.core.actor import GUEST, Actor, ActorKind
from bookme.core.errors import Closed, NotAllowed, NotSignedIn
from bookme.core.http.client import origin_of
from bookme.core.time import now
from bookme.tenants.context import current_tenant
from bookme.tenants.middleware import GetResponse, refusal, unknown_business
from bookme.tenants.models import Tenant, TenantStatus
from bookme.users.actions import admit_key, enter_business
from bookme.users.keys import MARK
from bookme.users.models import SignIn, User
from bookme.users.selectors import actor_of, live_sign_in, operator_actor, sign_in_of
from bookme.users.tokens import Audience, TokenType, verify

_Found = tuple[Actor, SignIn | None]
SESSION_SIGN_IN = "sid"
SESSION_TENANT = "tid"
SESSION_VERSION = "ver"


class BusinessAuthentication(BaseAuthentication):
    """Sets `request.user` to a core Actor, or None for a guest, and `request.auth` to the SignIn, if there is one.

    A key has none. A token or key that does not hold is refused even where none is needed. A session enforces CSRF for
    writes.
    """

    def authenticate(self, request: Request) -> _Found | None:
        http_request: HttpRequest = request._request
        if header := request.headers.get("Authorization"):
            found: _Found | None = _of_bearer(_bearer(header), http_request)
        else:
            found = _of_session(http_request)
            if found is not None:
                _enforce_csrf(http_request)
        if found is not None:
            http_request.actor = found[0]  # type: ignore[attr-defined]
            note_operator(found[0])
        return found

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


def page_actor(request: HttpRequest) -> Actor:
    """Who looks at a page: the signed-in person, an operator under `/t/<slug>/`, else GUEST. Read once a request."""
    known = known_actor(request)
    if known is None:
        found = _of_session(request)
        known = found[0] if found else GUEST.coming_from(origin_of(request))
        request.actor = known  # type: ignore[attr-defined]
    return known


def known_actor(request: HttpRequest) -> Actor | None:
    """Who sends it, where that was asked before; nothing is read."""
    known: Actor | None = getattr(request, "actor", None)
    return known


def note_operator(actor: Actor) -> None:
    """Before somebody of the platform sees anything of a business, its owner is told of them."""
    if actor.kind is ActorKind.OPERATOR and not actor.lacks_two_factor and current_tenant() is not None:
        enter_business(operator=actor, now=now())


class OperatorSessions(AuthenticationMiddleware):
    """`request.user` is whose session it is on the platform's host while their sign-in holds, with their second factor.

    Read when first asked for. For a business's own pages and API it says nothing: see `page_actor`.
    """

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        request.user = SimpleLazyObject(lambda: _operator_of(request))  # type: ignore[assignment]


class OnlyOperatorsWhereClosed:
    """A business that is not open is there for operators alone, by the platform's host: they read and mend it.

    Whoever else asks is refused before anything is read for them, and a closed one is not there. The admin asks by
    itself who they are.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        tenant: Tenant | None = getattr(request, "tenant", None)
        if tenant is None or tenant.is_open or request.path_info.startswith("/admin/") or _is_operator(request):
            return self.get_response(request)
        is_gone = tenant.status == TenantStatus.CLOSED
        return refusal(request, unknown_business() if is_gone else Closed())


def start_session(request: HttpRequest, sign_in: SignIn) -> None:
    """Let this browser be that sign-in, under a new session key and CSRF token; whatever the session held is gone.

    An operator's is one of Django's own, too: the admin goes by that.
    """
    request.session.flush()
    request.session[SESSION_SIGN_IN] = str(sign_in.id)
    if sign_in.membership_id is None:
        login(request, sign_in.user)
    else:
        request.session[SESSION_TENANT] = str(sign_in.tenant_id)
        request.session[SESSION_VERSION] = sign_in.user.secrets_version
        rotate_token(request)
    request.actor = actor_of(sign_in).coming_from(origin_of(request))  # type: ignore[attr-defined]


def end_session(request: HttpRequest) -> None:
    """Forget who this browser is. The sign-in itself is ended by `users.actions.sign_out`."""
    request.session.flush()
    rotate_token(request)
    request.actor = GUEST  # type: ignore[attr-defined]


def session_sign_in(request: HttpRequest) -> SignIn | None:
    """The sign-in of a page's session, if it is of this business, or of an operator here, and still holds."""
    if serves_operators(request):
        return _operator_sign_in(request)
    tenant = current_tenant()
    if tenant is None or request.session.get(SESSION_TENANT) != str(tenant.id):
        return None
    sign_in = live_sign_in(sign_in_id=UUID(request.session[SESSION_SIGN_IN]), tenant_id=tenant.id, now=now())
    if sign_in is None or sign_in.user.secrets_version != request.session.get(SESSION_VERSION):
        return None
    return sign_in


def sign_in_of_token(token: str, *, operators: bool) -> SignIn:
    """The sign-in of an access token that holds in the current business. Raises NotSignedIn.

    `operators` says whether a platform token counts here: on the platform's host it does.
    """
    tenant = current_tenant()
    tenant_id = tenant.id if tenant else None
    claims = verify(token, type=TokenType.ACCESS, tenant_id=tenant_id, audiences=audiences(operators=operators))
    sign_in = sign_in_of(claims, now=now())
    if sign_in is None:
        raise NotSignedIn("This sign-in has ended.", code="signed_out")
    return sign_in


def audiences(*, operators: bool) -> frozenset[Audience]:
    """Whose tokens count here."""
    return frozenset(Audience) if operators else frozenset({Audience.TEAM, Audience.CUSTOMER})


def serves_operators(request: HttpRequest) -> bool:
    """Whether this is the platform's host: its admin, or `/t/<slug>/` there."""
    return getattr(request, "urlconf", None) in {settings.ROOT_URLCONF, settings.SWITCHED_URLCONF}


def _bearer(header: str) -> str:
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer":
        raise NotSignedIn("Only Bearer tokens are accepted.", code="token_invalid")
    return token.strip()


def _of_bearer(token: str, request: HttpRequest) -> _Found:
    origin = origin_of(request)
    if token.startswith(MARK):
        return admit_key(text=token, origin=origin, now=now()), None
    sign_in = sign_in_of_token(token, operators=serves_operators(request))
    return actor_of(sign_in).coming_from(origin), sign_in


def _of_session(request: HttpRequest) -> _Found | None:
    origin = origin_of(request)
    if serves_operators(request):
        user = request.user
        if not isinstance(user, User) or not user.is_staff:
            return None
        return operator_actor(user).coming_from(origin), _operator_sign_in(request)
    sign_in = session_sign_in(request)
    return (actor_of(sign_in).coming_from(origin), sign_in) if sign_in else None


def _is_operator(request: HttpRequest) -> bool:
    """By a token or a session; whoever lacks the second factor that the platform wants of them is none yet."""
    header = request.headers.get("Authorization")
    try:
        if header is None:
            found = _of_session(request)
            actor = found[0] if found else None
        else:
            actor = actor_of(sign_in_of_token(_bearer(header), operators=True))
    except NotSignedIn:
        return False
    return actor is not None and actor.kind is ActorKind.OPERATOR and not actor.lacks_two_factor


def _operator_of(request: HttpRequest) -> User | AnonymousUser:
    user = get_user(request)
    if SESSION_SIGN_IN not in request.session or not isinstance(user, User):
        return user  # Django's own way to begin a session knows of no sign-in
    found = live_sign_in(sign_in_id=UUID(request.session[SESSION_SIGN_IN]), tenant_id=None, now=now())
    if found is None or found.user_id != user.pk:
        return AnonymousUser()
    request.operator_sign_in = found  # type: ignore[attr-defined]
    return found.user


def _operator_sign_in(request: HttpRequest) -> SignIn | None:
    """Read with `request.user`; None of a session that was not begun by a sign-in."""
    if not request.user.is_authenticated:
        return None
    found: SignIn | None = getattr(request, "operator_sign_in", None)
    return found


def _enforce_csrf(request: HttpRequest) -> None:
    check = CSRFCheck(lambda _request: None)  # type: ignore[arg-type]  # only asked, never called through
    check.process_request(request)
    if check.process_view(request, None, (), {}):  # type: ignore[arg-type]
        raise NotAllowed("The CSRF token is missing or wrong.", code="csrf_failed")
