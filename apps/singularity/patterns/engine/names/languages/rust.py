"""Names in Rust."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from apps.singularity.patterns.engine.facts import Import
from apps.singularity.patterns.engine.names.model import Assigned, Imported, NameTable, Site
from apps.singularity.patterns.engine.names.pick import each, field, last

_USE = re.compile(r"(?:pub(?:\([^)]*\))?\s+)?use\s+(.*?);?\s*$", re.DOTALL)
_NOISE = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_OWN = ("crate", "self", "super")
_PARTS = re.compile(r"[{},]|[^{},\s][^{},]*")
_UNWRAPPED = frozenset({"try_expression", "await_expression", "reference_expression"})
_MAIN = re.compile(rb"^(?:pub\s+)?(?:async\s+)?fn\s+main\s*\(", re.MULTILINE)
_LEAF_LIMIT = 1_000  # names of one `use`


def _imports(node: Node, source: bytes) -> Iterator[Imported]:
    text = source[node.start_byte : node.end_byte].decode("utf-8", "replace")
    line = node.start_point.row + 1
    if node.type == "mod_item":
        name = node.child_by_field_name("name")
        if name is not None and node.child_by_field_name("body") is None:
            local = source[name.start_byte : name.end_byte]
            yield Imported(Import(f"self::{local.decode()}", (), line), ((local, None),))
        return
    if match := _USE.match(_NOISE.sub(" ", text)):
        for path in _paths(match[1])[:_LEAF_LIMIT]:
            yield _used(path, line)


def _paths(tree: str) -> list[str]:
    """The leaves of a `use` tree: `a::{b, c::{self, d as e}}` -> four paths.

    Without recursion, as a broken file may nest without end.
    """
    found: list[str] = []
    prefixes, prefix = [""], ""
    for part in (match[0].strip() for match in _PARTS.finditer(tree)):
        if part == "{":
            prefixes.append(prefix)
        elif part == "}":
            prefixes = prefixes[:-1] or [""]
            prefix = prefixes[-1]
        elif part == ",":
            prefix = prefixes[-1]
        elif part.endswith("::"):
            prefix = prefixes[-1] + part
        else:
            found.append(prefixes[-1] + part)
    return found


def _used(path: str, line: int) -> Imported:
    """One path of a `use`, with what it binds."""
    path, _, alias = (part.strip() for part in path.partition(" as "))
    path = path.removesuffix("::self").removeprefix("::")
    module, _, name = path.rpartition("::")
    if name == "*":
        return Imported(Import(module, ("*",), line))
    own = path.partition("::")[0] in _OWN
    fact = Import(module, (name,), line) if module else Import(name, (), line)
    local = (alias or name).encode()
    return Imported(fact, ((local, None if own else path),) if local != b"_" else ())


def _assignment(node: Node) -> Assigned | None:
    if node.type == "parameter":
        return _typed(node.child_by_field_name("pattern"), node.child_by_field_name("type"))
    target, value = node.child_by_field_name("pattern"), node.child_by_field_name("value")
    if node.type == "let_declaration" and (typed := node.child_by_field_name("type")) is not None:
        return _typed(target, typed)
    while value is not None and value.type in _UNWRAPPED:
        value = value.child_by_field_name("value") or value.named_child(0)
    suffix = "[]" if node.type == "for_expression" else ""
    return Assigned(target, value, suffix) if target is not None and value is not None else None


def _typed(target: Node | None, typed: Node | None) -> Assigned | None:
    """`&mut File` is a file, too."""
    while typed is not None and typed.type == "reference_type":
        typed = typed.child_by_field_name("type")
    return Assigned(target, typed, "()") if target is not None and typed is not None else None


def _pattern(node: Node) -> list[Node]:
    """The names that `Some(x)` binds: all but the variant's."""
    return [child for child in node.named_children[1:] if child.type == "identifier"]


def _bases(node: Node) -> list[Node]:
    """The trait of an `impl`, what a trait demands."""
    if (trait := node.child_by_field_name("trait")) is not None:
        return [trait]
    bounds = node.child_by_field_name("bounds")
    return bounds.named_children if bounds is not None else []


def _is_test(site: Site) -> bool:
    return any(name.rpartition("::")[2] == "test" for name in site.decorators)


def _is_test_file(path: str) -> bool:
    return path.startswith("tests/") or "/tests/" in path or path.endswith("/tests.rs")


def _entry(source: bytes) -> int | None:
    match = _MAIN.search(source)
    return source.count(b"\n", 0, match.start()) + 1 if match else None


RUST = NameTable(
    member=re.compile(
        rb"(?:\s*(?:\?|\.\s*await\b))*\s*(::|\.)\s*(?!await\b)([A-Za-z_\x80-\xff][\w\x80-\xff]*)"
    ),
    read_import=_imports,
    names=frozenset({"identifier", "type_identifier"}),
    members=frozenset({"field_identifier"}),
    leads=b".:",
    free=re.compile(rb"[a-z_][\w]*::(?=[\w{<])"),
    transparent=frozenset({"unwrap", "expect", "unwrap_or_default"}),
    leaves=frozenset(
        {"line_comment", "block_comment", "string_literal", "raw_string_literal", "char_literal"}
        | {"integer_literal", "float_literal", "boolean_literal", "lifetime", "use_declaration"}
        | {"visibility_modifier", "mutable_specifier", "primitive_type", "crate"}
        | {"shorthand_field_identifier", "label", "string_content"}
    ),
    arguments=frozenset({"arguments", "token_tree"}),
    generics=frozenset({"type_arguments"}),
    definitions=frozenset(
        {"function_item", "function_signature_item", "struct_item", "union_item", "enum_item"}
        | {"trait_item", "impl_item", "type_item", "macro_definition"}
    ),
    defines={
        "function_item": field("name"),
        "struct_item": field("name"),
        "union_item": field("name"),
        "enum_item": field("name"),
        "trait_item": field("name"),
        "type_item": field("name"),
        "macro_definition": field("name"),
    },
    scopes=frozenset(
        {"block", "closure_expression", "match_arm", "if_expression", "for_expression"}
        | {"while_expression"}
    ),
    binds={
        "parameter": field("pattern"),
        "closure_parameters": each,
        "tuple_pattern": each,
        "slice_pattern": each,
        "ref_pattern": each,
        "mut_pattern": each,
        "reference_pattern": each,
        "captured_pattern": each,
        "tuple_struct_pattern": _pattern,
        "field_pattern": field("pattern"),
        "for_expression": field("pattern"),
        "let_condition": field("pattern"),
        "static_item": field("name"),
        "const_item": field("name"),
        "type_parameter": field("name"),
        "enum_variant": field("name"),
    },
    rebinds={"let_declaration": field("pattern")},
    skips={"extern_crate_declaration": last},
    imports=frozenset({"use_declaration", "mod_item"}),
    aliases=frozenset({"let_declaration", "parameter", "for_expression"}),
    decorators=frozenset({"attribute_item"}),
    read_assignment=_assignment,
    is_test=_is_test,
    is_test_file=_is_test_file,
    entry=_entry,
    path="::",
    receiver=b"self",
    type_scope=False,
    bases=_bases,
    measured=frozenset({"try_expression"}),
    wrappers=frozenset({"attribute_item", "attribute", "generic_type"}),
)
