"""What people are asked to agree to. Pure, in the language that is active.

The booking page shows these sentences, `GET config/` answers them to whoever books by the API, and every consent keeps
the one that holds when it is given, by whatever door it came.
"""

from django.utils.translation import gettext as _

from bookme.customers.models import ConsentKind
from bookme.tenants.config import Legal


def consent_wording(kind: ConsentKind) -> str:
    if kind is ConsentKind.TERMS:
        return _("I agree to the terms, including what a late cancellation costs.")
    if kind is ConsentKind.PRIVACY:
        return _("My details may be used to make and manage this booking.")
    return _("Tell me about offers and news now and then.")


def consent_links(legal: Legal) -> dict[str, str]:
    """Where the business's own terms and privacy notice are, if it says so."""
    urls = {ConsentKind.TERMS.value: legal.terms_url, ConsentKind.PRIVACY.value: legal.privacy_url}
    return {kind: url for kind, url in urls.items() if url}


def kept_wording(kind: ConsentKind, legal: Legal) -> str:
    """The sentence, with the address of the text behind it: what a consent is a proof of."""
    return " ".join((consent_wording(kind), consent_links(legal).get(kind.value, ""))).strip()


def imported_wording() -> str:
    """What stands for the sentence where a list says what somebody answered elsewhere."""
    return _("From a list that the business brought along: it says what was answered about offers and news.")
