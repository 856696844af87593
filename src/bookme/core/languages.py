"""The languages that pages and letters are written in, and what is said of a refusal in them."""

from django.utils.translation import gettext

# Anybody else is written to in the first.
WRITTEN_IN = ("en", "fr", "ar", "pl", "es")


def written_language(*wanted: str) -> str:
    """The first of these languages that we write in, whatever their region."""
    tongues = (each.split("-")[0] for each in wanted)
    return next((each for each in tongues if each in WRITTEN_IN), WRITTEN_IN[0])


def said(detail: str) -> str:
    """What an error says, in the language that is active; in English where nobody has translated it."""
    return gettext(detail) if detail else ""
