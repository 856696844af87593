"""The code comes, and whoever gave both factors is signed in: at each door."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from bookme.core.errors import NotSignedIn, TooMany
from bookme.core.http.client import origin_of
from bookme.core.time import now
from bookme.tenants.context import current_tenant
from bookme.users.actions import pass_second_factor
from bookme.users.authentication import start_session
from bookme.users.models import SignIn, SignInKind
from bookme.web.account.coming_in import account_page, own_path, own_start
from bookme.web.account.doors import ADMIN, Door
from bookme.web.two_factor.asking import code_page
from bookme.web.two_factor.forms import CodeForm, RecoveryForm

RECOVERY = "recovery"


@account_page
def give_code(request: HttpRequest, door: str) -> HttpResponse:
    """POST signs in and goes on to `next`; whoever comes without having begun is led to the beginning."""
    at = Door(door)
    if request.method != "POST" or not request.POST.get("challenge"):
        return redirect(at.sign_in_url)
    challenge, onward = request.POST["challenge"], own_path(request.POST.get("next", ""))
    form: CodeForm | RecoveryForm = RecoveryForm(request.POST) if _by_recovery(request) else CodeForm(request.POST)
    if form.is_valid():
        try:
            found = _signed_in(request, at, challenge, form.cleaned_data["code"])
            start_session(request, found)
            return redirect(onward or (ADMIN if at is Door.OPERATOR else own_start(found)))
        except (NotSignedIn, TooMany) as error:
            form.take_refusal(error)
    return code_page(request, challenge=challenge, onward=onward, door=at, form=form)


def _by_recovery(request: HttpRequest) -> bool:
    return request.POST.get("by") == RECOVERY


def _signed_in(request: HttpRequest, door: Door, challenge: str, code: str) -> SignIn:
    return pass_second_factor(
        challenge=challenge,
        code=code,
        tenant=current_tenant(),
        kind=SignInKind.PAGE,
        operators=door is Door.OPERATOR,
        origin=origin_of(request),
        now=now(),
    )
