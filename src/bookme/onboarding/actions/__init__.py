"""Making, changing, suspending and closing businesses."""

from bookme.onboarding.actions.apply import ApplyResult, apply_config

__all__ = ["ApplyResult", "apply_config"]
