"""Names in Ruby, PHP, Lua and Bash."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tree_sitter import Node

from apps.singularity.patterns.engine.facts import Import
from apps.singularity.patterns.engine.names.languages.assigning import assigned, by_type, fields
from apps.singularity.patterns.engine.names.model import Assigned, Imported, NameTable, Site
from apps.singularity.patterns.engine.names.pick import each, field, first, head, of_type

_REQUIRE = re.compile(
    rb"^[ \t]*(require|require_relative|load|autoload)[ \t(]+(?::\w+,\s*)?[\"']([^\"'\n]+)",
    re.MULTILINE,
)
_LUA_REQUIRE = re.compile(
    rb"(?:(?:local\s+)?(\w+)\s*=\s*)?\brequire\s*\(?\s*[\"']([^\"'\n]+)[\"']\)?((?:\.\w+)*)"
)
_SOURCE = re.compile(rb"^[ \t]*(?:source|\.)[ \t]+([^\s;&|]+)", re.MULTILINE)
_USE = re.compile(r"use\s+(function\s+|const\s+)?([\w\\]+?)\\?(?:\{([^}]*)\})?(\s+as\s+\w+)?\s*;")


def _required(source: bytes) -> Iterator[Imported]:
    """Ruby's `require` binds nothing: what it loads is there by its constants."""
    for match in _REQUIRE.finditer(source) if b"require" in source or b"load" in source else ():
        module = match[2].decode("utf-8", "replace")
        near = match[1] == b"require_relative" and not module.startswith(".")
        line = source.count(b"\n", 0, match.start(1)) + 1
        yield Imported(Import(f"./{module}" if near else module, (), line))


def _lua_required(source: bytes) -> Iterator[Imported]:
    for match in _LUA_REQUIRE.finditer(source) if b"require" in source else ():
        module = match[2].decode("utf-8", "replace")
        member = (match[3] or b"").decode()
        line = source.count(b"\n", 0, match.start()) + 1
        binds = ((match[1], module + member),) if match[1] else ()
        yield Imported(Import(module, (), line), binds)


def _sourced(source: bytes) -> Iterator[Imported]:
    for match in _SOURCE.finditer(source):
        line = source.count(b"\n", 0, match.start(1)) + 1
        yield Imported(Import(match[1].decode("utf-8", "replace").strip("\"'"), (), line))


def _used(node: Node, source: bytes) -> Iterator[Imported]:
    r"""`use A\B as C`, `use A\{B, C as D}`, `use function A\f`."""
    text = " ".join(source[node.start_byte : node.end_byte].decode("utf-8", "replace").split())
    line = node.start_point.row + 1
    match = _USE.match(text)
    if match is None:
        return
    path = match[2].lstrip("\\")
    if match[3] is None:
        local = (match[4] or "").removeprefix(" as ").strip() or path.rpartition("\\")[2]
        yield Imported(Import(path, (), line), ((local.encode(), path),))
        return
    parts = [re.split(r"\s+as\s+", part.strip()) for part in match[3].split(",") if part.strip()]
    binds = tuple((part[-1].rpartition("\\")[2].encode(), f"{path}\\{part[0]}") for part in parts)
    yield Imported(Import(path, tuple(part[0] for part in parts), line), binds)


def _shebang(source: bytes) -> int | None:
    return 1 if source.startswith(b"#!") else None


def _ruby_method(node: Node) -> Sequence[Node]:
    """What is called: the method's name, whether arguments follow or not."""
    method = node.child_by_field_name("method")
    return [method] if method is not None else []


def _ruby_bases(node: Node) -> Sequence[Node]:
    holder = node.child_by_field_name("superclass")
    return holder.named_children if holder is not None else ()


def _ruby_is_test(site: Site) -> bool:
    return site.in_test_file and site.symbol.rpartition(".")[2].startswith("test_")


def _in_tests(path: str) -> bool:
    return bool(re.search(r"(?:^|/)(?:test|tests|spec|specs|Tests)/|_(?:test|spec)\.\w+$", path))


RUBY = NameTable(
    member=re.compile(rb"\s*(&\.|\.|::)\s*([A-Za-z_\x80-\xff][\w\x80-\xff]*[?!]?)"),
    names=frozenset({"identifier", "constant", "instance_variable"}),
    leads=b".:",
    free=re.compile(rb"[A-Z]\w*"),
    leaves=frozenset({"comment", "integer", "float", "simple_symbol", "string_content", "true"})
    | {"false", "nil", "escape_sequence", "hash_key_symbol", "regex"},
    calls={"call": _ruby_method},
    definitions=frozenset({"module", "class", "method", "singleton_method"}),
    defines={
        "class": field("name"),
        "module": field("name"),
        "method": field("name"),
        "singleton_method": field("name"),
    },
    scopes=frozenset({"block", "do_block", "lambda"}),
    binds={
        "method_parameters": each,
        "block_parameters": each,
        "lambda_parameters": each,
        "optional_parameter": field("name"),
        "keyword_parameter": field("name"),
        "splat_parameter": field("name"),
        "hash_splat_parameter": field("name"),
        "block_parameter": field("name"),
        "assignment": head,
        "operator_assignment": head,
        "left_assignment_list": each,
        "exception_variable": each,
        "for": field("pattern"),
    },
    assignments=frozenset({"assignment"}),
    read_assignment=fields("left", "right"),
    scan_imports=_required,
    is_test=_ruby_is_test,
    is_test_file=_in_tests,
    entry=_shebang,
    path="::",
    flat=True,
    only_called=True,
    receiver=b"self",
    bases=_ruby_bases,
)


def _php_bases(node: Node) -> Sequence[Node]:
    holders = of_type("base_clause", "class_interface_clause")(node)
    return [base for holder in holders for base in holder.named_children]


def _php_typed(node: Node) -> Assigned | None:
    typed = node.child_by_field_name("type")
    if typed is not None and typed.type == "optional_type":
        typed = typed.named_child(0)
    return assigned(node.child_by_field_name("name"), typed, "()")


def _php_is_test(site: Site) -> bool:
    name = site.symbol.rpartition(".")[2]
    return name.startswith("test") and (site.in_test_file or "Test" in site.symbol)


PHP = NameTable(
    member=re.compile(rb"\s*(\?->|->|::)\s*\$?([A-Za-z_\x80-\xff][\w\x80-\xff]*)"),
    read_import=_used,
    names=frozenset({"name", "variable_name", "qualified_name"}),
    leads=b">:",
    free=re.compile(rb"\\?(?:[A-Z]\w*\\)+\w|\\[A-Z]\w*"),
    leaves=frozenset(
        {"comment", "string", "integer", "float", "boolean", "null", "string_content", "php_tag"}
        | {"namespace_use_declaration", "namespace_definition", "visibility_modifier"}
        | {"primitive_type", "text", "escape_sequence"}
    ),
    arguments=frozenset({"arguments"}),
    definitions=frozenset(
        {"class_declaration", "interface_declaration", "trait_declaration", "enum_declaration"}
        | {"function_definition", "method_declaration"}
    ),
    defines={
        "class_declaration": field("name"),
        "interface_declaration": field("name"),
        "trait_declaration": field("name"),
        "enum_declaration": field("name"),
        "function_definition": field("name"),
        "method_declaration": field("name"),
    },
    scopes=frozenset({"arrow_function", "anonymous_function"}),
    binds={
        "simple_parameter": field("name"),
        "property_promotion_parameter": field("name"),
        "variadic_parameter": field("name"),
        "assignment_expression": head,
        "augmented_assignment_expression": head,
        "foreach_statement": each,
        "pair": each,
        "catch_clause": field("name"),
        "global_declaration": each,
        "static_variable_declaration": each,
        "list_literal": each,
    },
    skips={
        "argument": field("name"),
        "class_constant_access_expression": lambda node: node.children[-1:],
        "const_element": first,
    },
    imports=frozenset({"namespace_use_declaration"}),
    assignments=frozenset({"assignment_expression"}),
    aliases=frozenset({"simple_parameter", "property_promotion_parameter"}),
    decorators=frozenset({"attribute"}),
    inner_decorators=True,
    read_assignment=by_type(
        {
            "assignment_expression": fields("left", "right"),
            "simple_parameter": _php_typed,
            "property_promotion_parameter": _php_typed,
        }
    ),
    is_test=_php_is_test,
    is_test_file=lambda path: path.endswith("Test.php") or _in_tests(path),
    entry=_shebang,
    path="::",
    flat=True,
    only_called=False,
    receiver=b"$this",
    bases=_php_bases,
    wrappers=frozenset({"attribute", "named_type"}),
)


def _lua_assigned(node: Node) -> Assigned | None:
    """`a, b = f()`: the first name takes the first result."""
    lists = node.named_children
    if len(lists) != 2 or lists[1].named_child_count != 1:
        return None
    return assigned(lists[0].named_child(0), lists[1].named_child(0))


LUA = NameTable(
    member=re.compile(rb"\s*(\.|:)\s*([A-Za-z_]\w*)"),
    names=frozenset({"identifier"}),
    leads=b".:",
    leaves=frozenset({"comment", "string", "number", "true", "false", "nil", "hash_bang_line"}),
    arguments=frozenset({"arguments"}),
    definitions=frozenset({"function_declaration", "assignment_statement"}),
    defines={"function_declaration": field("name")},
    scopes=frozenset({"function_definition", "block"}),
    binds={"parameters": each, "variable_list": each, "for_numeric_clause": field("name")},
    skips={"field": field("name")},
    assignments=frozenset({"assignment_statement"}),
    read_assignment=_lua_assigned,
    scan_imports=_lua_required,
    is_test=_ruby_is_test,
    is_test_file=_in_tests,
    entry=_shebang,
    receiver=b"self",
)

BASH = NameTable(
    member=re.compile(rb"(?!)()()"),
    names=frozenset({"command_name"}),
    leaves=frozenset({"comment", "raw_string", "word", "number", "variable_name", "heredoc_body"}),
    calls={"command": lambda node: node.children[:1]},
    definitions=frozenset({"function_definition"}),
    scan_imports=_sourced,
    is_test_file=_in_tests,
    entry=_shebang,
    leads=b"",
)
