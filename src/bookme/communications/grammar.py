"""What a template may say, checked before it is kept. Pure.

Text, `{{ variable | filter }}` and the tags of `templating.TAGS`; conditions ask whether a variable is there, or is a
given text. What passes is short, can be written for every value of its variables, and always says something.
"""

import re
from collections.abc import Generator, Iterator, Sequence

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

from bookme.communications.markup import (
    Fault,
    alone_of,
    fault_at,
    faults_of_markup,
    faults_of_nesting,
    pieces_of,
    shown,
)
from bookme.communications.templating import FILTERS, LINKS, parsed
from bookme.communications.variables import Vocabulary
from bookme.core.text import has_control_characters

MOST_VARIABLES = 60
_SENTENCE = re.compile(r"[^\w ',.()-]+")


def faults_of(text: str, vocabulary: Vocabulary, *, longest: int, is_line: bool = False) -> list[Fault]:
    """What is wrong with a text of at most so many characters, of one line or several."""
    if len(text) > longest:
        return [Fault("too_long", f"This may have {longest} characters, and has {len(text)}.")]
    if has_control_characters(text, multiline=not is_line):
        what = "line breaks or characters that cannot be seen" if is_line else "characters that cannot be seen"
        return [Fault("control_characters", f"This has {what}.")]
    reader = _Reader(text, vocabulary, is_line=is_line)
    if faults := list(faults_of_markup(text)):
        return _in_order([*faults, *faults_of_nesting(text), *reader.faults_of_pieces()])
    try:
        nodes = parsed(text).nodes
    except BlockNestingError:
        return [Fault("too_deep", "The conditions are too deep inside one another.")]
    except LiquidError as error:
        return _in_order([*faults_of_nesting(text), *reader.faults_of_pieces()]) or [_syntax(text, error)]
    faults = list(reader.faults(nodes))
    if not faults and not _says(nodes, vocabulary.always):
        return [Fault("may_be_empty", "There has to be something to read, whatever the conditions come to.")]
    return faults


def _in_order(faults: list[Fault]) -> list[Fault]:
    return sorted(faults, key=lambda each: (each.line, each.column))


class _Reader:
    """Looks at every part of one parsed text, and lets nothing pass that it does not know."""

    def __init__(self, text: str, vocabulary: Vocabulary, *, is_line: bool) -> None:
        self._text = text
        self._vocabulary = vocabulary
        self._is_line = is_line
        self._outputs = 0
        self._shift = 0  # by how much the text stands after what is parsed

    def faults_of_pieces(self) -> Iterator[Fault]:
        """Of a text that cannot be read as a whole: what is wrong with each output and each condition by itself."""
        for piece in pieces_of(self._text):
            if (alone := alone_of(piece, self._text)) is None:
                continue
            self._shift = piece.start - alone.before
            try:
                nodes = parsed(alone.text).nodes
            except LiquidError as error:
                yield _syntax(self._text, error, shift=self._shift, least=piece.start)
            else:
                yield from self.faults(nodes)
        self._shift = 0

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
        if name in LINKS:
            yield from self._of_link(expression)
        for each in expression.filters or ():
            yield from self._of_filter(each)

    def _of_link(self, expression: FilteredExpression) -> Iterator[Fault]:
        """In a line it would be nobody's to press, and what changes it would make it lead nowhere."""
        token = expression.left.token
        if self._is_line:
            yield self._at(token, "link_in_line", "A link has its place in the text, not in a subject or a heading.")
        if any(each.name != "default" for each in expression.filters or ()):
            yield self._at(token, "link_changed", "A link is written as it is: a filter would change where it leads.")

    def _of_filter(self, used: Filter) -> Iterator[Fault]:
        if used.name not in FILTERS:
            known = ", ".join(sorted(FILTERS))
            detail = f"There is no filter {shown(used.name)} here, only {known}."
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
            yield self._at(expression.token, "not_a_name", f"{shown(str(expression))}: variables have no parts.")
            return ""
        name = expression.path[0]
        if name not in self._vocabulary.meanings:
            yield self._at(expression.token, "unknown_variable", f"There is no {shown(name)} to say here.")
            return ""
        return name

    def _not_understood(self, token: Token) -> Fault:
        return self._at(token, "syntax", "Only variables, and texts in quotes to compare them with, can stand here.")

    def _at(self, token: Token, code: str, detail: str) -> Fault:
        return fault_at(self._text, token.start_index + self._shift, code, detail)


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


def _syntax(text: str, error: LiquidError, *, shift: int = 0, least: int = 0) -> Fault:
    """`shift` is how far what was parsed stands in the text, `least` where what it is about begins."""
    said = _SENTENCE.sub(" ", str(error.args[0]))[:100].strip() if error.args else ""
    detail = f"This is not understood: {said}." if said else "This is not understood."
    at = least if error.token is None else max(error.token.start_index + shift, least)
    if (error.token is None and not least) or at > len(text):
        return Fault("syntax", detail)
    return fault_at(text, at, "syntax", detail)
