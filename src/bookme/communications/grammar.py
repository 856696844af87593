"""What a template may say, checked before it is kept. Pure.

Text, `{{ variable | filter }}` and the tags of `templating.TAGS`; conditions ask whether a variable is there, or is a
given text. What passes is short, can be written for every value of its variables, and always says something.
"""

import re
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass

from liquid.ast import BlockNode, ConditionalBlockNode, Node
from liquid.builtin.content import ContentNode
from liquid.builtin.expressions.arguments import PositionalArgument
from liquid.builtin.expressions.filtered import Filter, FilteredExpression
from liquid.builtin.expressions.logical import (
    BooleanExpression,
    EqExpression,
    LogicalAndExpression,
    LogicalOrExpression,
    NeExpression,
)
from liquid.builtin.expressions.path import Path
from liquid.builtin.expressions.primitive import IntegerLiteral, StringLiteral
from liquid.builtin.output import OutputNode
from liquid.builtin.tags.case_tag import CaseNode, MultiExpressionBlockNode
from liquid.builtin.tags.comment_tag import CommentNode
from liquid.builtin.tags.if_tag import IfNode
from liquid.builtin.tags.unless_tag import UnlessNode
from liquid.exceptions import BlockNestingError, LiquidError
from liquid.expression import Expression
from liquid.token import Token

from bookme.communications.templating import FILTERS, TAGS, parsed
from bookme.communications.variables import Vocabulary
from bookme.core.text import has_control_characters

MOST_VARIABLES = 60
LONGEST_MARKUP = 200
_INSIDE = {"if": {"elsif", "else"}, "unless": {"elsif", "else"}, "case": {"when", "else"}, "comment": set()}
_KNOWN_TAGS = frozenset().union(TAGS, *_INSIDE.values(), (f"end{tag}" for tag in TAGS))
_OPENING = re.compile(r"\{\{|\{%")
_TAG_NAME = re.compile(r"\{%-?\s*(#|\w*)")
_SENTENCE = re.compile(r"[^\w ',.()-]+")


@dataclass(frozen=True)
class Fault:
    """`code` is stable, `detail` for who wrote it; `line` and `column` count from 1, and are 0 of the whole text."""

    code: str
    detail: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"Line {self.line}, character {self.column}: {self.detail}" if self.line else self.detail


def faults_of(text: str, vocabulary: Vocabulary, *, longest: int, is_line: bool = False) -> list[Fault]:
    """What is wrong with a text of at most so many characters, of one line or several."""
    if len(text) > longest:
        return [Fault("too_long", f"This may have {longest} characters, and has {len(text)}.")]
    if has_control_characters(text, multiline=not is_line):
        what = "line breaks or characters that cannot be seen" if is_line else "characters that cannot be seen"
        return [Fault("control_characters", f"This has {what}.")]
    if faults := list(_faults_of_markup(text)):
        return faults
    try:
        nodes = parsed(text).nodes
    except BlockNestingError:
        return [Fault("too_deep", "The conditions are too deep inside one another.")]
    except LiquidError as error:
        return [_syntax(text, error)]
    faults = list(_Reader(text, vocabulary).faults(nodes))
    if not faults and not _says(nodes, vocabulary.always):
        return [Fault("may_be_empty", "There has to be something to read, whatever the conditions come to.")]
    return faults


def _faults_of_markup(text: str) -> Iterator[Fault]:
    """Every `{{` and `{%` is closed, short, and names a known tag: looked at first, for the parser takes its time.

    A tag is told of once.
    """
    at = 0
    told: set[str] = set()
    while found := _OPENING.search(text, at):
        opening, start = found[0], found.start()
        closing = "}}" if opening == "{{" else "%}"
        end = text.find(closing, found.end())
        if end < 0:
            yield _fault(text, start, "unclosed", f"{opening} is never closed by {closing}.")
            return
        if end - start > LONGEST_MARKUP:
            detail = f"There are more than {LONGEST_MARKUP} characters between {opening} and {closing}."
            yield _fault(text, start, "too_long", detail)
        elif opening == "{%" and (name := _tag_name(text, start)) not in _KNOWN_TAGS | told:
            told |= {name, f"end{name}"}
            known = ", ".join(sorted(TAGS))
            yield _fault(text, start, "unknown_tag", f"There is no tag {_shown(name)} here, only {known}.")
        at = end + len(closing)


def _tag_name(text: str, start: int) -> str:
    found = _TAG_NAME.match(text, start)
    return found[1] if found else ""


class _Reader:
    """Looks at every part of one parsed text, and lets nothing pass that it does not know."""

    def __init__(self, text: str, vocabulary: Vocabulary) -> None:
        self._text = text
        self._vocabulary = vocabulary
        self._outputs = 0

    def faults(self, nodes: Sequence[Node]) -> Iterator[Fault]:
        for node in nodes:
            yield from self._of_node(node)

    def _of_node(self, node: Node) -> Iterator[Fault]:
        match node:
            case ContentNode() | CommentNode():
                return
            case OutputNode():
                yield from self._of_output(node)
            case BlockNode():
                yield from self.faults(node.nodes)
            case IfNode() | UnlessNode():
                yield from self._of_condition(node.condition)
                yield from self.faults(
                    [node.consequence, *node.alternatives, *([node.default] if node.default else [])]
                )
            case ConditionalBlockNode():
                yield from self._of_condition(node.expression)
                yield from self._of_node(node.block)
            case CaseNode():
                yield from self._of_compared(node.expression)
                yield from self.faults(node.blocks)
            case MultiExpressionBlockNode():
                yield from self._of_when(node)
                yield from self._of_node(node.block)
            case _:
                yield self._not_understood(node.token)

    def _of_output(self, node: OutputNode) -> Iterator[Fault]:
        self._outputs += 1
        if self._outputs == MOST_VARIABLES + 1:
            yield self._at(node.token, "too_many", f"There may be {MOST_VARIABLES} variables in a text.")
        expression = node.expression
        if not isinstance(expression, FilteredExpression):
            yield self._not_understood(node.token)
            return
        name = yield from self._name_in(expression.left)
        if name in self._vocabulary.flags:
            detail = f"{name} is true or false: ask {{% if {name} %}}."
            yield self._at(expression.left.token, "not_a_text", detail)
        for each in expression.filters or ():
            yield from self._of_filter(each)

    def _of_filter(self, used: Filter) -> Iterator[Fault]:
        if used.name not in FILTERS:
            known = ", ".join(sorted(FILTERS))
            detail = f"There is no filter {_shown(used.name)} here, only {known}."
            yield self._at(used.token, "unknown_filter", detail)
            return
        given = [each.value if isinstance(each, PositionalArgument) else None for each in used.args]
        if not _fits(used.name, given):
            yield self._at(used.token, "filter_arguments", _ARGUMENTS.get(used.name, f"{used.name} stands alone."))

    def _of_condition(self, condition: Expression) -> Iterator[Fault]:
        match condition:
            case BooleanExpression():
                yield from self._of_condition(condition.expression)
            case LogicalAndExpression() | LogicalOrExpression():
                yield from self._of_condition(condition.left)
                yield from self._of_condition(condition.right)
            case EqExpression() | NeExpression():
                yield from self._of_compared(condition.left)
                if not _is_text(condition.right):
                    yield self._at(condition.token, "comparison", "Only a text in quotes can be compared with.")
            case _:
                yield from self._name_in(condition)

    def _of_compared(self, expression: Expression) -> Iterator[Fault]:
        name = yield from self._name_in(expression)
        if name in self._vocabulary.flags:
            yield self._at(expression.token, "comparison", f"{name} is true or false: ask {{% if {name} %}}.")

    def _of_when(self, node: MultiExpressionBlockNode) -> Iterator[Fault]:
        """A text that is named twice would be answered twice."""
        texts = list(node.expression.expressions)
        if not all(map(_is_text, texts)) or len({str(each) for each in texts}) < len(texts):
            yield self._at(node.token, "comparison", "Behind when, there are different texts in quotes.")

    def _name_in(self, expression: Expression) -> Generator[Fault, None, str]:
        """The variable that it names, or nothing."""
        if not isinstance(expression, Path):
            yield self._not_understood(expression.token)
            return ""
        if len(expression.path) != 1 or not isinstance(expression.path[0], str):
            yield self._at(expression.token, "not_a_name", f"{_shown(str(expression))}: variables have no parts.")
            return ""
        name = expression.path[0]
        if name not in self._vocabulary.meanings:
            yield self._at(expression.token, "unknown_variable", f"There is no {_shown(name)} to say here.")
            return ""
        return name

    def _not_understood(self, token: Token) -> Fault:
        return self._at(token, "syntax", "Only variables, and texts in quotes to compare them with, can stand here.")

    def _at(self, token: Token, code: str, detail: str) -> Fault:
        return _fault(self._text, token.start_index, code, detail)


_ARGUMENTS = {
    "default": 'default needs one text in quotes: default: "…".',
    "truncate": "truncate needs the number of characters: truncate: 20.",
}


def _fits(name: str, given: Sequence[Expression | None]) -> bool:
    match name, given:
        case "default", [StringLiteral()]:
            return True
        case "truncate", [IntegerLiteral(value=length), *rest]:
            return 4 <= length <= 1000 and (not rest or (len(rest) == 1 and isinstance(rest[0], StringLiteral)))
        case _:
            return name not in _ARGUMENTS and not given


def _is_text(expression: Expression) -> bool:
    return isinstance(expression, StringLiteral) and bool(expression.value)


def _says(nodes: Sequence[Node], filled: frozenset[str]) -> bool:
    """Whether there is something to read, whatever the variables are but for those that are not empty."""
    return any(_node_says(each, filled) for each in nodes)


def _node_says(node: Node, filled: frozenset[str]) -> bool:
    match node:
        case ContentNode():
            return not node.blank
        case OutputNode(expression=FilteredExpression() as expression):
            return _output_says(expression, filled)
        case BlockNode():
            return _says(node.nodes, filled)
        case IfNode() | UnlessNode():
            return node.default is not None and all(_says(nodes, known) for nodes, known in _branches(node, filled))
        case CaseNode():
            has_else = any(isinstance(each, BlockNode) for each in node.blocks)
            return has_else and all(_node_says(each, filled) for each in node.blocks)
        case MultiExpressionBlockNode():
            return _says(node.block.nodes, filled)
        case _:
            return False


def _branches(node: IfNode | UnlessNode, filled: frozenset[str]) -> Iterator[tuple[Sequence[Node], frozenset[str]]]:
    """What each branch has, and what is surely not empty in it."""
    is_if = isinstance(node, IfNode)
    yield node.consequence.nodes, filled | (_asked(node.condition) if is_if else frozenset())
    for each in node.alternatives:
        yield each.block.nodes, filled | _asked(each.expression)
    if node.default is not None:
        yield node.default.nodes, filled


def _asked(condition: Expression) -> frozenset[str]:
    """The variables that are there where that is true."""
    match condition:
        case BooleanExpression():
            return _asked(condition.expression)
        case LogicalAndExpression():
            return _asked(condition.left) | _asked(condition.right)
        case Path():
            return frozenset({str(condition)})
        case _:
            return frozenset()


def _output_says(expression: FilteredExpression, filled: frozenset[str]) -> bool:
    if str(expression.left) in filled:
        return True
    defaults = [each.args[0].value for each in expression.filters or () if each.name == "default"]
    return any(isinstance(each, StringLiteral) and bool(each.value.strip()) for each in defaults)


def _syntax(text: str, error: LiquidError) -> Fault:
    said = _SENTENCE.sub(" ", str(error.args[0]))[:100].strip() if error.args else ""
    detail = f"This is not understood: {said}." if said else "This is not understood."
    if error.token is None or not 0 <= error.token.start_index <= len(text):
        return Fault("syntax", detail)
    return _fault(text, error.token.start_index, "syntax", detail)


def _fault(text: str, at: int, code: str, detail: str) -> Fault:
    before = text[:at]
    return Fault(code, detail, line=before.count("\n") + 1, column=at - (before.rfind("\n") + 1) + 1)


def _shown(name: str) -> str:
    return f"“{name[:40]}”"
