"""The page behind an unsubscribe link. Looking at it changes nothing: programs that scan mails open every link."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from bookme.communications.actions import resubscribe, unsubscribe
from bookme.communications.selectors.wishes import is_subscribed, may_return
from bookme.communications.unsubscribing import topic_of_token
from bookme.core.errors import NotFound
from bookme.core.http.views import write
from bookme.web.booking.flow import guest_page
from bookme.web.errors import not_found
from bookme.web.wishes import message_label

ONE_CLICK = ("List-Unsubscribe", "One-Click")
_STEPS = {"stop": unsubscribe, "undo": resubscribe}


@guest_page
def unsubscribe_page(request: HttpRequest, token: str) -> HttpResponse:
    """GET says what the link ends; POST ends it, or takes that back. A mail program posts One-Click (RFC 8058)."""
    try:
        topic = topic_of_token(token)
        if request.method == "POST":
            is_program = request.POST.get(ONE_CLICK[0]) == ONE_CLICK[1]
            step = _STEPS.get("stop" if is_program else request.POST.get("step", ""))
            if step is None:
                raise NotFound
            with write():
                step(topic=topic)
            return HttpResponse("OK", "text/plain") if is_program else redirect(reverse("unsubscribe", args=[token]))
        is_on = is_subscribed(topic)
    except NotFound as refused:
        return not_found(request, refused)
    context = {"is_on": is_on, "what": message_label(topic.name), "may_return": may_return(topic)}
    return render(request, "unsubscribe.html", context)
