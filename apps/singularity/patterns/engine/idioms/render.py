"""A template as text in the language's own syntax, for people to read.

Only the canonical form is read, never a file: the same pattern has the same text everywhere, and
nothing of a file can get into it.
"""

from __future__ import annotations

import re
import string
from collections.abc import Sequence

from apps.singularity.patterns.engine.idioms.template import ITEMS_REST, STATEMENTS_REST, Piece
from apps.singularity.patterns.engine.tree.labels import Label, Sort

WIDTH = 88
_TWO_SPACES = frozenset(
    ["javascript", "typescript", "tsx", "ruby", "lua", "html", "css", "scala", "elixir", "ocaml"]
)
_TIGHT = frozenset({".", "::", "?.", "!.", "@", "...", ".."})
_TIGHT_KINDS: tuple[str, ...] = (
    "keyword_argument",
    "default_parameter",
    "macro_invocation",
    "type_arguments",
)
_TIGHT_KINDS += ("type_parameters", "field_expression", "template_argument_list", "attribute_item")
_CALLS = frozenset({"call", "call_expression", "function_call", "invocation_expression"})
_WORD_END = re.compile(r"[\w$]$")
_SYMBOL = re.compile(r"[^\w\s]+$")
_BLOCK = "\n"
_ANY = "$$$"
_BODY = f"{_BLOCK}$$$BODY{_BLOCK}"


def render(template: Piece, language: str) -> str:
    """The text of a template; metavariables are ``$A`` and so on, ``$STR``, ``$NUM``, ``$$$``."""
    text = _Renderer(2 if language in _TWO_SPACES else 4).text(template)
    return text.strip("\n").removesuffix("\n" + _ANY)


def metavariable(hole: int) -> str:
    """The name of a hole: ``$A`` for 1 to ``$Z``, then ``$A1``."""
    letters = string.ascii_uppercase
    turn, letter = divmod(hole - 1, len(letters))
    return f"${letters[letter]}{turn or ''}"


def shown_name(qualified: str) -> str:
    """A method without what it is called on; any other name in full."""
    if "(" in qualified or qualified.startswith("."):
        return qualified.rpartition(".")[2]
    return qualified


def _hole(number: int) -> str:
    if number == STATEMENTS_REST:
        return _BODY
    return _ANY if number == ITEMS_REST else metavariable(number)


def _leaf(label: Label) -> str:
    if label.sort is Sort.END:
        return ""
    if label.sort is Sort.NAME:
        return shown_name(label.text)
    return f"${label.text}" if label.sort is Sort.LITERAL else label.text


class _Renderer:
    def __init__(self, indent: int) -> None:
        self._indent = " " * indent

    def text(self, piece: Piece) -> str:
        """The text of a piece; that of statements begins and ends with a line end."""
        label = piece.label
        if label is None:
            return _hole(piece.hole)
        if label.sort is Sort.PRODUCTION:
            return self._production(label, piece.children)
        if label.sort is Sort.ITEM_CELL:
            return self._items(_elements(piece))
        if label.sort is Sort.STATEMENT_CELL:
            return self._statements(piece)
        return _leaf(label)

    def _statements(self, piece: Piece) -> str:
        lines = [self.text(element) for element in _elements(piece)]
        if len(lines) > 1 and lines[-1] == _BODY:
            lines[-1] = _ANY
        return _BLOCK + "\n".join(line.strip("\n") for line in lines) + _BLOCK

    def _items(self, elements: Sequence[Piece]) -> str:
        texts = [self.text(element) for element in elements]
        line = ", ".join(texts)
        if len(line) <= WIDTH - 16:
            return line
        return _BLOCK + ",\n".join(texts) + _BLOCK

    def _production(self, label: Label, children: Sequence[Piece]) -> str:
        rest = iter(children)
        texts = [self.text(next(rest)) if part is None else part for part in label.parts]
        if label.kind in _CALLS and label.parts == (None, None) and not children[1].label:
            texts[1] = f"({texts[1]})"
        shown = ""
        for at, text in enumerate(texts):
            if text.startswith(_BLOCK):
                body = text.strip("\n").replace("\n", "\n" + self._indent)
                shown += f"\n{self._indent}{body}\n"
            elif not shown or not text or shown.endswith("\n"):
                shown += text
            elif _ends_line(shown):
                shown += "\n" + text
            else:
                shown += _gap(label, at, shown, text) + text
        return shown.rstrip("\n")


def _ends_line(text: str) -> bool:
    """Whether what follows begins a line: after an indented block, and after a decorator."""
    last = text.rpartition("\n")[2]
    return last.startswith(" ") or (last.startswith("@") and len(last) > 1)


def _elements(cell: Piece) -> list[Piece]:
    """The elements of a list; what else may be in it is an element at the end."""
    elements = []
    while cell.is_cell:
        element, cell = cell.children
        elements.append(element)
    if cell.is_rest:
        elements.append(cell)
    return elements


def _gap(label: Label, at: int, before: str, after: str) -> str:
    """What stands between two parts of a production, the second at ``at``."""
    left, right = label.parts[at - 1], label.parts[at]
    if after[0] in ",;)]" or before[-1] in "([" or left in _TIGHT or right in _TIGHT:
        return ""
    if label.kind.endswith(_TIGHT_KINDS) and "=>" not in (left, right):
        return ""
    if right == ":" or (left is None and after[0] in "([" and _WORD_END.search(before)):
        return ""
    if left is None and after[0] in "([" and before[-1] in ")]":
        return ""
    prefix = at == 1 and left and _SYMBOL.fullmatch(left)
    postfix = len(label.parts) == 2 and right and _SYMBOL.fullmatch(right) and left is None
    return "" if prefix or postfix else " "
