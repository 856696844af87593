"""The texts of messages, in Liquid, made into words. Pure.

Safe by construction: a template sees the variables that it is given and nothing else, has no loops, no includes and no
filters but those of FILTERS, and is text. What carries it escapes it (an e-mail's HTML in its layout). What one may say
is in `grammar.py`; what it lets pass is made into words for every value of its variables.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from liquid import BoundTemplate, Environment, StrictUndefined

TAGS = frozenset({"if", "unless", "case", "comment"})
FILTERS = frozenset({"upcase", "downcase", "capitalize", "default", "truncate"})
# Of a value; a link is told whole, or it leads nowhere.
LONGEST_VALUE = 500
_LONGEST_LINK = 2000
LINKS = frozenset({"link", "meeting_link"})
_DEEPEST = 5
# Of a text whose parts are kept from one message to the next: they take a hundred times its room, and anybody who may
# write texts may look at any number of long ones. The built-in texts are shorter.
_LONGEST_KEPT = 700
# Line ends, control characters, overrides of direction: a value is one line of what surrounds it.
_UNPRINTABLE = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]+")


@dataclass(frozen=True)
class Texts:
    """What a message says by one channel, as Liquid. Only an e-mail has `subject` and `heading`."""

    body: str
    subject: str = ""
    heading: str = ""


def either(flag: str, yes: str, no: str) -> str:
    """One of two texts, as the flag among the variables says."""
    return yes if yes == no else f"{{% if {flag} %}}{yes}{{% else %}}{no}{{% endif %}}"


def written(text: str, variables: Mapping[str, str | bool], *, longest_value: int = LONGEST_VALUE) -> str:
    """The text with its variables, each as one line of so many characters at most; never read as a template itself.

    Raises LiquidError for what `grammar.faults_of` would have found.
    """
    values = {name: _value(name, value, longest_value) for name, value in variables.items()}
    template = _kept(text) if len(text) <= _LONGEST_KEPT else parsed(text)
    return template.render(**values).strip()


def parsed(text: str) -> BoundTemplate:
    """Raises LiquidError. Of a text that nobody has checked, only after `grammar` has looked at its markup."""
    return _ENVIRONMENT.from_string(text)


@lru_cache(maxsize=1000)
def _kept(text: str) -> BoundTemplate:
    return parsed(text)


def _value(name: str, value: str | bool, longest: int) -> str | bool | None:
    """An empty text is nothing, which Liquid takes for false."""
    if isinstance(value, bool):
        return value
    longest = _LONGEST_LINK if name in LINKS else longest
    line = _UNPRINTABLE.sub(" ", value).strip()
    return (line if len(line) <= longest else line[: longest - 1].rstrip() + "…") or None


class _Bounded(Environment):
    block_nesting_limit = _DEEPEST


def _environment() -> Environment:
    found = _Bounded(undefined=StrictUndefined, autoescape=False)
    for name in set(found.tags) - TAGS - _INTERNAL:
        del found.tags[name]
    for name in set(found.filters) - FILTERS:
        del found.filters[name]
    return found


# What the parser needs for text and for `{{ … }}`.
_INTERNAL = frozenset({"content", "output", "illegal"})
_ENVIRONMENT = _environment()
