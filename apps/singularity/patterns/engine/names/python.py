"""Names in Python."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from tree_sitter import Node

from apps.singularity.patterns.engine.facts import Import
from apps.singularity.patterns.engine.names.model import Assigned, Imported, NameTable, Site
from apps.singularity.patterns.engine.names.pick import each, field, first, last

_MAIN = re.compile(rb"^if\s+__name__\s*==\s*[\"']__main__[\"']", re.MULTILINE)
_TEST_FILE = re.compile(r"(?:^|/)(?:test_[^/]*|[^/]*_test|tests)\.py$")


def _text(node: Node | None, source: bytes) -> str:
    if node is None:
        return ""
    return "".join(source[node.start_byte : node.end_byte].decode("utf-8", "replace").split())


def _imports(node: Node, source: bytes) -> Iterator[Imported]:
    line = node.start_point.row + 1
    names = [_named(child, source) for child in node.children_by_field_name("name")]
    if node.type == "import_statement":
        yield from (_module(name, alias, line) for name, alias in names)
        return
    module = _text(node.child_by_field_name("module_name"), source) or "__future__"
    star = any(child.type == "wildcard_import" for child in node.named_children)
    members = tuple(name for name, _ in names) or (("*",) if star else ())
    yield Imported(Import(module, members, line), tuple(_taken(module, names)))


def _taken(module: str, names: Iterable[tuple[str, str]]) -> Iterator[tuple[bytes, str | None]]:
    """Names that are taken out of a module; one of the code base itself has no known meaning."""
    for name, alias in names:
        local = module.startswith(".") or module == "__future__"
        yield (alias or name).encode(), None if local else f"{module}.{name}"


def _module(name: str, alias: str, line: int) -> Imported:
    """`import a.b` binds `a`, `import a.b as c` binds `c` to `a.b`."""
    root = name.partition(".")[0]
    bound = (alias.encode(), name) if alias else (root.encode(), root)
    return Imported(Import(name, (), line), (bound,))


def _named(node: Node, source: bytes) -> tuple[str, str]:
    if node.type != "aliased_import":
        return _text(node, source), ""
    name, alias = node.child_by_field_name("name"), node.child_by_field_name("alias")
    return _text(name, source), _text(alias, source)


def _assignment(node: Node) -> Assigned | None:
    kind = node.type
    if kind == "assignment":
        return _to(node.child_by_field_name("left"), node.child_by_field_name("right"))
    if kind == "named_expression":
        return _to(node.child_by_field_name("name"), node.child_by_field_name("value"))
    if kind == "as_pattern":
        target = node.child_by_field_name("alias")
        value = node.named_child(0)
        raised = "" if value is None or value.type == "call" else "()"
        return _to(target.named_child(0) if target else None, value, raised)
    return _to(node.child_by_field_name("left"), node.child_by_field_name("right"), "[]")


def _to(target: Node | None, value: Node | None, suffix: str = "") -> Assigned | None:
    if value is not None and value.type == "await":
        value = value.named_child(0)
    return Assigned(target, value, suffix) if target is not None and value is not None else None


def _is_test_file(path: str) -> bool:
    return bool(_TEST_FILE.search(path)) or "tests" in PurePosixPath(path).parts


def _is_test(site: Site) -> bool:
    """By the rules of unittest and pytest: `test...` in a test file, or in a class of tests."""
    name, holder = site.symbol.rpartition(".")[2], site.symbol.rpartition(".")[0]
    return name.startswith("test") and (site.in_test_file or "Test" in holder)


def _entry(source: bytes) -> int | None:
    match = _MAIN.search(source)
    return source.count(b"\n", 0, match.start()) + 1 if match else None


PYTHON = NameTable(
    member=re.compile(rb"\s*(\.)\s*([A-Za-z_\x80-\xff][\w\x80-\xff]*)"),
    read_import=_imports,
    calls={"call": last},
    definitions=frozenset({"function_definition", "class_definition"}),
    defines={"function_definition": field("name"), "class_definition": field("name")},
    scopes=frozenset({"lambda"}),
    binds={
        "parameters": each,
        "lambda_parameters": each,
        "default_parameter": first,
        "typed_parameter": first,
        "typed_default_parameter": first,
        "list_splat_pattern": each,
        "dictionary_splat_pattern": each,
        "assignment": first,
        "augmented_assignment": first,
        "pattern_list": each,
        "tuple_pattern": each,
        "list_pattern": each,
        "named_expression": first,
        "global_statement": each,
        "nonlocal_statement": each,
    },
    rebinds={
        "for_statement": field("left"),
        "for_in_clause": field("left"),
        "as_pattern_target": each,
    },
    skips={"keyword_argument": first, "dotted_name": each, "aliased_import": last},
    imports=frozenset({"import_statement", "import_from_statement", "future_import_statement"}),
    assignments=frozenset({"assignment", "named_expression"}),
    aliases=frozenset({"as_pattern", "for_statement", "for_in_clause"}),
    decorators=frozenset({"decorator"}),
    read_assignment=_assignment,
    is_test=_is_test,
    is_test_file=_is_test_file,
    entry=_entry,
    receiver=b"self",
    type_scope=False,
    bases=("superclasses",),
    no_bases=frozenset({"keyword_argument", "comment"}),
    wrappers=frozenset({"decorator", "call", "subscript"}),
)
