"""Where to, in a business whose people come to its customers, each to their own areas."""

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from bookme.core.errors import Invalid, NotFound
from bookme.web.booking.choice import Nowhere, choice_anywhere
from bookme.web.booking.draft import BadDraft, Draft
from bookme.web.booking.flow import after_where, go_to, guest_page, show, start_again, steps
from bookme.web.wording import told


@guest_page
def choose_where(request: HttpRequest) -> HttpResponse:
    """GET asks for the postcode, and says so where nobody comes to the one in the draft; POST goes on."""
    try:
        choice = choice_anywhere(Draft.from_token(request.GET.get("d", "")))
    except (BadDraft, NotFound):
        return start_again()
    if not choice.asks_where:
        return go_to(after_where(choice), choice.draft)
    is_sent = request.method == "POST"
    postcode = " ".join(request.POST.get("postcode", "").split()) if is_sent else choice.draft.postcode
    error, nobody = _("Please fill this in.") if is_sent else "", False
    if postcode:
        try:
            found = choice.at(postcode)
        except Invalid as refused:
            error = told(refused)
        except Nowhere:
            error, nobody = "", True
        else:
            if is_sent:
                return go_to(after_where(found), replace(found.draft, start=None))
    context = {
        "choice": choice,
        "postcode": postcode,
        "error": error,
        "nobody": nobody,
        "steps": steps("book-where", choice),
    }
    return show(request, "booking/where.html", context, status=422 if is_sent else 200)
