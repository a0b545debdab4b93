"""HTML, CSS, SQL and protocol buffers.

Symbols: `#id` of an element, the prelude of an at-rule, the name of a table, view or function,
`Message` and `Service.Method`.
"""

import re

from tree_sitter import Node

from apps.singularity.ingestion.engine.languages.model import (
    Decision,
    Definition,
    Kind,
    Language,
    Part,
    Role,
)
from apps.singularity.ingestion.engine.languages.naming import (
    body_child,
    child_of,
    first,
    no_body,
    text_of,
)

_ID = re.compile(r"""\bid\s*=\s*["']?([^\s"'>]+)""", re.IGNORECASE)


def _element_id(node: Node, source: bytes) -> str:
    found = _ID.search(text_of(child_of(node, ("start_tag",)), source))
    return f"#{found[1]}" if found else ""


def _element(node: Node, source: bytes) -> Decision:
    """An element with an id is a section, one without a plain part of its parent."""
    return _SECTION if _element_id(node, source) else None


def _after_tag(node: Node) -> Node | None:
    """What follows the start tag: the header of an element is its tag."""
    return next((child for child in node.named_children if child.type != "start_tag"), None)


_SECTION = Definition(Kind.SECTION, _element_id, _after_tag)
_HTML: dict[str, Role] = {"element": _element, "comment": Part.COMMENT}


def _prelude(node: Node, source: bytes) -> str:
    """`@media (max-width: 600px)`: what stands before the block."""
    block = child_of(node, ("block", "keyframe_block_list"))
    end = block.start_byte if block else node.end_byte
    return " ".join(source[node.start_byte : end][:200].decode("utf-8", "ignore").split())


_AT_RULE = Definition(Kind.SECTION, _prelude, body_child("block", "keyframe_block_list"))
_CSS: dict[str, Role] = {
    **dict.fromkeys(("media_statement", "supports_statement", "keyframes_statement"), _AT_RULE),
    "comment": Part.COMMENT,
}


def _sql(kind: Kind, body: str) -> Definition:
    return Definition(kind, first("object_reference"), body_child(body))


_SQL: dict[str, Role] = {
    "statement": Part.WRAPPER,
    "create_table": _sql(Kind.TABLE, "column_definitions"),
    "create_view": _sql(Kind.TABLE, "create_query"),
    "create_materialized_view": _sql(Kind.TABLE, "create_query"),
    "create_function": _sql(Kind.FUNCTION, "function_body"),
    "create_type": Definition(Kind.TYPE, first("object_reference"), no_body),
    "comment": Part.COMMENT,
    "marginalia": Part.COMMENT,
    "list": Part.OPAQUE,
}

_PROTO: dict[str, Role] = {
    "message": Definition(Kind.STRUCT, first("message_name"), body_child("message_body")),
    "enum": Definition(Kind.ENUM, first("enum_name"), body_child("enum_body")),
    "service": Definition(Kind.INTERFACE, first("service_name"), no_body),
    "rpc": Definition(Kind.FUNCTION, first("rpc_name"), no_body),
    "comment": Part.COMMENT,
}

LANGUAGES = (
    Language(name="html", grammar="html", extensions=(".html", ".htm", ".xhtml"), roles=_HTML),
    Language(name="css", grammar="css", extensions=(".css",), roles=_CSS),
    Language(name="sql", grammar="sql", extensions=(".sql", ".ddl", ".pgsql"), roles=_SQL),
    Language(name="proto", grammar="proto", extensions=(".proto",), roles=_PROTO),
)
