"""JavaScript, TypeScript and TSX. Symbols: `Class.method`, `Namespace.function`."""

from tree_sitter import Node

from apps.singularity.ingestion.engine.languages.model import (
    Decision,
    Definition,
    Kind,
    Language,
    Part,
    Role,
)
from apps.singularity.ingestion.engine.languages.naming import body_field, field, no_body

_BODY = body_field("body")
_FUNCTIONS = {
    "arrow_function": Kind.FUNCTION,
    "function_expression": Kind.FUNCTION,
    "generator_function": Kind.FUNCTION,
    "class": Kind.CLASS,
}


def _assigned(name: str, value: str) -> Role:
    """A definition when a function or a class is assigned, a plain statement otherwise."""
    roles = {
        kind: Definition(kind, field(name), body_field(value, "body"))
        for kind in (Kind.FUNCTION, Kind.CLASS)
    }

    def decide(node: Node, source: bytes) -> Decision:
        assigned = node.child_by_field_name(value)
        kind = _FUNCTIONS.get(assigned.type) if assigned else None
        return roles[kind] if kind else None

    return decide


_JAVASCRIPT: dict[str, Role] = {
    "function_declaration": Definition(Kind.FUNCTION, field("name"), _BODY),
    "generator_function_declaration": Definition(Kind.FUNCTION, field("name"), _BODY),
    "method_definition": Definition(Kind.METHOD, field("name"), _BODY),
    "class_declaration": Definition(Kind.CLASS, field("name"), _BODY),
    "variable_declarator": _assigned("name", "value"),
    "assignment_expression": _assigned("left", "right"),
    "pair": _assigned("key", "value"),
    "export_statement": Part.WRAPPER,
    "lexical_declaration": Part.WRAPPER,
    "variable_declaration": Part.WRAPPER,
    "expression_statement": Part.WRAPPER,
    "decorator": Part.ATTRIBUTE,
    "comment": Part.COMMENT,
    "array": Part.OPAQUE,
    "string": Part.OPAQUE,
    "template_string": Part.OPAQUE,
}

_TYPESCRIPT: dict[str, Role] = {
    **_JAVASCRIPT,
    "function_signature": Definition(Kind.FUNCTION, field("name"), _BODY),
    "method_signature": Definition(Kind.METHOD, field("name"), _BODY),
    "abstract_method_signature": Definition(Kind.METHOD, field("name"), _BODY),
    "public_field_definition": _assigned("name", "value"),
    "abstract_class_declaration": Definition(Kind.CLASS, field("name"), _BODY),
    "interface_declaration": Definition(Kind.INTERFACE, field("name"), _BODY),
    "enum_declaration": Definition(Kind.ENUM, field("name"), _BODY),
    "type_alias_declaration": Definition(Kind.TYPE, field("name"), no_body),
    "internal_module": Definition(Kind.MODULE, field("name"), _BODY, open=True),
    "module": Definition(Kind.MODULE, field("name"), _BODY, open=True),
    "ambient_declaration": Part.WRAPPER,
}

LANGUAGES = (
    Language(
        name="javascript",
        grammar="javascript",
        extensions=(".js", ".jsx", ".mjs", ".cjs"),
        filenames=("Jakefile",),
        shebangs=("node", "deno", "bun"),
        roles={**_JAVASCRIPT, "field_definition": _assigned("property", "value")},
    ),
    Language(
        name="typescript",
        grammar="typescript",
        extensions=(".ts", ".mts", ".cts"),
        shebangs=("ts-node", "tsx"),
        roles=_TYPESCRIPT,
    ),
    Language(name="tsx", grammar="tsx", extensions=(".tsx",), roles=_TYPESCRIPT),
)
