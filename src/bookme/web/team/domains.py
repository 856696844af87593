"""Where the business is on the web, and what is still to be done until it is there by a name of its own."""

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookme.core.actor import Actor
from bookme.core.errors import NotFound, TooMany
from bookme.core.permissions import Permission
from bookme.core.time import now
from bookme.onboarding.actions import check_domain
from bookme.onboarding.selectors import domains_of
from bookme.onboarding.wording import reason_text
from bookme.tenants.context import require_tenant
from bookme.tenants.hosts import file_url, proof_of, record_name
from bookme.tenants.models import Domain
from bookme.tenants.selectors import host_of, host_url
from bookme.web.team.cards import Look
from bookme.web.team.doors import team_page
from bookme.web.team.shell import complain, show, tell

SERVED = Look(gettext_lazy("Online"), "circle-check", "ok")
WAITING = Look(gettext_lazy("Not proven yet"), "hourglass", "warn")


@dataclass(frozen=True)
class Address:
    """A host name as its owner sees it; `has_links` of the one that links lead to."""

    row: Domain
    has_links: bool

    @property
    def look(self) -> Look:
        return SERVED if self.row.verified_at else WAITING

    @property
    def url(self) -> str:
        return host_url(self.row.domain, "/")

    @property
    def reason(self) -> str:
        return reason_text(self.row.reason)

    @property
    def record(self) -> str:
        return record_name(self.row.domain)

    @property
    def proof(self) -> str:
        return proof_of(self.row.domain, tenant=self.row.tenant)

    @property
    def file(self) -> str:
        return file_url(self.row.domain)


@team_page(Permission.CONFIG_MANAGE, methods=("GET", "HEAD"))
def domains_page(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The primary one first."""
    rows = list(domains_of(require_tenant()))
    first = host_of(require_tenant(), rows)
    addresses = [Address(row, has_links=row.domain == first) for row in rows]
    return show(request, actor, "team/domains.html", {"here": "team-domains", "addresses": addresses})


@team_page(Permission.CONFIG_MANAGE, methods=("POST",))
def check_now(request: HttpRequest, actor: Actor, domain_id: UUID) -> HttpResponse:
    """Looks at the DNS, in no transaction, and says on the page what was found."""
    row = domains_of(require_tenant()).filter(pk=domain_id).first()
    if row is None:
        raise NotFound
    try:
        found = check_domain(domain=row, actor=actor, now=now())
    except TooMany:
        complain(request, _("This was checked often enough for now. It goes on by itself; try again later."))
        return redirect("team-domains")
    if found.verified_at:
        tell(request, _("%(host)s is yours, and online.") % {"host": found.domain})
    else:
        complain(request, f"{found.domain}: {reason_text(found.reason)}.")
    return redirect("team-domains")
