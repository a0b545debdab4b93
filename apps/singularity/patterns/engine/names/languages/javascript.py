"""Names in JavaScript, TypeScript and TSX."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from tree_sitter import Node

from apps.singularity.patterns.engine.facts import Import
from apps.singularity.patterns.engine.names.model import Assigned, Imported, NameTable, Site
from apps.singularity.patterns.engine.names.pick import each, field, head

_STRING = re.compile(r"[\"'`]([^\"'`\n]*)[\"'`]")
_IMPORT = re.compile(r"import\s+(type\b\s*)?(.*?)\s*\bfrom\s*[\"']", re.DOTALL)
_EXPORT = re.compile(r"export\s+(type\b\s*)?(\*(?:\s*as\s+[\w$]+)?|\{[^}]*\})\s*from\s*[\"']")
_REQUIRE = re.compile(
    r"([\w$]+|\{[^}]*\})\s*=\s*require\(\s*[\"'`]([^\"'`\n]+)[\"'`]\s*\)([\w$.]*)"
)
_REQUIRED = re.compile(r"(?:[\w$.]+\s*=\s*)?require\(\s*[\"'`]([^\"'`\n]+)[\"'`]\s*\)")
_TEXT_LIMIT = 4_096  # bytes of a statement that may begin with an import
_NOISE = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_TEST_FILE = re.compile(
    r"(?:^|/)(?:__tests__|tests?|specs?)/|\.(?:test|spec|cy|e2e)\.[cm]?[jt]sx?$"
)
_NAMED = re.compile(r"\{([^}]*)\}")


def _imports(node: Node, source: bytes) -> Iterator[Imported]:
    start = node.start_byte
    text = source[start : min(node.end_byte, start + _TEXT_LIMIT)].decode("utf-8", "replace")
    line = node.start_point.row + 1
    if node.type == "import_statement":
        yield from _import(_NOISE.sub(" ", text) if "//" in text or "/*" in text else text, line)
    elif node.type == "export_statement":
        if match := _EXPORT.match(text):
            module = _module(text[match.end() - 1 :])
            names = tuple(name for name, _ in _members(match[2])) or ("*",)
            yield Imported(Import(module, names, line, typing_only=bool(match[1])))
    elif node.type == "variable_declarator":
        yield from _required(text, line)
    elif match := _REQUIRED.match(text):
        yield Imported(Import(match[1], (), line))


def _import(text: str, line: int) -> Iterator[Imported]:
    """`import a, { b as c } from "m"`: a default import is the module itself, as in CommonJS."""
    match = _IMPORT.match(text)
    if match is None:
        if (found := _REQUIRE.search(text)) is not None:  # `import a = require("m")`
            yield from _required(found[0], line)
        elif string := _STRING.search(text):
            yield Imported(Import(string[1], (), line))
        return
    module, members = _module(text[match.end() - 1 :]), _members(match[2])
    whole = _NAMED.sub("", match[2]).replace("* as", "").split(",")
    binds = [(name.strip().encode(), _qualified(module, "")) for name in whole if name.strip()]
    binds += [(local.encode(), _qualified(module, name)) for name, local in members]
    names = tuple(name for name, _ in members)
    fact = Import(module, names, line, typing_only=bool(match[1]))
    yield Imported(fact, tuple(binds))


def _required(text: str, line: int) -> Iterator[Imported]:
    """`x = require("m")`, `{ a, b: c } = require("m")`, `x = require("m").a`."""
    match = _REQUIRE.match(text)
    if match is None:
        return
    target, module, member = match[1], match[2], match[3].strip(".")
    if target.startswith("{"):
        members = _members(target.replace(":", " as "))
        binds = [(local.encode(), _qualified(module, name)) for name, local in members]
        yield Imported(Import(module, tuple(name for name, _ in members), line), tuple(binds))
        return
    bound = (target.encode(), _qualified(module, member))
    yield Imported(Import(module, (member,) if member else (), line), (bound,))


def _members(text: str) -> list[tuple[str, str]]:
    """`{ a, type b as c }` -> names with what they are called here."""
    match = _NAMED.search(text)
    words = [part.removeprefix("type ").split() for part in match[1].split(",")] if match else []
    words = [part for part in map(_before_default, words) if part]
    return [(part[0], part[-1]) for part in words if part[-1].replace("$", "_").isidentifier()]


def _before_default(words: list[str]) -> list[str]:
    return words[: words.index("=")] if "=" in words else words


def _module(text: str) -> str:
    match = _STRING.match(text)
    return match[1] if match else ""


def _qualified(module: str, name: str) -> str | None:
    """None for a file of the code base; `node:fs` is `fs`, a default export the module itself."""
    if module.startswith((".", "/", "~", "#")) or module[:2] == "@/" or not module:
        return None
    module = module.removeprefix("node:")
    return f"{module}.{name}" if name and name != "default" else module


def _assignment(node: Node) -> Assigned | None:
    kind = node.type
    if kind == "variable_declarator":
        return _to(node.child_by_field_name("name"), node.child_by_field_name("value"))
    if kind == "assignment_expression":
        return _to(node.child_by_field_name("left"), node.child_by_field_name("right"))
    if kind == "for_in_statement":
        target, value = node.child_by_field_name("left"), node.child_by_field_name("right")
        is_element = any(child.type == "of" for child in node.children)
        return _to(target, value, "[]") if is_element else None
    target, typed = node.child_by_field_name("pattern"), node.child_by_field_name("type")
    return _to(target, typed.named_child(0) if typed else None, "()")


def _to(target: Node | None, value: Node | None, suffix: str = "") -> Assigned | None:
    return Assigned(target, value, suffix) if target is not None and value is not None else None


def _bases(node: Node) -> list[Node]:
    heritage = [
        child
        for child in node.named_children
        if child.type in {"class_heritage", "extends_type_clause"}
    ]
    clauses = [inner for child in heritage for inner in child.named_children]
    nested = {"extends_clause", "implements_clause"}
    bases = [
        base
        for clause in clauses
        for base in (clause.named_children if clause.type in nested else [clause])
    ]
    return [base for base in bases if base.type != "type_arguments"]


def _is_test_file(path: str) -> bool:
    return bool(_TEST_FILE.search(path))


def _is_test(site: Site) -> bool:
    """Tests are callbacks without a name; a function is one by its name alone."""
    name = site.symbol.rpartition(".")[2]
    return site.in_test_file and name.lower().startswith("test")


def _entry(source: bytes) -> int | None:
    if source.startswith(b"#!"):
        return 1
    at = source.find(b"require.main === module")
    return source.count(b"\n", 0, at) + 1 if at >= 0 else None


JAVASCRIPT = NameTable(
    member=re.compile(rb"\s*!?\s*(\?\.|\.)\s*#?([A-Za-z_$\x80-\xff][\w$\x80-\xff]*)"),
    read_import=_imports,
    names=frozenset(
        {"identifier", "this", "super", "shorthand_property_identifier"}
        | {"shorthand_property_identifier_pattern"}
    ),
    members=frozenset({"property_identifier", "private_property_identifier"}),
    leaves=frozenset(
        {"comment", "import_statement", "string", "regex", "number", "true", "false", "null"}
        | {"undefined", "hash_bang_line", "jsx_text", "optional_chain", "empty_statement"}
        | {"string_fragment", "escape_sequence", "break_statement", "debugger_statement"}
    ),
    arguments=frozenset({"arguments"}),
    definitions=frozenset(
        {"function_declaration", "generator_function_declaration", "method_definition"}
        | {"class_declaration", "variable_declarator", "assignment_expression", "pair"}
        | {"field_definition"}
    ),
    defines={
        "function_declaration": field("name"),
        "generator_function_declaration": field("name"),
        "class_declaration": field("name"),
    },
    scopes=frozenset(
        {"arrow_function", "function_expression", "statement_block", "for_in_statement"}
        | {"for_statement", "catch_clause", "generator_function", "class"}
    ),
    binds={
        "formal_parameters": each,
        "assignment_pattern": field("left"),
        "object_assignment_pattern": field("left"),
        "rest_pattern": each,
        "object_pattern": each,
        "array_pattern": each,
        "pair_pattern": field("value"),
        "variable_declarator": head,
        "assignment_expression": head,
        "augmented_assignment_expression": head,
        "arrow_function": head,
        "catch_clause": field("parameter"),
        "for_in_statement": field("left"),
    },
    imports=frozenset({"import_statement"}),
    hints={
        "variable_declarator": b"require(",
        "expression_statement": b"require(",
        "export_statement": b"from",
    },
    assignments=frozenset({"variable_declarator", "assignment_expression"}),
    aliases=frozenset({"for_in_statement"}),
    decorators=frozenset({"decorator"}),
    read_assignment=_assignment,
    is_test=_is_test,
    is_test_file=_is_test_file,
    entry=_entry,
    receiver=b"this",
    type_scope=False,
    bases=_bases,
    measured=frozenset(
        {"string", "arrow_function", "function_expression", "function_declaration"}
        | {"lexical_declaration", "variable_declaration", "catch_clause"}
    ),
    wrappers=frozenset({"decorator", "call_expression", "generic_type"}),
)

TYPESCRIPT = replace(
    JAVASCRIPT,
    names=JAVASCRIPT.names | {"type_identifier"},
    leaves=JAVASCRIPT.leaves | {"predefined_type", "accessibility_modifier", "literal_type"},
    generics=frozenset({"type_arguments"}),
    definitions=JAVASCRIPT.definitions.difference({"field_definition"}).union(
        {"function_signature", "method_signature", "abstract_method_signature"},
        {"public_field_definition", "abstract_class_declaration", "interface_declaration"},
        {"enum_declaration", "type_alias_declaration", "internal_module", "module"},
    ),
    defines={
        **JAVASCRIPT.defines,
        "abstract_class_declaration": field("name"),
        "interface_declaration": field("name"),
        "enum_declaration": field("name"),
        "type_alias_declaration": field("name"),
        "internal_module": field("name"),
        "function_signature": field("name"),
    },
    binds={
        **JAVASCRIPT.binds,
        "required_parameter": field("pattern"),
        "optional_parameter": field("pattern"),
        "type_parameter": field("name"),
    },
    aliases=JAVASCRIPT.aliases | {"required_parameter"},
)
