"""What the pages of people ask for: a role, what it may, and where."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookme.core.actor import Actor
from bookme.core.errors import DomainError
from bookme.core.permissions import PERMISSIONS_OF, TEAM_ROLES, CustomerScope, Permission, Role
from bookme.locations.models import Location
from bookme.locations.selectors import locations_for
from bookme.staff.models import Staff
from bookme.staff.selectors import staff_for
from bookme.team.wording import ROLE_NAMES
from bookme.users.rules import Powers, own_powers, sees_everybody
from bookme.users.wording import POWERS, Power
from bookme.web.account.forms import AccountForm, email_field, password_field
from bookme.web.fields import PlainText
from bookme.web.people.calendars import NEW, calendar_choices, may_make_calendar
from bookme.web.people.words import told

EVERYWHERE, CHOSEN = "all", "some"
_FIELD_OF = {"denied": "powers", "location_ids": "places", "staff_ids": "people", "customer_scope": "customers"}
_ORDER = (Role.STAFF, Role.MANAGER, Role.OWNER)


class Choice(forms.ChoiceField):
    """One of a few, all in sight."""

    widget = forms.RadioSelect


class Choices(forms.MultipleChoiceField):
    """Any of these, all in sight."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, **options)


class PowersForm(AccountForm):
    """What somebody is to be and may, as far as the actor can give it: all of that, unless `given` says what they have.

    What the actor lacks is not asked for, and not given; where there is nothing to choose, nothing is asked.
    """

    role = Choice(label=gettext_lazy("Role"))
    powers = Choices(label=gettext_lazy("What they may do"))
    places_reach = Choice(label=gettext_lazy("Places of work"))
    places = Choices(label=gettext_lazy("Which places"))
    people_reach = Choice(label=gettext_lazy("People"))
    people = Choices(label=gettext_lazy("Which people"))
    customers = Choice(label=gettext_lazy("Customers"))

    def __init__(self, data: Any = None, *, actor: Actor, given: Powers | None = None) -> None:
        self.actor, self.own, self.given = actor, own_powers(actor), given
        super().__init__(data, initial=_initial(given or Powers(Role.STAFF, self.own.permissions)))
        self._offer("role", [(each.value, ROLE_NAMES[each]) for each in self.roles])
        self._offer("powers", [(each.permission.value, each.label) for each in self.offered])
        self._offer_scope(
            "places", self.own.location_ids, locations_for(actor), _("Everywhere"), _("Only these places")
        )
        self._offer_scope("people", self.own.staff_ids, staff_for(actor), _("Everybody"), _("Only these people"))
        if sees_everybody(self.own):
            whom = [
                (CustomerScope.OWN.value, _("Those of their bookings")),
                (CustomerScope.ALL.value, _("All customers")),
            ]
            self._offer("customers", whom)
        else:
            del self.fields["customers"]

    @property
    def roles(self) -> list[Role]:
        """Those that the actor can give."""
        return [each for each in _ORDER if each is not Role.OWNER or self.own.role is Role.OWNER]

    @property
    def offered(self) -> list[Power]:
        """What the actor may, and so may give, or what they have already."""
        kept = self.given.permissions if self.given else frozenset()
        return [each for each in POWERS if each.permission in self.own.permissions | kept]

    @property
    def power_rows(self) -> list[tuple[forms.boundfield.BoundWidget, Power, str]]:
        """Each check box with its power, and the roles that can have it, for the styles."""
        boxes = list(self["powers"])
        return [(box, each, _roles_with(each.permission)) for box, each in zip(boxes, self.offered, strict=True)]

    @property
    def scopes(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """How far it reaches, and the list to choose from."""
        return [(self[f"{name}_reach"], self[name]) for name in ("places", "people") if name in self.fields]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        for name in ("places", "people"):
            if given.get(f"{name}_reach") == CHOSEN and not given.get(name):
                self.add_error(name, _("Choose at least one."))
        return given

    def values(self) -> dict[str, Any]:
        """What is asked for, as the actions take it; places and people that were not asked for are not named."""
        role = Role(self.cleaned_data["role"])
        wanted = set(self.cleaned_data["powers"])
        found: dict[str, Any] = {"denied": sorted({each.value for each in PERMISSIONS_OF[role]} - wanted)}
        for name, column in (("places", "location_ids"), ("people", "staff_ids")):
            if name in self.fields:
                is_all = self.cleaned_data[f"{name}_reach"] == EVERYWHERE
                found[column] = None if is_all else [UUID(each) for each in self.cleaned_data[name]]
        if "customers" in self.fields:
            found["customer_scope"] = self.cleaned_data["customers"]
        return found

    def take_refusal(self, error: DomainError) -> None:
        """In words of these pages, beside what it is about."""
        names = {_FIELD_OF.get(each.pointer.split("/")[1], each.pointer.split("/")[1]) for each in error.errors}
        known = [each for each in names if each in self.fields]
        for each in known:
            self.add_error(each, told(error))
        if not known:
            self.add_error(None, told(error))

    def _offer(self, name: str, choices: Sequence[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
        field.choices = choices

    def _offer_scope(
        self,
        name: str,
        own: frozenset[UUID] | None,
        rows: Iterable[Location | Staff],
        all_of_them: str,
        some_of_them: str,
    ) -> None:
        """Of one there is nothing to choose, unless it is a bound already."""
        column = {"places": "location_ids", "people": "staff_ids"}[name]
        bound = getattr(self.given, column) if self.given else None
        offered = [each for each in rows if (own is None and each.is_active) or each.pk in (own or bound or ())]
        if not offered or (len(offered) < 2 and own is None and bound is None):
            del self.fields[name], self.fields[f"{name}_reach"]
            return
        self._offer(name, [(str(each.pk), each.name) for each in offered])
        reach = [(CHOSEN, some_of_them)]
        self._offer(f"{name}_reach", reach if own is not None else [(EVERYWHERE, all_of_them), *reach])
        if own is not None and bound is None:
            self.initial.update({f"{name}_reach": CHOSEN, name: [str(each.pk) for each in offered]})


class InviteForm(PowersForm):
    """Who is to join, and as whom. `again` fills it in for somebody who was of the team before."""

    email = email_field("off")
    name = PlainText(label=gettext_lazy("Name"), max_length=120, required=False)
    staff = forms.ChoiceField(
        label=gettext_lazy("Calendar"),
        required=False,
        help_text=gettext_lazy("Whose bookings are theirs. Without one they only keep those of the others."),
        widget=forms.Select(attrs={"class": "input"}),
    )
    field_order = ("email", "name", "role", "staff")

    def __init__(
        self,
        data: Any = None,
        *,
        actor: Actor,
        calendars: Iterable[Staff],
        given: Powers | None = None,
        known: dict[str, str] | None = None,
    ) -> None:
        super().__init__(data, actor=actor, given=given)
        self.initial.update(known or {})
        self.fields["email"].label = _("E-mail")
        self._offer("staff", calendar_choices(calendars, with_new=may_make_calendar(actor)))

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if given.get("staff") == NEW and not given.get("name"):
            self.add_error("name", _("Say whose calendar it is."))
        return given


class CalendarForm(AccountForm):
    """Whose calendar is somebody's: one of these, or none."""

    staff = forms.ChoiceField(
        label=gettext_lazy("Calendar"),
        required=False,
        help_text=gettext_lazy("Whose bookings are theirs. Without one they only keep those of the others."),
        widget=forms.Select(attrs={"class": "input"}),
    )

    def __init__(
        self, data: Any = None, *, calendars: Iterable[Staff], current: Staff | None, with_new: bool = False
    ) -> None:
        super().__init__(data, initial={"staff": str(current.pk) if current else ""})
        field = self.fields["staff"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
        field.choices = calendar_choices(calendars, with_new=with_new)


class JoinForm(AccountForm):
    """What whoever has no account yet says of themselves."""

    name = PlainText(label=gettext_lazy("Your name"), max_length=120, required=False)
    password = password_field(
        gettext_lazy("Password"),
        "new-password",
        help_text=gettext_lazy(
            "At least ten characters. Leave it empty if you have an account already: its password stays."
            " Without a password we send you a link each time you sign in."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].widget.attrs["autocomplete"] = "name"
        self.fields["password"].required = False


def _initial(powers: Powers) -> dict[str, Any]:
    denied = PERMISSIONS_OF[powers.role] - powers.permissions
    chosen: dict[str, Any] = {
        "role": powers.role.value,
        "powers": [each.value for each in Permission if each not in denied],  # for another role, too
        "customers": (CustomerScope.ALL if powers.all_customers else CustomerScope.OWN).value,
    }
    for name, ids in (("places", powers.location_ids), ("people", powers.staff_ids)):
        chosen[f"{name}_reach"] = EVERYWHERE if ids is None else CHOSEN
        chosen[name] = [str(each) for each in ids or ()]
    return chosen


def _roles_with(permission: Permission) -> str:
    return " ".join(f"for-{each.value}" for each in sorted(TEAM_ROLES) if permission in PERMISSIONS_OF[each])
