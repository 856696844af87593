"""The texts of messages, in Liquid: checked when they are written, and made into words. Pure.

Safe by construction: a template sees the variables that it is given and nothing else, has no loops, no includes and no
filters but those of FILTERS, and is text. What carries it escapes it (an e-mail's HTML in its layout).
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from liquid import BoundTemplate, Environment, StrictUndefined
from liquid.exceptions import LiquidError

TAGS = frozenset({"if", "unless", "case", "comment"})
FILTERS = frozenset({"upcase", "downcase", "capitalize", "default", "truncate"})
LONGEST_OUTPUT = 10_000


@dataclass(frozen=True)
class Texts:
    """What a message says by one channel, as Liquid. Only an e-mail has `subject` and `heading`."""

    body: str
    subject: str = ""
    heading: str = ""


def either(flag: str, yes: str, no: str) -> str:
    """One of two texts, as the flag among the variables says."""
    return yes if yes == no else f"{{% if {flag} %}}{yes}{{% else %}}{no}{{% endif %}}"


class _Bounded(Environment):
    output_stream_limit = LONGEST_OUTPUT


def _environment() -> Environment:
    found = _Bounded(undefined=StrictUndefined, autoescape=False)
    for name in set(found.tags) - TAGS - _INTERNAL:
        del found.tags[name]
    for name in set(found.filters) - FILTERS:
        del found.filters[name]
    return found


# What the parser needs for text and for `{{ … }}`.
_INTERNAL = frozenset({"content", "output", "illegal"})


def written(text: str, variables: Mapping[str, str | bool]) -> str:
    """The text with its variables. Raises LiquidError for what `faults_of` would have found."""
    return _parsed(text).render(**variables).strip()


def faults_of(text: str, *, variables: Collection[str]) -> Iterator[str]:
    """What is wrong with a text that may say these variables, in sentences for who wrote it."""
    try:
        parsed = _parsed(text)
    except LiquidError as error:
        yield str(error.args[0] if error.args else error)
        return
    for path in parsed.variable_paths():
        if path not in variables:
            yield f"{{{{ {path} }}}} is not known here."


@lru_cache(maxsize=2000)
def _parsed(text: str) -> BoundTemplate:
    return _ENVIRONMENT.from_string(text)


_ENVIRONMENT = _environment()
