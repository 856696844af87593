"""What a person may do in a business. A view declares one of these, or it is refused."""

from enum import StrEnum


class Role(StrEnum):
    OWNER = "owner"
    MANAGER = "manager"
    STAFF = "staff"
    CUSTOMER = "customer"


class Access(StrEnum):
    """Declarations that need no power in the business."""

    ANYONE = "anyone"
    SIGNED_IN = "signed_in"


class Permission(StrEnum):
    CONFIG_MANAGE = "config.manage"
    CATALOGUE_MANAGE = "catalogue.manage"
    STAFF_MANAGE = "staff.manage"
    TIME_OFF_OWN = "time_off.own"
    CUSTOMERS_READ = "customers.read"
    CUSTOMERS_MANAGE = "customers.manage"
    BOOKINGS_READ = "bookings.read"
    BOOKINGS_READ_ALL = "bookings.read_all"
    BOOKINGS_MANAGE = "bookings.manage"
    BOOKINGS_OVERBOOK = "bookings.overbook"
    BOOKINGS_IMPORT = "bookings.import"
    BOOKINGS_EXPORT = "bookings.export"
    NOTIFICATIONS_READ = "notifications.read"
    NOTIFICATIONS_SEND = "notifications.send"


_STAFF = frozenset(
    {
        Permission.TIME_OFF_OWN,
        Permission.CUSTOMERS_READ,
        Permission.BOOKINGS_READ,
        Permission.BOOKINGS_MANAGE,
    }
)
_OWNER = frozenset(Permission)

PERMISSIONS_OF: dict[Role, frozenset[Permission]] = {
    Role.OWNER: _OWNER,
    Role.MANAGER: _OWNER - {Permission.CONFIG_MANAGE},
    Role.STAFF: _STAFF,
    Role.CUSTOMER: frozenset(),
}
