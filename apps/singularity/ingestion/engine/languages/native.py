"""C, C++, Rust, Go and Swift. Symbols: `Type.method`, `namespace.Type.method`."""

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
    body_field,
    child_of,
    constant,
    descend,
    dotted,
    field,
    no_body,
    plain_field,
    text_of,
    without_generics,
)

_BODY = body_field("body")
_DECLARATORS = 50  # steps: a pointer to a pointer to ... ends somewhere in real code


def _declared(node: Node, source: bytes) -> str:
    """The name inside a C declarator: `*(*name(int))(int)` -> `name`."""
    inner = node.child_by_field_name("declarator")
    for _ in range(_DECLARATORS):
        if inner is None or "declarator" not in inner.type:
            break
        named = inner.named_children
        inner = inner.child_by_field_name("declarator") or (named[0] if named else None)
    return without_generics(dotted(text_of(inner, source)))


def _declared_function(node: Node, source: bytes) -> Decision:
    """`Path::length` written outside its class is a method, too."""
    outside = b"::" in source[node.start_byte : node.end_byte].partition(b"(")[0]
    return _METHOD if outside and "." in _declared(node, source) else _FUNCTION


def _with_body(kind: Kind) -> Role:
    """`struct point { ... }` defines a type, `struct point p` only names it."""
    definition = Definition(kind, plain_field("name"), _BODY)

    def decide(node: Node, _source: bytes) -> Decision:
        return definition if node.child_by_field_name("body") else None

    return decide


def _typedef(node: Node, source: bytes) -> Decision:
    """A typedef takes the kind of what it names."""
    named = node.child_by_field_name("type")
    kind = _TYPEDEFS.get(named.type, Kind.TYPE) if named else Kind.TYPE
    return Definition(kind, _declared, body_field("type", "body"))


_FUNCTION = Definition(Kind.FUNCTION, _declared, _BODY)
_METHOD = Definition(Kind.METHOD, _declared, _BODY)
_TYPEDEFS = {"struct_specifier": Kind.STRUCT, "enum_specifier": Kind.ENUM}

_C: dict[str, Role] = {
    "function_definition": _FUNCTION,
    "struct_specifier": _with_body(Kind.STRUCT),
    "union_specifier": _with_body(Kind.STRUCT),
    "enum_specifier": _with_body(Kind.ENUM),
    "type_definition": _typedef,
    "preproc_function_def": Definition(Kind.MACRO, field("name"), body_field("value")),
    "preproc_ifdef": Part.TRANSPARENT,
    "preproc_if": Part.TRANSPARENT,
    "preproc_else": Part.TRANSPARENT,
    "preproc_elif": Part.TRANSPARENT,
    "linkage_specification": Part.TRANSPARENT,
    "declaration_list": Part.TRANSPARENT,
    "initializer_list": Part.OPAQUE,
    "comment": Part.COMMENT,
}

_CPP: dict[str, Role] = {
    **_C,
    "function_definition": _declared_function,
    "class_specifier": _with_body(Kind.CLASS),
    "namespace_definition": Definition(Kind.MODULE, plain_field("name"), _BODY, open=True),
    "template_declaration": Part.WRAPPER,
    "template_parameter_list": Part.ATTRIBUTE,
    "concept_definition": Definition(Kind.TYPE, field("name"), no_body),
    "alias_declaration": Definition(Kind.TYPE, field("name"), no_body),
}


def _received(node: Node, source: bytes) -> str:
    """`func (b *Buffer) Write` -> `Buffer.Write`."""
    receiver = node.child_by_field_name("receiver")
    holder = child_of(receiver, ("parameter_declaration",)) if receiver else None
    type_ = without_generics(text_of(descend(holder, ("type",)), source)).lstrip("*& ")
    name = text_of(node.child_by_field_name("name"), source)
    return f"{type_}.{name}" if type_ else name


def _go_type(node: Node, source: bytes) -> Decision:
    """A Go type takes the kind of what stands behind its name."""
    named = node.child_by_field_name("type")
    kinds = {"struct_type": Kind.STRUCT, "interface_type": Kind.INTERFACE}
    kind = kinds.get(named.type, Kind.TYPE) if named else Kind.TYPE
    return Definition(kind, field("name"), no_body)


def _go_types(node: Node, source: bytes) -> Decision:
    """`type ( ... )` groups several types, `type T ...` is one."""
    return Part.WRAPPER if node.named_child_count == 1 else Part.TRANSPARENT


_GO: dict[str, Role] = {
    "function_declaration": Definition(Kind.FUNCTION, field("name"), _BODY),
    "method_declaration": Definition(Kind.METHOD, _received, _BODY),
    "type_declaration": _go_types,
    "type_spec": _go_type,
    "type_alias": Definition(Kind.TYPE, field("name"), no_body),
    "literal_value": Part.OPAQUE,
    "comment": Part.COMMENT,
}

_RUST: dict[str, Role] = {
    "function_item": Definition(Kind.FUNCTION, field("name"), _BODY),
    "function_signature_item": Definition(Kind.FUNCTION, field("name"), no_body),
    "struct_item": Definition(Kind.STRUCT, field("name"), _BODY),
    "union_item": Definition(Kind.STRUCT, field("name"), _BODY),
    "enum_item": Definition(Kind.ENUM, field("name"), _BODY),
    "trait_item": Definition(Kind.TRAIT, field("name"), _BODY),
    "impl_item": Definition(Kind.IMPLEMENTATION, plain_field("type"), _BODY),
    "type_item": Definition(Kind.TYPE, field("name"), no_body),
    "mod_item": Definition(Kind.MODULE, field("name"), _BODY, open=True),
    "macro_definition": Definition(Kind.MACRO, field("name"), body_child("macro_rule")),
    "foreign_mod_item": Part.TRANSPARENT,
    "attribute_item": Part.ATTRIBUTE,
    "token_tree": Part.OPAQUE,
    "array_expression": Part.OPAQUE,
    "line_comment": Part.COMMENT,
    "block_comment": Part.COMMENT,
}


def _swift_class(node: Node, source: bytes) -> Decision:
    """Swift's grammar calls structures, enumerations, actors and extensions classes, too."""
    word = text_of(node.child_by_field_name("declaration_kind"), source)
    return _SWIFT_CLASSES.get(word, _SWIFT_CLASSES["class"])


_SWIFT_KINDS = {
    "class": Kind.CLASS,
    "actor": Kind.CLASS,
    "struct": Kind.STRUCT,
    "enum": Kind.ENUM,
    "extension": Kind.IMPLEMENTATION,
}
_SWIFT_CLASSES = {
    word: Definition(kind, plain_field("name"), _BODY) for word, kind in _SWIFT_KINDS.items()
}

_SWIFT: dict[str, Role] = {
    "class_declaration": _swift_class,
    "protocol_declaration": Definition(Kind.INTERFACE, field("name"), _BODY),
    "function_declaration": Definition(Kind.FUNCTION, field("name"), _BODY),
    "protocol_function_declaration": Definition(Kind.FUNCTION, field("name"), _BODY),
    "init_declaration": Definition(Kind.FUNCTION, constant("init"), _BODY),
    "deinit_declaration": Definition(Kind.FUNCTION, constant("deinit"), _BODY),
    "typealias_declaration": Definition(Kind.TYPE, field("name"), no_body),
    "array_literal": Part.OPAQUE,
    "dictionary_literal": Part.OPAQUE,
    "comment": Part.COMMENT,
    "multiline_comment": Part.COMMENT,
}

LANGUAGES = (
    Language(name="c", grammar="c", extensions=(".c", ".h"), shebangs=("tcc",), roles=_C),
    Language(
        name="cpp",
        grammar="cpp",
        extensions=(".cpp", ".cc", ".cxx", ".c++", ".hpp", ".hh", ".hxx", ".h++", ".ipp", ".inl"),
        roles=_CPP,
    ),
    Language(name="go", grammar="go", extensions=(".go",), roles=_GO),
    Language(name="rust", grammar="rust", extensions=(".rs",), roles=_RUST),
    Language(
        name="swift", grammar="swift", extensions=(".swift",), shebangs=("swift",), roles=_SWIFT
    ),
)
