"""Erasing people: who asks for it, and of whom nothing was heard for as long as the business keeps what it knows."""

from bookme.privacy.actions.erasing import erase_person
from bookme.privacy.actions.retention import erase_overdue

__all__ = ["erase_overdue", "erase_person"]
