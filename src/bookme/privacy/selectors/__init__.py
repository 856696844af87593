"""Whom something is about, and who is overdue to be forgotten."""

from bookme.privacy.selectors.overdue import kept_since, overdue_customers, overdue_members
from bookme.privacy.selectors.subjects import Subject, subject_of, subject_of_customer

__all__ = ["Subject", "kept_since", "overdue_customers", "overdue_members", "subject_of", "subject_of_customer"]
