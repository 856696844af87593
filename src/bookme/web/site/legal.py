"""A business's privacy notice and terms: its own where it names them, else good ones that follow from its settings."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from bookme.bookings.selectors.offer import policy_of
from bookme.communications.models import Channel, Provider
from bookme.communications.selectors.channel_accounts import account_of
from bookme.communications.selectors.routes import channel_is_on
from bookme.core.actor import GUEST
from bookme.locations.selectors import locations_for
from bookme.services.models import Question, ServiceKind
from bookme.services.selectors import services_for
from bookme.tenants.config import DepositKind
from bookme.tenants.context import require_tenant
from bookme.users.social.providers import providers_on
from bookme.web.middleware import COOKIE
from bookme.web.site.authorities import AUTHORITIES


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """What is kept of customers, what for and how long, who else sees it, and how they get at it.

    What depends on the business and on whoever runs BookMe is read from there: carriers, providers, cookies, times.
    """
    tenant = require_tenant()
    config = tenant.config
    if config.legal.privacy_url:
        return HttpResponseRedirect(config.legal.privacy_url)
    about = _(
        "What %(name)s keeps of you, what for, and how you get at it. In short: what a booking needs, nothing to "
        "follow you with."
    )
    context = {
        "headline": _("Privacy notice"),
        "about": about % {"name": tenant.name},
        "place": locations_for(GUEST).first(),
        "months": config.legal.retention_months,
        "message_days": settings.NOTIFICATION_KEEP_DAYS,
        "questions": Question.objects.filter(is_active=True).exists(),
        "carriers": _carriers(),
        "providers": [each.title for each in providers_on()],
        "authority": AUTHORITIES.get(config.country),
        "cookies": _cookies(has_languages=len(config.languages) > 1),
    }
    return render(request, "legal/privacy.html", context)


def _carriers() -> list[str]:
    """Who hands over the messages that the business has on, where that is not its own mail server or the platform's."""
    accounts = [account_of(each) for each in Channel if channel_is_on(each)]
    return sorted({str(each.get_provider_display()) for each in accounts if each and each.provider != Provider.SMTP})


def _cookies(*, has_languages: bool) -> list[tuple[str, str, str]]:
    """Each that the pages for customers can set: its name, what for, how long."""
    days, year = settings.SESSION_COOKIE_AGE // 86400, _("a year")
    session = ngettext("%(days)d day", "%(days)d days", days) % {"days": days}
    found = [
        (settings.SESSION_COOKIE_NAME, _("knows that it is you, while you are signed in"), session),
        (settings.CSRF_COOKIE_NAME, _("keeps other sites from sending forms in your name, where you sign in"), year),
        ("messages", _("tells you on the next page that something was saved, while you are signed in"), _("one page")),
    ]
    return [*found, (COOKIE, _("the language that you chose"), year)] if has_languages else found


@require_safe
def terms(request: HttpRequest) -> HttpResponse:
    """What booking means, and what cancelling, moving and not coming cost."""
    tenant = require_tenant()
    config = tenant.config
    if config.legal.terms_url:
        return HttpResponseRedirect(config.legal.terms_url)
    services = list(services_for(GUEST))
    context = {
        "headline": _("Terms of booking"),
        "about": _("What it means to book with %(name)s, in plain words.") % {"name": tenant.name},
        "policy": config.policy,
        "tax": config.tax,
        "has_deposit": any(policy_of(each).deposit.kind is not DepositKind.NONE for each in services),
        "has_classes": any(each.kind == ServiceKind.CLASS for each in services),
        "services": [each for each in services if "cancellation" in each.policy],
        "place": locations_for(GUEST).first(),
    }
    return render(request, "legal/terms.html", context)
