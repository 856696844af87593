"""Making, changing, suspending and closing businesses."""

from bookme.onboarding.actions.apply import ApplyResult, apply_config
from bookme.onboarding.actions.change import change_business
from bookme.onboarding.actions.creation import create_business
from bookme.onboarding.actions.demo import load_demo
from bookme.onboarding.actions.domains import check_domain
from bookme.onboarding.actions.lifecycle import close_business, resume_business, suspend_business
from bookme.onboarding.actions.settings import change_settings
from bookme.onboarding.actions.team import fresh_invitation

__all__ = [
    "ApplyResult",
    "apply_config",
    "change_business",
    "change_settings",
    "check_domain",
    "close_business",
    "create_business",
    "fresh_invitation",
    "load_demo",
    "resume_business",
    "suspend_business",
]
