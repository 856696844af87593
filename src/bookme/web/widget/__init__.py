"""Booking on other sites: the script that they carry, and the pages in its frame."""
