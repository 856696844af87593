"""Signing in to the API, and one's own account. What is answered to a guest never tells whether an address is known."""
