"""Addresses to which nothing more goes."""

from django.db.models import QuerySet

from bookme.communications.models import StoppedAddress
from bookme.communications.selectors.stopped import DIGESTED, address_digest


def digest_addresses(stopped: QuerySet[StoppedAddress]) -> None:
    """Keep of these no more than is needed to know them again. Joins the caller's transaction."""
    for each in stopped.exclude(address__startswith=DIGESTED):
        digest = address_digest(each.address)
        StoppedAddress.objects.filter(channel=each.channel, address=digest).delete()  # stopped, erased, stopped again
        StoppedAddress.objects.filter(pk=each.pk).update(address=digest)
