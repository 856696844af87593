"""What is said where it ends: why, and what to do instead."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _

from bookme.core.errors import TooMany
from bookme.users.social.providers import provider_on, title_of
from bookme.users.social.stops import Stop
from bookme.web.account.doors import Door, with_next

_PLAIN = "social/page.html"
_STATUS = {Stop.CANCELLED: 200, Stop.UNAVAILABLE: 503, Stop.OLD: 404}


@dataclass(frozen=True)
class Told:
    """A heading, what it means, and whether to try the same once more makes sense."""

    heading: str
    text: str
    again: bool = True


def told(stop: Stop, provider: str) -> Told:
    """In words of the page's language."""
    name = {"provider": title_of(provider)}
    match stop:
        case Stop.CANCELLED:
            return Told(
                _("You are not signed in"), _("You did not go on with %(provider)s. Nothing has changed.") % name
            )
        case Stop.UNAVAILABLE:
            return Told(_("That way is closed"), _("%(provider)s cannot be reached at the moment.") % name)
        case Stop.REFUSED:
            return Told(
                _("That did not work"),
                _("What %(provider)s answered could not be checked, so it does not count.") % name,
            )
        case Stop.OLD:
            return Told(_("That took too long"), _("This sign-in is too old, or was used already. Begin again."))
        case Stop.ELSEWHERE:
            return Told(_("Another browser began this"), _("Finish where you began, or begin again here."))
        case _:
            return _of_the_account(stop, name)


def _of_the_account(stop: Stop, name: dict[str, str]) -> Told:
    match stop:
        case Stop.UNCONFIRMED:
            text = _(
                "%(provider)s does not vouch for your address. Sign in otherwise once, and add %(provider)s under"
                " “Sign-in and security”."
            )
            return Told(_("We do not know you yet"), text % name, again=False)
        case Stop.NO_ADDRESS:
            text = _("%(provider)s did not tell us an e-mail address. Sign in otherwise, or share it next time.")
            return Told(_("Your address is missing"), text % name)
        case Stop.NO_MEMBER:
            text = _(
                "Nobody of the team comes in by this account. Ask for an invitation, or sign in as you usually do."
            )
            return Told(_("You are not in the team"), text, again=False)
        case Stop.REMOVED:
            return Told(_("You cannot come in here"), _("Ask the business to let you in again."), again=False)
        case Stop.TAKEN:
            text = _("This account at %(provider)s signs in somebody else here. Nothing has changed.")
            return Told(_("It is somebody else's already"), text % name)
        case Stop.SIGNED_OUT:
            return Told(_("You are signed out"), _("Sign in again, and add %(provider)s then.") % name, again=False)
        case _:
            text = _("This account does not sign in by %(provider)s. Sign in otherwise.")
            return Told(_("You cannot come in here"), text % name, again=False)


def stop_page(
    request: HttpRequest, stop: Stop, *, door: Door, provider: str = "", onward: str = "", adds: bool = False
) -> HttpResponse:
    """At a business's door; whoever `adds` a provider goes back to their own page."""
    said = told(stop, provider)
    begin_again = said.again and not adds and provider_on(provider) is not None
    return _page(
        request,
        said,
        layout=door.layout("social"),
        status=_STATUS.get(stop, 403),
        again_url=with_next(door.url("social", provider), onward) if begin_again else "",
        otherwise_url="" if adds else with_next(door.sign_in_url, onward),
    )


def platform_stop_page(request: HttpRequest, stop: Stop, *, provider: str, otherwise_url: str) -> HttpResponse:
    """On the platform's host, where the browser stands for a moment; away from it if the business is known."""
    said = told(stop, provider)
    return _page(request, said, layout=_PLAIN, status=_STATUS.get(stop, 403), otherwise_url=otherwise_url)


def too_many_page(request: HttpRequest, error: TooMany, *, otherwise_url: str, layout: str = _PLAIN) -> HttpResponse:
    """At either host: later, or otherwise."""
    said = Told(_("Too many for now"), _("Try again in a few minutes, or sign in otherwise."), again=False)
    response = _page(request, said, layout=layout, status=429, otherwise_url=otherwise_url)
    response["Retry-After"] = str(error.retry_after)
    return response


def _page(request: HttpRequest, said: Told, *, layout: str, status: int, **context: str) -> HttpResponse:
    response = render(request, "social/stopped.html", {"told": said, "layout": layout, **context}, status=status)
    add_never_cache_headers(response)
    return response
