"""What a person may do in a business. A view declares one of these, or it is refused."""

from enum import StrEnum


class Role(StrEnum):
    OWNER = "owner"
    MANAGER = "manager"
    STAFF = "staff"
    CUSTOMER = "customer"


TEAM_ROLES = frozenset({Role.OWNER, Role.MANAGER, Role.STAFF})


class CustomerScope(StrEnum):
    """Which customers somebody of the team sees: those who come to whom and where they may see, or everybody."""

    OWN = "own"
    ALL = "all"


class Access(StrEnum):
    """Declarations that need no power in the business. A key is signed in, and is no person.

    What is for operators is on the platform's own host, and for nobody of a business.
    """

    ANYONE = "anyone"
    SIGNED_IN = "signed_in"
    PERSON = "person"
    OPERATOR = "operator"


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
    MESSAGES_MANAGE = "messages.manage"
    EVENTS_READ = "events.read"
    TEAM_MANAGE = "team.manage"
    API_KEYS_MANAGE = "api_keys.manage"
    AUDIT_READ = "audit.read"


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
    Role.MANAGER: _OWNER - {Permission.CONFIG_MANAGE, Permission.AUDIT_READ},
    Role.STAFF: _STAFF,
    Role.CUSTOMER: frozenset(),
}

# What a key may be given: never what makes more powers, and nothing that only a person has.
KEY_PERMISSIONS = _OWNER - {Permission.TEAM_MANAGE, Permission.API_KEYS_MANAGE, Permission.TIME_OFF_OWN}
