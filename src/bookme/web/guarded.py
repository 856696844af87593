"""What public forms have against programs that send them: a field that people do not see, and a shortest time.

Neither needs JavaScript or a cookie. The time since the page was made is in a signed stamp in the form, good for a day;
settings.FORM_MIN_SECONDS is how long a person takes at least, and 0 turns the stamp off. A person who was taken for a
program loses nothing: what they wrote stays, and the same form sent once more is good.
"""

import datetime as dt
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.core import signing
from django.utils.translation import gettext as _

from bookme.core.time import now

TRAP = "subject"
STAMP = "opened"
STAMP_AGE = dt.timedelta(days=1)
_SALT = "bookme.web.guarded"


class GuardedForm(forms.Form):
    """A form of a public page, which shows `<c-guard :form="form" />` inside of its form element.

    Whoever fills in the hidden field `is_trapped`: the view answers them as it answers everybody, and does nothing. A
    form that `tells_trapped` refuses instead, and shows the field, so that a person whose browser filled it in can
    empty it.
    """

    tells_trapped: ClassVar[bool] = False

    @property
    def is_trapped(self) -> bool:
        return bool(self.data.get(TRAP, ""))

    @property
    def shows_trap(self) -> bool:
        return self.tells_trapped and self.is_trapped

    @property
    def stamp(self) -> str:
        """The one that came with the form, if it is still good: sending it once more is not too soon any more."""
        given = str(self.data.get(STAMP, ""))
        return given if _opened_at(given) else signing.Signer(salt=_SALT).sign(str(int(now().timestamp() * 1000)))

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if self.is_trapped:
            if self.tells_trapped:
                raise forms.ValidationError(_("Leave the field “Subject” empty, and send this once more."), code="trap")
        elif settings.FORM_MIN_SECONDS and not _took_its_time(str(self.data.get(STAMP, ""))):
            raise forms.ValidationError(
                _("We could not tell whether a person has filled this in. Please send it once more."), code="too_soon"
            )
        return cleaned


def _took_its_time(stamp: str) -> bool:
    opened_at = _opened_at(stamp)
    return opened_at is not None and now() - opened_at >= dt.timedelta(seconds=settings.FORM_MIN_SECONDS)


def _opened_at(stamp: str) -> dt.datetime | None:
    """When the page of that stamp was made; None if it is not of ours, or too old."""
    try:
        opened_at = dt.datetime.fromtimestamp(int(signing.Signer(salt=_SALT).unsign(stamp)) / 1000, dt.UTC)
    except (signing.BadSignature, ValueError):
        return None
    return opened_at if now() - opened_at <= STAMP_AGE else None
