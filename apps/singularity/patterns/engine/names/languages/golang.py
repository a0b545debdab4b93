"""Names in Go."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tree_sitter import Node

from apps.singularity.patterns.engine.facts import Import
from apps.singularity.patterns.engine.names.model import Assigned, Imported, NameTable, Site
from apps.singularity.patterns.engine.names.pick import field, inside

_SPEC = re.compile(r"(?:([\w.]+)\s+)?[\"`]([^\"`\n]+)[\"`]")
_VERSION = re.compile(r"v\d+")
_TEST = re.compile(r"(?:Test|Benchmark|Fuzz|Example)(?![a-z])")
_MAIN = re.compile(rb"^package\s+main\b", re.MULTILINE)
_MAIN_FUNCTION = re.compile(rb"^func\s+main\s*\(\s*\)", re.MULTILINE)


def _imports(node: Node, source: bytes) -> Iterator[Imported]:
    text = source[node.start_byte : node.end_byte].decode("utf-8", "replace")
    match = _SPEC.search(text)
    if match is None:
        return
    alias, path = match[1], match[2]
    names = ("*",) if alias == "." else ()
    name = alias or _package(path)
    fact = Import(path, names, node.start_point.row + 1)
    yield Imported(fact, () if name in {".", "_"} else ((name.encode(), path),))


def _package(path: str) -> str:
    """A package is called as its path ends; a version behind it is no part of its name."""
    parts = path.split("/")
    last = parts[-2] if _VERSION.fullmatch(parts[-1]) and len(parts) > 1 else parts[-1]
    last = re.sub(r"\.v\d+$", "", last).removeprefix("go-").removesuffix("-go")
    return last.removesuffix(".go").rpartition("-")[2]


def _assignment(node: Node) -> Assigned | None:
    """The first of several results is what the others are about: `f, err := os.Open(p)`."""
    if node.type == "parameter_declaration":
        typed = node.child_by_field_name("type")
        if typed is not None and typed.type == "pointer_type":
            typed = typed.named_child(0)
        target = node.child_by_field_name("name")
        return Assigned(target, typed, "()") if target is not None and typed is not None else None
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    if node.type == "var_spec":
        left, right = node.child_by_field_name("name"), node.child_by_field_name("value")
    target = left.named_child(0) if left is not None and left.named_child_count else left
    value = right.named_child(0) if right is not None else None
    if target is None or value is None or right is None or right.named_child_count != 1:
        return None
    if node.type == "range_clause":
        return None
    return Assigned(target, value)


def _identifiers(node: Node) -> Sequence[Node]:
    return node.children_by_field_name("name")


def _embedded(node: Node) -> list[Node]:
    """Embedded types stand in a struct as fields without a name."""
    holder = node.child_by_field_name("type")
    if holder is None or not holder.named_child_count:
        return []
    inner = holder.named_child(0)
    fields = inner.named_children if inner is not None else []
    typed = [
        field_.child_by_field_name("type")
        for field_ in fields
        if field_.type == "field_declaration" and field_.child_by_field_name("name") is None
    ]
    return [base for base in typed if base is not None]


def _is_test_file(path: str) -> bool:
    return path.endswith("_test.go")


def _is_test(site: Site) -> bool:
    return site.in_test_file and bool(_TEST.match(site.symbol))


def _entry(source: bytes) -> int | None:
    match = _MAIN_FUNCTION.search(source) if _MAIN.search(source) else None
    return source.count(b"\n", 0, match.start()) + 1 if match else None


GO = NameTable(
    member=re.compile(rb"(\.)\s*([A-Za-z_\x80-\xff][\w\x80-\xff]*)"),
    read_import=_imports,
    names=frozenset({"identifier", "type_identifier", "package_identifier"}),
    members=frozenset({"field_identifier"}),
    leaves=frozenset(
        {"comment", "interpreted_string_literal", "raw_string_literal", "rune_literal"}
        | {"int_literal", "float_literal", "imaginary_literal", "true", "false", "nil", "iota"}
        | {"package_clause", "import_spec", "label_name", "blank_identifier", "dot"}
    ),
    arguments=frozenset({"argument_list"}),
    generics=frozenset({"type_arguments"}),
    definitions=frozenset(
        {"function_declaration", "method_declaration", "type_spec", "type_alias"}
    ),
    defines={
        "function_declaration": field("name"),
        "type_spec": field("name"),
        "type_alias": field("name"),
    },
    scopes=frozenset(
        {"func_literal", "block", "if_statement", "for_statement", "expression_switch_statement"}
        | {"type_switch_statement", "expression_case", "type_case", "communication_case"}
    ),
    binds={
        "parameter_declaration": _identifiers,
        "variadic_parameter_declaration": _identifiers,
        "type_parameter_declaration": _identifiers,
        "var_spec": _identifiers,
        "const_spec": _identifiers,
        "short_var_declaration": inside("left"),
        "range_clause": inside("left"),
        "type_switch_statement": inside("alias"),
        "assignment_statement": inside("left"),
    },
    skips={"keyed_element": inside("key")},
    imports=frozenset({"import_spec"}),
    assignments=frozenset({"short_var_declaration", "var_spec"}),
    aliases=frozenset({"parameter_declaration"}),
    read_assignment=_assignment,
    is_test=_is_test,
    is_test_file=_is_test_file,
    entry=_entry,
    bases=_embedded,
    measured=frozenset({"if_statement"}),
    wrappers=frozenset({"pointer_type", "generic_type"}),
)
