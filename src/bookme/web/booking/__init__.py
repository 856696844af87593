"""The booking flow: each step is a page of its own, and what has been chosen travels with it as a signed draft."""
