"""Asking people to join the team, what they may do in it, and whose calendar is theirs."""

from bookme.team.actions.invitations import accept, decline, forget_invitations, invite, renew, revoke, send_again
from bookme.team.actions.members import change_member, leave_team, remove_member, settle_member

__all__ = [
    "accept",
    "change_member",
    "decline",
    "forget_invitations",
    "invite",
    "leave_team",
    "remove_member",
    "renew",
    "revoke",
    "send_again",
    "settle_member",
]
