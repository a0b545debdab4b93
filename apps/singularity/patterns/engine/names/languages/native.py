"""Names in C, C++ and Swift."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from tree_sitter import Node

from apps.singularity.patterns.engine.facts import Import
from apps.singularity.patterns.engine.names.languages.assigning import (
    ELEMENT,
    INSTANCE,
    assigned,
    by_type,
    fields,
)
from apps.singularity.patterns.engine.names.model import Assigned, Imported, NameTable, Site
from apps.singularity.patterns.engine.names.pick import (
    count_in,
    each,
    field,
    first_of,
    head,
    of_type,
)

_INCLUDE = re.compile(r"#\s*(?:include|import)\s*(<[^>\n]*>|\"[^\"\n]*\")")
_USING = re.compile(r"using\s+(namespace\s+)?([\w:]+)\s*;")
_MAIN = re.compile(rb"^(?:int|void)\s+(?:w?main|WinMain)\s*\(", re.MULTILINE)
_TEST_FILE = re.compile(r"(?:^|/)tests?/|(?:^|[/_])test[^/]*\.\w+$|tests?\.\w+$")
_SWIFT_MAIN = re.compile(rb"^@(?:main|UIApplicationMain|NSApplicationMain)\b", re.MULTILINE)
_IMPORT = re.compile(r"(?:@\w+\s+)*import\s+(?:(?:class|struct|func|enum|protocol)\s+)?([\w.]+)")


def _include(node: Node, source: bytes) -> Iterator[Imported]:
    text = source[node.start_byte : node.end_byte].decode("utf-8", "replace")
    line = node.start_point.row + 1
    if match := _INCLUDE.match(text):
        yield Imported(Import(match[1], (), line))
    elif match := _USING.match(" ".join(text.split())):
        path, local = match[2], match[2].rpartition("::")[2].encode()
        if match[1]:
            yield Imported(Import(path, ("*",), line))
        else:
            yield Imported(Import(path, (), line), ((local, path),))


def _line_of(pattern: re.Pattern[bytes], source: bytes) -> int | None:
    match = pattern.search(source)
    return source.count(b"\n", 0, match.start()) + 1 if match else None


def _is_test_file(path: str) -> bool:
    return bool(
        re.search(
            r"(?:^|/)tests?/|(?:^|[/_])test[^/]*\.\w+$|[_-]?tests?\.\w+$", path, re.IGNORECASE
        )
    )


def _is_test(site: Site) -> bool:
    name = site.symbol.rpartition(".")[2].lower()
    return site.in_test_file and name.startswith(("test", "should"))


def _declared(node: Node) -> Assigned | None:
    """`std::vector<int> v;` and `const Foo& a`: an object of the type."""
    typed, declarator = node.child_by_field_name("type"), node.child_by_field_name("declarator")
    if declarator is not None and declarator.type in {"reference_declarator", "init_declarator"}:
        declarator = declarator.child_by_field_name("declarator") or declarator.named_child(0)
    if typed is None or typed.type == "placeholder_type_specifier":
        return None
    return assigned(declarator, typed, INSTANCE)


def _bases(node: Node) -> Sequence[Node]:
    clauses = [child for child in node.named_children if child.type == "base_class_clause"]
    named = clauses[0].named_children if clauses else ()
    return [base for base in named if base.type != "access_specifier"]


C = NameTable(
    member=re.compile(rb"\s*(->|\.)\s*([A-Za-z_]\w*)"),
    read_import=_include,
    names=frozenset({"identifier", "type_identifier"}),
    members=frozenset({"field_identifier"}),
    leads=b".>",
    leaves=frozenset(
        {"comment", "string_literal", "char_literal", "number_literal", "system_lib_string"}
        | {"primitive_type", "storage_class_specifier", "type_qualifier", "preproc_include"}
        | {"preproc_arg", "true", "false", "null"}
    ),
    arguments=frozenset({"argument_list"}),
    definitions=frozenset(
        {"function_definition", "struct_specifier", "union_specifier", "enum_specifier"}
        | {"type_definition", "preproc_function_def"}
    ),
    defines={
        "function_declarator": field("declarator"),
        "preproc_function_def": field("name"),
        "preproc_def": field("name"),
    },
    scopes=frozenset({"compound_statement", "for_statement"}),
    binds={
        "parameter_declaration": field("declarator"),
        "init_declarator": head,
        "pointer_declarator": each,
        "array_declarator": head,
        "declaration": field("declarator"),
        "enumerator": field("name"),
    },
    imports=frozenset({"preproc_include"}),
    is_test=_is_test,
    is_test_file=_is_test_file,
    entry=lambda source: _line_of(_MAIN, source),
    parameters=count_in("declarator", "parameters"),
)

CPP = replace(
    C,
    member=re.compile(rb"\s*(->|\.|::)\s*(?:template\s+)?~?([A-Za-z_]\w*)"),
    names=C.names | {"namespace_identifier", "this"},
    leads=b".>:",
    free=re.compile(rb"[A-Za-z_]\w*\s*::\s*(?=[A-Za-z_~])"),
    leaves=C.leaves
    | {"auto", "access_specifier", "placeholder_type_specifier", "virtual_specifier"},
    arguments=C.arguments | {"initializer_list"},
    generics=frozenset({"template_argument_list"}),
    inner_generics=True,
    definitions=C.definitions | {"class_specifier"},
    defines={
        **C.defines,
        "class_specifier": field("name"),
        "struct_specifier": field("name"),
        "namespace_definition": field("name"),
        "alias_declaration": field("name"),
    },
    scopes=C.scopes | {"lambda_expression", "for_range_loop", "catch_clause"},
    binds={
        **C.binds,
        "reference_declarator": each,
        "structured_binding_declarator": each,
        "for_range_loop": field("declarator"),
        "type_parameter_declaration": each,
    },
    imports=C.imports | {"using_declaration"},
    assignments=frozenset({"init_declarator"}),
    aliases=frozenset({"declaration", "parameter_declaration", "for_range_loop"}),
    read_assignment=by_type(
        {
            "init_declarator": fields("declarator", "value"),
            "declaration": _declared,
            "parameter_declaration": _declared,
            "for_range_loop": fields("declarator", "right", ELEMENT),
        }
    ),
    path="::",
    receiver=b"this",
    bases=_bases,
    wrappers=frozenset({"template_type"}),
)


def _swift_import(node: Node, source: bytes) -> Iterator[Imported]:
    text = source[node.start_byte : node.end_byte].decode("utf-8", "replace")
    if match := _IMPORT.match(" ".join(text.split())):
        yield Imported(Import(match[1], ("*",), node.start_point.row + 1))


def _swift_property(node: Node) -> Assigned | None:
    """`let x: T = value`: an object of the declared type, else the value."""
    name = node.child_by_field_name("name")
    target = name.named_child(0) if name is not None else None
    typed = [child for child in node.named_children if child.type == "type_annotation"]
    if typed:
        return assigned(target, typed[0].named_child(0), INSTANCE)
    value = node.child_by_field_name("value")
    while value is not None and value.type in {"try_expression", "await_expression"}:
        value = value.child_by_field_name("expr") or value.named_child(value.named_child_count - 1)
    return assigned(target, value)


def _swift_parameter(node: Node) -> Assigned | None:
    named = node.children_by_field_name("name")
    return assigned(named[0], named[-1], INSTANCE) if len(named) > 1 else None


def _swift_is_test(site: Site) -> bool:
    name = site.symbol.rpartition(".")[2]
    return (site.in_test_file and name.startswith("test")) or "Test" in site.decorators


SWIFT = NameTable(
    member=re.compile(rb"\s*[!?]?\s*(\.)\s*([A-Za-z_\x80-\xff][\w\x80-\xff]*)"),
    read_import=_swift_import,
    names=frozenset({"simple_identifier", "type_identifier", "self_expression"}),
    leaves=frozenset(
        {"comment", "multiline_comment", "integer_literal", "real_literal", "boolean_literal"}
        | {"import_declaration", "line_str_text", "value_argument_label", "visibility_modifier"}
        | {"value_binding_pattern", "try_operator"}
    ),
    arguments=frozenset({"call_suffix"}),
    generics=frozenset({"type_arguments"}),
    definitions=frozenset(
        {"class_declaration", "protocol_declaration", "function_declaration", "init_declaration"}
        | {"deinit_declaration", "protocol_function_declaration"}
    ),
    defines={
        "class_declaration": first_of("type_identifier"),
        "protocol_declaration": first_of("type_identifier"),
        "function_declaration": first_of("simple_identifier"),
    },
    scopes=frozenset(
        {"lambda_literal", "if_statement", "for_statement", "catch_block", "while_statement"}
        | {"do_statement", "computed_property"}
    ),
    binds={
        "pattern": each,
        "parameter": of_type("simple_identifier"),
        "lambda_parameter": each,
        "guard_statement": field("bound_identifier"),
        "if_statement": field("bound_identifier"),
        "type_parameter": each,
    },
    imports=frozenset({"import_declaration"}),
    assignments=frozenset(),
    aliases=frozenset({"property_declaration", "parameter", "for_statement"}),
    decorators=frozenset({"attribute"}),
    inner_decorators=True,
    read_assignment=by_type(
        {
            "property_declaration": _swift_property,
            "parameter": _swift_parameter,
            "for_statement": fields("item", "collection", ELEMENT),
        }
    ),
    is_test=_swift_is_test,
    is_test_file=_is_test_file,
    entry=lambda source: _line_of(_SWIFT_MAIN, source),
    receiver=b"self",
    bases=of_type("inheritance_specifier"),
    wrappers=frozenset({"attribute", "inheritance_specifier"}),
    parameters=count_in(kind="parameter"),
)
