"""What the business is told of a whole session: once, and not booking by booking. Pure but for the templates."""

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookme.communications.itinerary import Layout, was_text
from bookme.communications.messages import Rendered, letter
from bookme.communications.told import Sender, SessionFacts
from bookme.communications.wording import Words
from bookme.core.formats import Formats, locale_of


def render_session(*, sender: Sender, session: SessionFacts, language: str) -> Rendered:
    """`language` is one of `core.languages.WRITTEN_IN`."""
    with translation.override(language):
        formats = Formats(locale=locale_of(language, sender.country), currency=session.currency)
        return letter(
            words=_words(session, formats),
            layout=Layout(rows=_rows(session, formats)),
            policies=[],
            button=(_("Open the team page"), sender.team_url),
            sender=sender,
            language=language,
        )


def _words(session: SessionFacts, formats: Formats) -> Words:
    start = session.starts_at.astimezone(session.zone)
    told = {"service": session.service, "when": formats.moment(start)}
    if not session.is_cancelled:
        return Words(
            subject=_("Class changed: %(service)s, %(when)s") % told,
            heading=_("A class has changed"),
            intro=_("Everybody who has booked it has been told."),
        )
    why = _("Too few people had booked it, so it was called off.") if session.too_few else _("It was called off.")
    everybody = _("Everybody who had booked it has been told.") if session.bookings else ""
    return Words(
        subject=_("Class called off: %(service)s, %(when)s") % told,
        heading=_("A class is called off"),
        intro=f"{why} {everybody}".strip(),
    )


def _rows(session: SessionFacts, formats: Formats) -> list[tuple[str, str]]:
    start, end = (each.astimezone(session.zone) for each in (session.starts_at, session.ends_at))
    until = formats.clock(end) if end.date() == start.date() else formats.moment(end)
    booked = ngettext("%(count)d booking", "%(count)d bookings", session.bookings) % {"count": session.bookings}
    rows = [
        (_("What"), session.service),
        (_("When"), _("%(start)s to %(end)s") % {"start": formats.moment(start), "end": until}),
        (_("Was"), was_text(session, formats)),
        (_("With"), session.staff),
        (_("Where"), session.place),
        (_("Booked"), booked if session.bookings else ""),
    ]
    return [(label, text) for label, text in rows if text]
