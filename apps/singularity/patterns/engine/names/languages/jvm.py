"""Names in Java."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from apps.singularity.patterns.engine.facts import Import
from apps.singularity.patterns.engine.names.model import Assigned, Imported, NameTable, Site
from apps.singularity.patterns.engine.names.pick import each, field

_IMPORT = re.compile(r"import\s+(static\s+)?([\w.\s]+?)\s*(\.\s*\*)?\s*;")
_MAIN = re.compile(rb"\bstatic\s+(?:final\s+)?void\s+main\s*\(")
_TEST_ENDINGS = ("Test.java", "Tests.java", "IT.java", "Test.kt", "Spec.scala")
_TESTS = frozenset({"Test", "ParameterizedTest", "RepeatedTest", "TestFactory", "Property"})


def _imports(node: Node, source: bytes) -> Iterator[Imported]:
    match = _IMPORT.match(source[node.start_byte : node.end_byte].decode("utf-8", "replace"))
    if match is None:
        return
    path, line = "".join(match[2].split()), node.start_point.row + 1
    if match[3]:
        yield Imported(Import(path, ("*",), line))
        return
    holder, _, name = path.rpartition(".")
    fact = Import(holder, (name,), line) if match[1] else Import(path, (), line)
    yield Imported(fact, ((name.encode(), path),))


def _assignment(node: Node) -> Assigned | None:
    """What a variable is declared as says more than what it is set to; `var` says nothing."""
    if node.type == "variable_declarator":
        target, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        return Assigned(target, value) if target is not None and value is not None else None
    typed = node.child_by_field_name("type")
    holder = node.child_by_field_name("declarator") or node
    target = holder.child_by_field_name("name")
    return Assigned(target, typed, "()") if target is not None and typed is not None else None


def _lambda(node: Node) -> list[Node]:
    parameters = node.child_by_field_name("parameters")
    return [parameters] if parameters is not None else []


def _bases(node: Node) -> list[Node]:
    parts = (node.child_by_field_name("superclass"), node.child_by_field_name("interfaces"))
    holders = [part for part in parts if part is not None]
    holders += [child for child in node.named_children if child.type == "extends_interfaces"]
    inner = [child for holder in holders for child in holder.named_children]
    lists = [child.named_children if child.type == "type_list" else [child] for child in inner]
    return [base for bases in lists for base in bases]


def is_test(site: Site) -> bool:
    """By JUnit's annotations, or a name that JUnit 3 takes for one."""
    name = site.symbol.rpartition(".")[2]
    annotated = any(note.rpartition(".")[2] in _TESTS for note in site.decorators)
    return annotated or (site.in_test_file and name.startswith("test"))


def is_test_file(path: str) -> bool:
    """By Maven's and Gradle's layout, or by name."""
    return "/test/" in path or path.endswith(_TEST_ENDINGS)


def _entry(source: bytes) -> int | None:
    match = _MAIN.search(source)
    return source.count(b"\n", 0, match.start()) + 1 if match else None


JAVA = NameTable(
    member=re.compile(rb"\s*(\.|::)\s*([A-Za-z_$\x80-\xff][\w$\x80-\xff]*)"),
    read_import=_imports,
    names=frozenset({"identifier", "type_identifier", "this"}),
    leaves=frozenset(
        {"line_comment", "block_comment", "string_literal", "character_literal", "true", "false"}
        | {"decimal_integer_literal", "hex_integer_literal", "decimal_floating_point_literal"}
        | {"null_literal", "import_declaration", "package_declaration", "integral_type"}
        | {"floating_point_type", "boolean_type", "void_type"}
    ),
    arguments=frozenset({"argument_list"}),
    generics=frozenset({"type_arguments"}),
    definitions=frozenset(
        {"class_declaration", "record_declaration", "interface_declaration", "enum_declaration"}
        | {"annotation_type_declaration", "method_declaration", "constructor_declaration"}
        | {"compact_constructor_declaration"}
    ),
    defines={
        kind: field("name")
        for kind in (
            "class_declaration",
            "record_declaration",
            "interface_declaration",
            "enum_declaration",
            "method_declaration",
        )
    },
    scopes=frozenset(
        {"block", "lambda_expression", "for_statement", "enhanced_for_statement", "catch_clause"}
        | {"try_with_resources_statement"}
    ),
    binds={
        "formal_parameter": field("name"),
        "catch_formal_parameter": field("name"),
        "resource": field("name"),
        "enhanced_for_statement": field("name"),
        "variable_declarator": field("name"),
        "inferred_parameters": each,
        "lambda_expression": _lambda,
        "type_parameter": each,
    },
    skips={"element_value_pair": field("key"), "labeled_statement": each},
    imports=frozenset({"import_declaration"}),
    assignments=frozenset({"variable_declarator"}),
    aliases=frozenset(
        {"formal_parameter", "local_variable_declaration", "field_declaration", "resource"}
        | {"enhanced_for_statement"}
    ),
    decorators=frozenset({"marker_annotation", "annotation"}),
    inner_decorators=True,
    read_assignment=_assignment,
    is_test=is_test,
    is_test_file=is_test_file,
    entry=_entry,
    flat=True,
    receiver=b"this",
    bases=_bases,
    wrappers=frozenset({"marker_annotation", "annotation", "generic_type"}),
)
