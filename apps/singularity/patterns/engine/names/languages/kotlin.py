"""Names in Kotlin and Scala."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tree_sitter import Node

from apps.singularity.patterns.engine.facts import Import
from apps.singularity.patterns.engine.names.languages.assigning import (
    ELEMENT,
    INSTANCE,
    assigned,
    by_type,
    children,
    fields,
)
from apps.singularity.patterns.engine.names.languages.jvm import is_test, is_test_file
from apps.singularity.patterns.engine.names.model import Assigned, Imported, NameTable
from apps.singularity.patterns.engine.names.pick import (
    before,
    count_in,
    each,
    field,
    first_of,
    of_type,
)

_KOTLIN_IMPORT = re.compile(r"import\s+([\w.`]+?)(\.\*)?(?:\s+as\s+(\w+))?\s*;?\s*$")
_SCALA_IMPORT = re.compile(r"import\s+([\w.]+?)(?:\.\{([^}]*)\}|\.(_|\*))?\s*$")
_KOTLIN_MAIN = re.compile(rb"^(?:suspend\s+)?fun\s+main\s*\(", re.MULTILINE)
_SCALA_MAIN = re.compile(
    rb"\bdef\s+main\s*\(|\bobject\s+\w+\s+extends\s+App\b|^@main\b", re.MULTILINE
)
_MEMBER = re.compile(rb"\s*(?:!!)?\s*(\?\.|\.)\s*([A-Za-z_\x80-\xff][\w\x80-\xff]*)")


def _kotlin_import(node: Node, source: bytes) -> Iterator[Imported]:
    text = source[node.start_byte : node.end_byte].decode("utf-8", "replace").strip()
    match = _KOTLIN_IMPORT.match(text)
    if match is not None:
        path, line = match[1], node.start_point.row + 1
        local = match[3] or path.rpartition(".")[2]
        names = ("*",) if match[2] else ()
        yield Imported(Import(path, names, line), () if names else ((local.encode(), path),))


def _scala_import(node: Node, source: bytes) -> Iterator[Imported]:
    text = source[node.start_byte : node.end_byte].decode("utf-8", "replace")
    match = _SCALA_IMPORT.match(" ".join(text.split()))
    if match is None:
        return
    path, line = match[1], node.start_point.row + 1
    if match[2] is None:
        names = ("*",) if match[3] else ()
        local = path.rpartition(".")[2]
        yield Imported(Import(path, names, line), () if names else ((local.encode(), path),))
        return
    parts = [re.split(r"=>|\bas\b", part) for part in match[2].split(",")]
    named = [(part[0].strip(), part[-1].strip()) for part in parts]
    binds = tuple((local.encode(), f"{path}.{name}") for name, local in named if local != "_")
    yield Imported(Import(path, tuple(name for name, _ in named), line), binds)


def _property(node: Node) -> Assigned | None:
    """`val x: T = value`: the declared type first, else the value."""
    holder = next(iter(of_type("variable_declaration")(node)), None)
    target = holder.named_child(0) if holder is not None else None
    value = node.named_children[-1]
    return assigned(target, value if value != holder else None)


def _kotlin_bases(node: Node) -> Sequence[Node]:
    return of_type("delegation_specifier")(node)


def _scala_bases(node: Node) -> Sequence[Node]:
    holder = node.child_by_field_name("extend")
    return holder.named_children if holder is not None else ()


def _line_of(pattern: re.Pattern[bytes], source: bytes) -> int | None:
    match = pattern.search(source)
    return source.count(b"\n", 0, match.start()) + 1 if match else None


_TYPED = children("simple_identifier", "user_type", suffix=INSTANCE)

KOTLIN = NameTable(
    member=_MEMBER,
    read_import=_kotlin_import,
    names=frozenset({"simple_identifier", "type_identifier", "this_expression"}),
    leaves=frozenset(
        {"line_comment", "multiline_comment", "integer_literal", "real_literal", "boolean_literal"}
        | {"character_literal", "import_header", "package_header", "string_content"}
        | {"visibility_modifier", "binding_pattern_kind", "null_literal", "long_literal"}
    ),
    arguments=frozenset({"call_suffix", "value_arguments"}),
    generics=frozenset({"type_arguments"}),
    definitions=frozenset(
        {"class_declaration", "object_declaration", "function_declaration", "companion_object"}
        | {"secondary_constructor"}
    ),
    defines={
        "class_declaration": first_of("type_identifier"),
        "object_declaration": first_of("type_identifier"),
        "function_declaration": first_of("simple_identifier"),
    },
    scopes=frozenset(
        {"lambda_literal", "control_structure_body", "for_statement", "catch_block"}
        | {"anonymous_function", "when_entry"}
    ),
    binds={
        "variable_declaration": first_of("simple_identifier"),
        "parameter": first_of("simple_identifier"),
        "class_parameter": first_of("simple_identifier"),
        "catch_block": first_of("simple_identifier"),
        "type_parameter": each,
    },
    skips={"value_argument": before("=")},
    imports=frozenset({"import_header"}),
    assignments=frozenset({"property_declaration"}),
    aliases=frozenset({"variable_declaration", "parameter", "class_parameter"}),
    decorators=frozenset({"annotation"}),
    inner_decorators=True,
    read_assignment=by_type(
        {
            "property_declaration": _property,
            "variable_declaration": _TYPED,
            "parameter": _TYPED,
            "class_parameter": _TYPED,
        }
    ),
    is_test=is_test,
    is_test_file=is_test_file,
    entry=lambda source: _line_of(_KOTLIN_MAIN, source),
    receiver=b"this",
    bases=_kotlin_bases,
    wrappers=frozenset({"annotation", "delegation_specifier", "constructor_invocation"}),
    parameters=count_in("function_value_parameters", kind="parameter"),
)

SCALA = NameTable(
    member=_MEMBER,
    read_import=_scala_import,
    names=frozenset({"identifier", "type_identifier"}),
    leaves=frozenset(
        {"comment", "block_comment", "integer_literal", "floating_point_literal", "string"}
        | {"boolean_literal", "character_literal", "null_literal", "import_declaration"}
        | {"package_clause"}
    ),
    arguments=frozenset({"arguments"}),
    generics=frozenset({"type_arguments"}),
    definitions=frozenset(
        {"class_definition", "object_definition", "trait_definition", "function_definition"}
        | {"enum_definition", "function_declaration", "package_object"}
    ),
    defines={
        kind: field("name")
        for kind in (
            "class_definition",
            "object_definition",
            "trait_definition",
            "function_definition",
            "enum_definition",
        )
    },
    scopes=frozenset({"lambda_expression", "block", "case_clause", "for_expression"}),
    binds={
        "parameter": field("name"),
        "class_parameter": field("name"),
        "val_definition": field("pattern"),
        "var_definition": field("pattern"),
        "lambda_expression": field("parameters"),
        "bindings": each,
        "tuple_pattern": each,
        "typed_pattern": field("pattern"),
        "enumerator": first_of("identifier"),
        "type_parameters": each,
    },
    skips={"assignment_expression": before("=")},
    imports=frozenset({"import_declaration"}),
    assignments=frozenset({"val_definition", "var_definition"}),
    aliases=frozenset({"parameter", "class_parameter", "enumerator"}),
    decorators=frozenset({"annotation"}),
    inner_decorators=True,
    read_assignment=by_type(
        {
            "val_definition": fields("pattern", "value"),
            "var_definition": fields("pattern", "value"),
            "parameter": fields("name", "type", INSTANCE),
            "class_parameter": fields("name", "type", INSTANCE),
            "enumerator": children("identifier", suffix=ELEMENT),
        }
    ),
    is_test=is_test,
    is_test_file=is_test_file,
    entry=lambda source: _line_of(_SCALA_MAIN, source),
    receiver=b"this",
    bases=_scala_bases,
    wrappers=frozenset({"annotation", "generic_type"}),
)
