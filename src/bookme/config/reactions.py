"""What follows what: the one table. Every event of every app is in it, if only with nothing."""

from bookme.bookings.events import (
    BookingArrived,
    BookingCancelled,
    BookingCompleted,
    BookingConfirmed,
    BookingDeclined,
    BookingExpired,
    BookingHeld,
    BookingImported,
    BookingNoShow,
    BookingRequested,
    BookingRescheduled,
    BookingUndone,
    BookingUpdated,
    SessionCancelled,
    SessionChanged,
    SessionConfirmed,
    SessionPublished,
    WaitlistAccepted,
    WaitlistClosed,
    WaitlistDeclined,
    WaitlistJoined,
    WaitlistLapsed,
    WaitlistLeft,
    WaitlistOffered,
    WaitlistRanked,
)
from bookme.bookings.reactions import (
    claim_changed,
    claim_joined,
    follow_session,
    offer_freed,
    offer_opened,
    offer_to_joined,
)
from bookme.communications.events import MessagesChanged, NotificationSentAgain
from bookme.communications.reactions import (
    follow_settings,
    keep_planned,
    tell_business,
    tell_customer,
    tell_no_show,
    tell_of_session,
    tell_staff,
    tell_staff_of_session,
    tell_waiter,
)
from bookme.customers.events import CustomerChanged, CustomersImported
from bookme.customers.reactions import link_changed, link_member
from bookme.eventlog.registry import wire
from bookme.locations.events import LocationsChanged
from bookme.onboarding.events import (
    BusinessChanged,
    BusinessClosed,
    BusinessConfigured,
    BusinessResumed,
    BusinessSuspended,
    DomainVerified,
)
from bookme.privacy.events import CustomerErased
from bookme.services.events import CatalogueChanged
from bookme.staff.events import StaffChanged
from bookme.team.events import InvitationChanged
from bookme.users.events import (
    AccountChanged,
    ApiKeyChanged,
    ApiKeyUsed,
    MemberChanged,
    MemberJoined,
    MemberRemoved,
    OperatorEntered,
    RefreshReused,
    SignedIn,
    SignedOut,
    SignInFailed,
)

wire(
    {
        BusinessConfigured: (follow_settings, offer_opened),
        BusinessSuspended: (),
        BusinessResumed: (offer_opened,),
        BusinessClosed: (),
        BusinessChanged: (),
        DomainVerified: (),
        LocationsChanged: (offer_opened,),
        CatalogueChanged: (offer_opened,),
        StaffChanged: (offer_opened,),
        CustomerChanged: (),
        CustomersImported: (),
        CustomerErased: (),
        BookingRequested: (tell_customer, tell_business, tell_staff, keep_planned),
        BookingConfirmed: (tell_customer, tell_business, tell_staff, keep_planned),
        BookingImported: (keep_planned,),
        BookingDeclined: (tell_customer, tell_business, tell_staff, keep_planned, offer_freed),
        BookingRescheduled: (tell_customer, tell_business, tell_staff, keep_planned, offer_freed),
        BookingCancelled: (tell_customer, tell_business, tell_staff, keep_planned, offer_freed),
        BookingArrived: (keep_planned,),
        BookingCompleted: (keep_planned,),
        BookingNoShow: (tell_no_show, keep_planned),
        BookingUndone: (tell_customer, tell_staff, tell_no_show, keep_planned),
        BookingExpired: (tell_customer, tell_business, tell_staff, keep_planned, offer_freed),
        BookingHeld: (keep_planned,),
        BookingUpdated: (offer_freed,),
        WaitlistJoined: (tell_waiter, offer_to_joined),
        WaitlistOffered: (tell_waiter,),
        WaitlistAccepted: (),
        WaitlistDeclined: (),
        WaitlistLapsed: (),
        WaitlistLeft: (),
        WaitlistRanked: (),
        WaitlistClosed: (tell_waiter,),
        SessionPublished: (),
        SessionChanged: (tell_of_session, tell_staff_of_session, follow_session),
        SessionConfirmed: (),
        SessionCancelled: (tell_of_session, tell_staff_of_session, follow_session),
        NotificationSentAgain: (),
        MessagesChanged: (),
        SignedIn: (),
        SignInFailed: (),
        SignedOut: (),
        RefreshReused: (),
        AccountChanged: (link_changed, claim_changed),
        MemberJoined: (link_member, claim_joined),
        MemberChanged: (),
        MemberRemoved: (),
        InvitationChanged: (),
        ApiKeyChanged: (),
        ApiKeyUsed: (),
        OperatorEntered: (),
    }
)
