"""Names in Python."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from tree_sitter import Node

from apps.singularity.patterns.engine.facts import Import, Span
from apps.singularity.patterns.engine.names.found import Survey
from apps.singularity.patterns.engine.names.model import Assigned, Imported, NameTable, Site
from apps.singularity.patterns.engine.names.pick import each, field, head

_NOISE = re.compile(rb"#[^\n]*|[\\()]")
_FROM = re.compile(r"from\s*([.\s]*[\w.\s]*?)\s*\bimport\b(.*)", re.DOTALL)
_TYPE_CHECKING = re.compile(rb"if\s+(?:\w+\.)?TYPE_CHECKING\s*:")
_MAIN = re.compile(rb"^if\s+__name__\s*==\s*[\"']__main__[\"']", re.MULTILINE)
_TEST_FILE = re.compile(r"(?:^|/)(?:test_[^/]*|[^/]*_test|tests)\.py$")


def _imports(node: Node, source: bytes) -> Iterator[Imported]:
    """Read from the text, as an import statement's tree tells no more and costs ten times that."""
    statement = source[node.start_byte : node.end_byte]
    if b"\n" in statement or b"#" in statement or b"(" in statement:
        statement = _NOISE.sub(b" ", statement)
    text = statement.decode("utf-8", "replace")
    line = node.start_point.row + 1
    if match := _FROM.match(text):
        module, names = "".join(match[1].split()), _named(match[2])
        members = tuple(name for name, _ in names)
        yield Imported(Import(module, members, line), tuple(_taken(module, names)))
    else:
        yield from (_module(name, alias, line) for name, alias in _named(text.strip()[6:]))


def _named(text: str) -> list[tuple[str, str]]:
    """`a.b as c, d` -> names with what they are called here, "" for their own name."""
    split = (part.split() for part in text.split(","))
    return [(words[0], words[2] if len(words) == 3 else "") for words in split if words]


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


def _typing_only(found: Survey, source: bytes) -> list[Span]:
    """The bodies of `if TYPE_CHECKING:`."""
    if b"TYPE_CHECKING" not in source:
        return []
    tests = (node for node in found.nodes["if_statement"])
    matching = (node for node in tests if _TYPE_CHECKING.match(source, node.start_byte))
    bodies = (node.child_by_field_name("consequence") for node in matching)
    return [(body.start_byte, body.end_byte) for body in bodies if body is not None]


def _assignment(node: Node) -> Assigned | None:
    kind = node.type
    if kind == "assignment":
        return _to(node.child_by_field_name("left"), node.child_by_field_name("right"))
    if kind == "named_expression":
        return _to(node.child_by_field_name("name"), node.child_by_field_name("value"))
    if kind == "typed_parameter":
        typed = node.child_by_field_name("type")
        return _to(node.named_child(0), typed.named_child(0) if typed else None, "()")
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


def _bases(node: Node) -> list[Node]:
    holder = node.child_by_field_name("superclasses")
    named = holder.named_children if holder is not None else []
    return [base for base in named if base.type not in {"keyword_argument", "comment"}]


def _is_test_file(path: str) -> bool:
    return bool(_TEST_FILE.search(path)) or "tests" in path.split("/")


def _is_test(site: Site) -> bool:
    """By the rules of unittest and pytest: `test...` in a test file, or in a class of tests."""
    name, holder = site.symbol.rpartition(".")[2], site.symbol.rpartition(".")[0]
    return name.startswith("test") and (site.in_test_file or "Test" in holder)


def _entry(source: bytes) -> int | None:
    match = _MAIN.search(source) if b"__main__" in source else None
    return source.count(b"\n", 0, match.start()) + 1 if match else None


PYTHON = NameTable(
    member=re.compile(rb"[\s\\]*(\.)[\s\\]*([A-Za-z_\x80-\xff][\w\x80-\xff]*)"),
    read_import=_imports,
    typing_only=_typing_only,
    leaves=frozenset(
        {"comment", "import_statement", "import_from_statement", "future_import_statement"}
        | {"integer", "float", "true", "false", "none", "ellipsis", "type_conversion"}
        | {"string_start", "string_content", "string_end", "escape_sequence"}
        | {"pass_statement", "break_statement", "continue_statement"}
    ),
    strings=frozenset({"string"}),
    arguments=frozenset({"argument_list", "generator_expression"}),
    definitions=frozenset({"function_definition", "class_definition"}),
    defines={"function_definition": field("name"), "class_definition": field("name")},
    scopes=frozenset({"lambda"}),
    binds={
        "parameters": each,
        "lambda_parameters": each,
        "default_parameter": head,
        "typed_parameter": head,
        "typed_default_parameter": head,
        "list_splat_pattern": each,
        "dictionary_splat_pattern": each,
        "assignment": head,
        "augmented_assignment": head,
        "pattern_list": each,
        "tuple_pattern": each,
        "list_pattern": each,
        "named_expression": head,
        "global_statement": each,
        "nonlocal_statement": each,
    },
    rebinds={
        "for_statement": field("left"),
        "for_in_clause": field("left"),
        "as_pattern_target": each,
    },
    skips={"keyword_argument": head, "case_pattern": each},
    imports=frozenset({"import_statement", "import_from_statement", "future_import_statement"}),
    assignments=frozenset({"assignment", "named_expression"}),
    aliases=frozenset({"typed_parameter", "as_pattern", "for_statement", "for_in_clause"}),
    decorators=frozenset({"decorator"}),
    read_assignment=_assignment,
    is_test=_is_test,
    is_test_file=_is_test_file,
    entry=_entry,
    receiver=b"self",
    type_scope=False,
    bases=_bases,
    measured=frozenset({"if_statement", "except_clause", "assert_statement", "parameters"}),
    wrappers=frozenset({"decorator", "call", "subscript"}),
)
