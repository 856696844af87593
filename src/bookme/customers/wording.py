"""What people are asked to agree to, in the language that is active.

The booking page shows these sentences, `GET config/` answers them to whoever books by the API, and every consent keeps
the one that holds when it is given, with the address of the text behind it, by whatever door it came.
"""

from django.utils.translation import gettext as _

from bookme.customers.models import ConsentKind
from bookme.tenants.models import Tenant
from bookme.tenants.selectors import business_url


def consent_wording(kind: ConsentKind) -> str:
    if kind is ConsentKind.TERMS:
        return _("I agree to the terms, including what a late cancellation costs.")
    if kind is ConsentKind.PRIVACY:
        return _("My details may be used to make and manage this booking.")
    return _("Tell me about offers and news now and then.")


def consent_links(tenant: Tenant) -> dict[str, str]:
    """Where the business's terms and privacy notice are: its own if it names them, else those of its pages."""
    legal = tenant.config.legal
    return {
        ConsentKind.TERMS.value: legal.terms_url or business_url(tenant, "/terms/"),
        ConsentKind.PRIVACY.value: legal.privacy_url or business_url(tenant, "/privacy/"),
    }


def imported_wording() -> str:
    """What stands for the sentence where a list says what somebody answered elsewhere."""
    return _("From a list that the business brought along: it says what was answered about offers and news.")
