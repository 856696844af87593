from django.urls import path

from bookme.team.views import (
    AcceptView,
    DeclineView,
    InvitationsView,
    LeaveView,
    LookView,
    MembersView,
    OneInvitationView,
    OneMemberView,
    ResendView,
    RevokeView,
)

urlpatterns = [
    path("members/", MembersView.as_view(), name="members"),
    path("members/me/leave/", LeaveView.as_view(), name="member-leave"),
    path("members/<uuid:id>/", OneMemberView.as_view(), name="member"),
    path("invitations/", InvitationsView.as_view(), name="invitations"),
    path("invitations/look/", LookView.as_view(), name="invitations-look"),
    path("invitations/accept/", AcceptView.as_view(), name="invitations-accept"),
    path("invitations/decline/", DeclineView.as_view(), name="invitations-decline"),
    path("invitations/<uuid:id>/", OneInvitationView.as_view(), name="invitation"),
    path("invitations/<uuid:id>/resend/", ResendView.as_view(), name="invitation-resend"),
    path("invitations/<uuid:id>/revoke/", RevokeView.as_view(), name="invitation-revoke"),
]
