"""Which parts the style guide shows, with the markup of each as its file has it."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

TEMPLATES = Path(__file__).parents[1] / "templates"


@dataclass(frozen=True)
class Example:
    """One state or kind of a part. `markup` is what one copies; `box` is a class of what stands around it here."""

    label: str
    name: str
    box: str = ""

    @property
    def template(self) -> str:
        return f"guide/parts/{self.name}.html"

    @cached_property
    def markup(self) -> str:
        return (TEMPLATES / self.template).read_text().strip()


@dataclass(frozen=True)
class Part:
    """One part: `note` says when it is used."""

    slug: str
    title: str
    note: str
    examples: tuple[Example, ...]


PARTS = (
    Part(
        "button",
        "Button",
        "One primary button a page: what most people came for. Under a pointer it leans to brand-hover; with href it "
        "is a link. While its form is on the way it is busy by itself.",
        (
            Example("Kinds", "button"),
            Example("Sizes", "button_sizes"),
            Example("With the focus, disabled, busy", "button_states"),
            Example("Icon alone, and a link in a text", "button_icon"),
        ),
    ),
    Part(
        "field",
        "Field",
        "Takes a field of a form: label, hint and error belong to it by id. What may be left out says so.",
        (
            Example("At rest, with a hint, disabled", "field", "ui-form"),
            Example("Refused", "field_error", "ui-form"),
            Example("Choice and long text", "field_kinds", "ui-form"),
        ),
    ),
    Part("check", "Check", "One thing to agree to or to want. Never ticked for somebody.", (Example("", "check"),)),
    Part(
        "card",
        "Card and rows",
        "A card holds what belongs together. A row leads somewhere, as a whole.",
        (Example("Card", "card"), Example("Rows", "row", "ui-wide")),
    ),
    Part(
        "notice",
        "Notice",
        "Says something on the page that stays true: an icon and words carry the tone, the colour only helps.",
        (Example("", "notice", "ui-wide"),),
    ),
    Part(
        "toast",
        "Toast",
        "Says once what has just been done, with the way back. It goes by itself; what went wrong stays. On pages "
        "the toasts stand in c-toasts.",
        (Example("", "toast"),),
    ),
    Part(
        "dialog",
        "Dialog",
        "A question before what cannot be taken back: the button opens it, Escape closes it, without a script.",
        (Example("", "dialog"),),
    ),
    Part(
        "status",
        "Status and choice",
        "A pill says a state in words and by an icon. Chips choose what is shown; the chosen one is marked for ears "
        "as well.",
        (Example("Pills", "pill"), Example("Chips", "chip", "ui-wide"), Example("Room left", "capacity")),
    ),
    Part("stepper", "Stepper", "Where one is in a booking, and the way back.", (Example("", "stepper", "ui-wide"),)),
    Part(
        "avatar",
        "Avatar and logo",
        "Initials on a tone that is always the same for a name.",
        (Example("", "avatar"),),
    ),
    Part(
        "empty",
        "Empty, loading, error",
        "Every list has all three. What is being fetched shows its shape after 120 ms; what could not be fetched "
        "has a link to the page itself.",
        (
            Example("Nothing there yet", "empty", "ui-wide"),
            Example("Loading", "skeleton", "ui-wide ui-loading"),
            Example("Could not be loaded", "retry", "ui-wide ui-shown"),
        ),
    ),
    Part(
        "table", "Table", "For what is compared line by line; it scrolls by itself.", (Example("", "table", "ui-wide"),)
    ),
)
