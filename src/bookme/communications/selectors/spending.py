"""What messages have cost."""

import datetime as dt
from decimal import Decimal

from bookme.communications.models import Spending
from bookme.tenants.context import require_tenant


def month_of(now: dt.datetime) -> dt.date:
    """The first of the month that it is where the business is."""
    return now.astimezone(require_tenant().config.zone).date().replace(day=1)


def spent_in(month: dt.date) -> Decimal:
    """What is spent, and what is reserved."""
    row = Spending.objects.filter(month=month).first()
    return row.amount if row else Decimal(0)
