"""Gemfile and *.gemspec, read with the Ruby grammar and never run, and Gemfile.lock."""

import re
from functools import lru_cache

from tree_sitter import Node, Parser
from tree_sitter_language_pack import get_parser

from apps.singularity.ingestion.engine.manifests.model import Notes, scope_of

_SPECIFICATION = {
    "add_dependency": "runtime",
    "add_runtime_dependency": "runtime",
    "add_development_dependency": "dev",
}
_LOCKED = re.compile(r"^ {4}([\w.-]+) \(([^)\s-]+)[^)]*\)\r?$")


@lru_cache(maxsize=1)
def _parser() -> Parser:
    return get_parser("ruby")


def parse_gemfile(text: str, notes: Notes) -> None:
    """The calls of `gem`, with the groups that stand around them or in their options."""
    root = _parser().parse(text.encode("utf-8", "replace")).root_node
    if root.has_error:
        notes.problems.append("the Gemfile has syntax errors")
    pending: list[tuple[Node, tuple[str, ...]]] = [(root, ())]
    while pending:
        node, groups = pending.pop()
        method = _method(node)
        if method == "gem":
            _gem(notes, node, groups)
            continue
        if method == "group":
            groups = tuple(_names(_arguments(node)))
        pending += [(child, groups) for child in reversed(node.named_children)]


def _gem(notes: Notes, node: Node, groups: tuple[str, ...]) -> None:
    arguments = _arguments(node)
    name, requirement = _strings(arguments)
    options = {_text(pair.named_children[0]).strip(":"): pair for pair in arguments if _pair(pair)}
    for key in ("group", "groups"):
        if key in options:
            groups = tuple(_names(options[key].named_children[1:]))
    origin = next((options[key] for key in ("git", "github", "path") if key in options), None)
    if origin is not None and not requirement:
        requirement = _text(origin.named_children[-1]).strip("'\"")
    if name:
        notes.declare(("gem", name), requirement, scope=_scope(groups), line=_line(node))


def _scope(groups: tuple[str, ...]) -> str:
    """The scope of a gem that is in all these groups: where it counts most."""
    scopes = {scope_of(group) for group in groups} or {"runtime"}
    return next(scope for scope in ("runtime", "dev", "test", "docs") if scope in scopes)


def parse_gemspec(text: str, notes: Notes) -> None:
    """The dependencies that a gem's specification adds."""
    root = _parser().parse(text.encode("utf-8", "replace")).root_node
    if root.has_error:
        notes.problems.append("the gem specification has syntax errors")
    pending = [root]
    while pending:
        node = pending.pop()
        scope = _SPECIFICATION.get(_method(node))
        name, requirement = _strings(_arguments(node)) if scope else ("", "")
        if scope and name:
            notes.declare(("gem", name), requirement, scope=scope, line=_line(node))
        pending += reversed(node.named_children)


def parse_gemfile_lock(text: str, notes: Notes) -> None:
    """The versions below GEM and GIT; those below PATH are the code base's own."""
    section = ""
    for number, line in enumerate(text.split("\n"), 1):
        if line and not line.startswith(" "):
            section = line.strip()
        found = _LOCKED.match(line) if section in ("GEM", "GIT") else None
        if found:
            notes.declare(("gem", found[1]), found[2], version=found[2], line=number)


def _method(node: Node) -> str:
    name = node.child_by_field_name("method") if node.type == "call" else None
    return _text(name) if name else ""


def _arguments(node: Node) -> list[Node]:
    arguments = node.child_by_field_name("arguments")
    return arguments.named_children if arguments else []


def _strings(arguments: list[Node]) -> tuple[str, str]:
    """The name, and the requirements that follow it; "" for a name that is computed."""
    texts = [text for node in arguments if not _pair(node) for text in _plain(node)]
    first = arguments[0] if arguments else None
    name = texts[0] if first is not None and first.type == "string" and texts else ""
    return name, ", ".join(texts[1:]) if name else ""


def _plain(node: Node) -> list[str]:
    """The literal strings in a string or in an array of some."""
    if node.type == "array":
        return [text for child in node.named_children for text in _plain(child)]
    if node.type != "string":
        return []
    parts = node.named_children
    literal = all(part.type in ("string_content", "escape_sequence") for part in parts)
    return ["".join(_text(part) for part in parts)] if literal else []


def _names(nodes: list[Node]) -> list[str]:
    """Symbols and strings, also those in arrays."""
    names = []
    for node in nodes:
        if node.type == "array":
            names += [_text(child).strip(":'\"") for child in node.named_children]
        elif node.type in ("simple_symbol", "string"):
            names.append(_text(node).strip(":'\""))
    return names


def _pair(node: Node) -> bool:
    return node.type == "pair" and len(node.named_children) > 1


def _line(node: Node) -> int:
    return node.start_point[0] + 1


def _text(node: Node) -> str:
    return (node.text or b"").decode("utf-8", "replace")
