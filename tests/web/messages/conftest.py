"""The salon and its team, as in the pages of the agenda."""

from tests.web.team.conftest import salon_team

__all__ = ["salon_team"]
