"""Names in C#."""

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
    ends,
    fields,
)
from apps.singularity.patterns.engine.names.model import Assigned, Imported, NameTable, Site
from apps.singularity.patterns.engine.names.pick import field

_USING = re.compile(r"(?:global\s+)?using\s+(static\s+)?(?:(\w+)\s*=\s*)?([\w.]+)\s*;")
_MAIN = re.compile(rb"\bstatic\s+(?:async\s+)?(?:void|int|Task(?:<int>)?)\s+Main\s*\(")
_TESTS = frozenset({"Test", "TestCase", "TestMethod", "Fact", "Theory", "DataTestMethod"})


def _using(node: Node, source: bytes) -> Iterator[Imported]:
    """`using` names a namespace: all of it is imported."""
    text = source[node.start_byte : node.end_byte].decode("utf-8", "replace")
    if match := _USING.match(" ".join(text.split())):
        alias, path, line = match[2], match[3], node.start_point.row + 1
        binds = ((alias.encode(), path),) if alias else ()
        yield Imported(Import(path, () if alias else ("*",), line), binds)


def _declared(node: Node) -> Assigned | None:
    declarators = [child for child in node.named_children if child.type == "variable_declarator"]
    typed = node.child_by_field_name("type")
    if typed is None or typed.type == "implicit_type" or not declarators:
        return None
    return assigned(declarators[0].child_by_field_name("name"), typed, INSTANCE)


def _bases(node: Node) -> Sequence[Node]:
    lists = [child for child in node.named_children if child.type == "base_list"]
    return lists[0].named_children if lists else ()


def _is_test(site: Site) -> bool:
    return any(name.rpartition(".")[2] in _TESTS for name in site.decorators)


def _is_test_file(path: str) -> bool:
    return bool(re.search(r"Tests?(?:/|\.cs$)|(?:^|/)tests?/", path))


def _entry(source: bytes) -> int | None:
    match = _MAIN.search(source)
    return source.count(b"\n", 0, match.start()) + 1 if match else None


_TYPES = (
    "class_declaration",
    "record_declaration",
    "struct_declaration",
    "interface_declaration",
    "enum_declaration",
    "delegate_declaration",
)

CSHARP = NameTable(
    member=re.compile(rb"\s*!?\s*(\?\.|\.)\s*([A-Za-z_\x80-\xff][\w\x80-\xff]*)"),
    read_import=_using,
    names=frozenset({"identifier", "implicit_parameter"}),
    leaves=frozenset(
        {"comment", "string_literal", "verbatim_string_literal", "raw_string_literal"}
        | {"integer_literal", "real_literal", "boolean_literal", "null_literal", "modifier"}
        | {"using_directive", "predefined_type", "implicit_type", "character_literal"}
        | {"interpolation_start", "interpolation_brace", "string_content"}
    ),
    arguments=frozenset({"argument_list"}),
    generics=frozenset({"type_argument_list"}),
    definitions=frozenset(
        {*_TYPES, "method_declaration", "constructor_declaration", "local_function_statement"}
        | {"destructor_declaration"}
    ),
    defines={
        kind: field("name") for kind in (*_TYPES, "method_declaration", "local_function_statement")
    },
    scopes=frozenset(
        {"block", "lambda_expression", "foreach_statement", "for_statement", "catch_clause"}
        | {"using_statement", "accessor_declaration"}
    ),
    binds={
        "parameter": field("name"),
        "variable_declarator": field("name"),
        "foreach_statement": field("left"),
        "catch_declaration": field("name"),
        "lambda_expression": field("parameters"),
        "type_parameter": field("name"),
        "property_declaration": field("name"),
        "declaration_pattern": field("name"),
        "enum_member_declaration": field("name"),
    },
    skips={"argument": field("name"), "initializer_expression": _bases},
    imports=frozenset({"using_directive"}),
    assignments=frozenset({"variable_declarator"}),
    aliases=frozenset({"variable_declaration", "parameter", "foreach_statement"}),
    decorators=frozenset({"attribute"}),
    inner_decorators=True,
    read_assignment=by_type(
        {
            "variable_declarator": ends("name"),
            "variable_declaration": _declared,
            "parameter": fields("name", "type", INSTANCE),
            "foreach_statement": fields("left", "right", ELEMENT),
        }
    ),
    is_test=_is_test,
    is_test_file=_is_test_file,
    entry=_entry,
    bases=_bases,
    wrappers=frozenset({"attribute", "generic_name", "primary_constructor_base_type"}),
)
