"""Java, Kotlin, Scala and C#. Symbols: `Outer.method`, block namespaces in front."""

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
    constant,
    field,
    first,
    no_body,
    plain_field,
)

_BODY = body_field("body")
_COMMENTS: dict[str, Role] = {"line_comment": Part.COMMENT, "block_comment": Part.COMMENT}

_JAVA: dict[str, Role] = {
    "class_declaration": Definition(Kind.CLASS, field("name"), _BODY),
    "record_declaration": Definition(Kind.CLASS, field("name"), _BODY),
    "interface_declaration": Definition(Kind.INTERFACE, field("name"), _BODY),
    "annotation_type_declaration": Definition(Kind.INTERFACE, field("name"), _BODY),
    "enum_declaration": Definition(Kind.ENUM, field("name"), _BODY),
    "enum_body_declarations": Part.TRANSPARENT,
    "method_declaration": Definition(Kind.METHOD, field("name"), _BODY),
    "constructor_declaration": Definition(Kind.METHOD, field("name"), _BODY),
    "compact_constructor_declaration": Definition(Kind.METHOD, field("name"), _BODY),
    "array_initializer": Part.OPAQUE,
    **_COMMENTS,
}


def _kotlin_class(node: Node, source: bytes) -> Decision:
    """Kotlin's grammar calls interfaces and enumerations classes, too."""
    words = {child.type for child in node.children if not child.is_named}
    return _KOTLIN_CLASSES[next((word for word in ("interface", "enum") if word in words), "class")]


_KOTLIN_BODY = body_child("class_body", "enum_class_body")
_KOTLIN_CLASSES = {
    kind.value: Definition(kind, first("type_identifier"), _KOTLIN_BODY)
    for kind in (Kind.CLASS, Kind.INTERFACE, Kind.ENUM)
}
_KOTLIN_FUNCTION_BODY = body_child("function_body")

_KOTLIN: dict[str, Role] = {
    "class_declaration": _kotlin_class,
    "object_declaration": Definition(Kind.CLASS, first("type_identifier"), _KOTLIN_BODY),
    "companion_object": Definition(Kind.CLASS, constant("Companion"), _KOTLIN_BODY),
    "function_declaration": Definition(
        Kind.FUNCTION, first("simple_identifier"), _KOTLIN_FUNCTION_BODY
    ),
    "secondary_constructor": Definition(Kind.METHOD, constant("constructor"), no_body),
    "type_alias": Definition(Kind.TYPE, first("type_identifier"), no_body),
    "line_comment": Part.COMMENT,
    "multiline_comment": Part.COMMENT,
}

_SCALA: dict[str, Role] = {
    "class_definition": Definition(Kind.CLASS, field("name"), _BODY),
    "object_definition": Definition(Kind.CLASS, field("name"), _BODY),
    "package_object": Definition(Kind.CLASS, field("name"), _BODY),
    "trait_definition": Definition(Kind.TRAIT, field("name"), _BODY),
    "enum_definition": Definition(Kind.ENUM, field("name"), _BODY),
    "function_definition": Definition(Kind.FUNCTION, field("name"), _BODY),
    "function_declaration": Definition(Kind.FUNCTION, field("name"), no_body),
    "type_definition": Definition(Kind.TYPE, field("name"), no_body),
    "comment": Part.COMMENT,
    "block_comment": Part.COMMENT,
}

_CSHARP: dict[str, Role] = {
    "namespace_declaration": Definition(Kind.MODULE, plain_field("name"), _BODY, open=True),
    "class_declaration": Definition(Kind.CLASS, field("name"), _BODY),
    "record_declaration": Definition(Kind.CLASS, field("name"), _BODY),
    "struct_declaration": Definition(Kind.STRUCT, field("name"), _BODY),
    "interface_declaration": Definition(Kind.INTERFACE, field("name"), _BODY),
    "enum_declaration": Definition(Kind.ENUM, field("name"), _BODY),
    "delegate_declaration": Definition(Kind.TYPE, field("name"), no_body),
    "method_declaration": Definition(Kind.METHOD, field("name"), _BODY),
    "constructor_declaration": Definition(Kind.METHOD, field("name"), _BODY),
    "destructor_declaration": Definition(Kind.METHOD, field("name"), _BODY),
    "local_function_statement": Definition(Kind.FUNCTION, field("name"), _BODY),
    "initializer_expression": Part.OPAQUE,
    "preproc_if": Part.TRANSPARENT,
    "preproc_else": Part.TRANSPARENT,
    "comment": Part.COMMENT,
}

LANGUAGES = (
    Language(name="java", grammar="java", extensions=(".java",), shebangs=("java",), roles=_JAVA),
    Language(
        name="kotlin",
        grammar="kotlin",
        extensions=(".kt", ".kts"),
        shebangs=("kotlin",),
        roles=_KOTLIN,
    ),
    Language(
        name="scala",
        grammar="scala",
        extensions=(".scala", ".sc", ".sbt"),
        shebangs=("scala", "amm"),
        roles=_SCALA,
    ),
    Language(name="csharp", grammar="csharp", extensions=(".cs", ".csx"), roles=_CSHARP),
)
