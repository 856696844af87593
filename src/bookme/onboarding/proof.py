"""Looking for the proof that a host name is a business's own. Talks to the network, and so never in a transaction."""

import hmac
import time

import structlog

from bookme.core.dns import DnsUnreadable, txt_records
from bookme.core.outbound import NotReached, small_file
from bookme.tenants.hosts import FILE_PATH, RECORD_KEY, proof_of, record_name
from bookme.tenants.models import Tenant, Unproven

WHOLE_SECONDS = 5.0
_log = structlog.get_logger(__name__)


def look_for_proof(host: str, *, tenant: Tenant) -> Unproven | None:
    """What was found instead of a proof; None if there is one. Takes 5 s at most: somebody may be waiting for it.

    The DNS has the word. Only if it cannot be read is the file asked for: whoever may write files at a name may not
    overrule who decides about the name.
    """
    wanted, stop_at = proof_of(host, tenant=tenant), time.monotonic() + WHOLE_SECONDS
    try:
        told = txt_records(record_name(host), stop_at=stop_at)
    except DnsUnreadable as error:
        _log.info("domain_dns_unreadable", domain=host, reason=str(error))
        return _look_at_file(host, wanted, stop_at)
    if _is_there(wanted, told):
        return None
    said = any(each.strip().startswith(RECORD_KEY) for each in told)
    return Unproven.RECORD_WRONG if said else Unproven.RECORD_MISSING


def _look_at_file(host: str, wanted: str, stop_at: float) -> Unproven | None:
    try:
        lines = small_file(host, FILE_PATH, stop_at=stop_at).decode("utf-8", "replace").splitlines()
    except NotReached as error:
        _log.info("domain_file_not_reached", domain=host, reason=str(error))
        return Unproven.FILE_MISSING
    return None if _is_there(wanted, lines) else Unproven.FILE_WRONG


def _is_there(wanted: str, told: list[str]) -> bool:
    return any(hmac.compare_digest(wanted.encode(), each.strip().encode()) for each in told)
