"""Documentation apart from its function: the sentence that says what it does, and the code alone.

That a function is found by its first documentation sentence, with the documentation cut out, is
the set-up of CodeSearchNet (Husain et al., "CodeSearchNet Challenge", 2019, section 2).
"""

from __future__ import annotations

import re

from tree_sitter import Node

from apps.singularity.ingestion.engine.languages import LANGUAGES, Part, grammar_of
from apps.singularity.ingestion.engine.languages.grammars import Grammar

MIN_WORDS, MAX_WORDS = 3, 40
_SENTENCE_END = re.compile(
    r"(?<=[.!?])\s|\n\s*\n|\n\s*(?:@\w|[:\\](?:arg|param|return|raise|rtype|type|throw|yield))"
)
_COMMENTS = (Part.COMMENT, Part.INNER_COMMENT)


def first_sentence(documentation: str) -> str:
    """The first sentence on one line; "" where it has too few words to ask for anything.

    What follows a tag, such as ``@param``, is of something else.
    """
    text = f"\n{documentation.strip()}"
    sentence = " ".join(_SENTENCE_END.split(text, maxsplit=1)[0].split())
    return sentence if MIN_WORDS <= len(sentence.split()) <= MAX_WORDS else ""


def without_documentation(content: str, *, language: str) -> str:
    """A definition without the comments before it, and in Python without its docstring.

    Lines that held nothing else are gone. A language without a grammar gives the content back.
    """
    source, grammar = content.encode(), grammar_of(language)
    tree = grammar.parse(source) if grammar else None
    if grammar is None or tree is None:
        return content
    spans = _leading(tree.root_node, grammar, source)
    if LANGUAGES[language].docstrings and (found := _docstring(tree.root_node)):
        spans.append((found.start_byte, found.end_byte))
    for start, end in reversed(spans):
        source = _cut(source, start, end)
    return source.decode()


def _leading(root: Node, grammar: Grammar, source: bytes) -> list[tuple[int, int]]:
    """Comments up to the first node that is none; attributes between them are passed over."""
    spans: list[tuple[int, int]] = []
    waiting = [root]
    while waiting:
        node = waiting.pop()
        role = grammar.roles.get(node.kind_id)
        if callable(role):
            role = role(node, source)
        if role in _COMMENTS:
            spans.append((node.start_byte, node.end_byte))
        elif node is root or role is Part.TRANSPARENT:
            waiting.extend(reversed(node.children))
        elif role is not Part.ATTRIBUTE:
            break
    return spans


def _docstring(root: Node) -> Node | None:
    """The string that the body of the first function or class begins with."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.type in ("function_definition", "class_definition"):
            body = node.child_by_field_name("body")
            first = (
                next((one for one in body.children if one.type != "comment"), None)
                if body
                else None
            )
            if first and first.type == "expression_statement" and first.children:
                first = first.children[0]
            return first if first and first.type == "string" else None
        waiting.extend(reversed(node.children))
    return None


def _cut(source: bytes, start: int, end: int) -> bytes:
    """Take a span away, with the white space of the lines that it leaves empty."""
    begin = source.rfind(b"\n", 0, start) + 1
    rest = source.find(b"\n", end)
    rest = len(source) if rest < 0 else rest
    alone = not source[begin:start].strip() and not source[end:rest].strip()
    return source[:begin] + source[rest + 1 :] if alone else source[:start] + source[end:]
