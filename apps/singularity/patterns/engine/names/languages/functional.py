"""Names in Elixir, Erlang, Haskell and OCaml."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tree_sitter import Node

from apps.singularity.patterns.engine.facts import Import
from apps.singularity.patterns.engine.names.languages.assigning import assigned, fields
from apps.singularity.patterns.engine.names.model import Assigned, Imported, NameTable, Site
from apps.singularity.patterns.engine.names.pick import (
    before,
    count_in,
    each,
    field,
    first,
    first_of,
)

_DIRECTIVE = re.compile(
    rb"^[ \t]*(alias|import|use|require)[ \t]+([A-Z]\w*(?:\.[A-Z]\w*)*)(?:\.\{([^}]*)\})?"
    rb"(?:[ \t]*,[ \t]*(as|only):[ \t]*(\[[^\]]*\]|[\w.]+))?[^\n]*$",
    re.MULTILINE,
)
_ONLY = re.compile(rb"(\w+[?!]?):")
_ERLANG_IMPORT = re.compile(
    rb"^-(?:import\(\s*(\w+)\s*,\s*\[([^\]]*)\]|include(?:_lib)?\(\s*\"([^\"]+)\")", re.MULTILINE
)
_HASKELL_IMPORT = re.compile(
    r"import\s+(?:safe\s+)?(qualified\s+)?(?:\"[^\"]*\"\s+)?([A-Z][\w.]*)(\s+qualified)?"
    r"(?:\s+as\s+([A-Z][\w.]*))?(?:\s+(hiding))?\s*(?:\((.*)\))?\s*$",
    re.DOTALL,
)
_HASKELL_MAIN = re.compile(rb"^main\s*(?:::|=)", re.MULTILINE)
_OCAML_MAIN = re.compile(rb"^let\s+\(\)\s*=", re.MULTILINE)


def _line(source: bytes, position: int) -> int:
    return source.count(b"\n", 0, position) + 1


def _directives(source: bytes) -> Iterator[Imported]:
    """Elixir's `alias`, `import`, `use` and `require` are calls as any other."""
    for match in _DIRECTIVE.finditer(source):
        word, path, line = match[1], match[2].decode(), _line(source, match.start(1))
        if match[3] is not None:
            names = [name.strip().decode() for name in match[3].split(b",") if name.strip()]
            binds = [(name.rpartition(".")[2].encode(), f"{path}.{name}") for name in names]
            yield Imported(Import(path, tuple(names), line), tuple(binds))
        elif word == b"import":
            taken = tuple(name.decode() for name in _ONLY.findall(match[5] or b""))
            binds = [(name.encode(), f"{path}.{name}") for name in taken]
            yield Imported(Import(path, taken or ("*",), line), tuple(binds))
        else:
            local = match[5] if match[4] == b"as" else path.rpartition(".")[2].encode()
            aliased = ((local, path),) if word == b"alias" or match[4] == b"as" else ()
            yield Imported(Import(path, (), line), aliased)


def _elixir_target(node: Node) -> Sequence[Node]:
    target = node.child_by_field_name("target")
    return [target] if target is not None else []


def _elixir_is_test_file(path: str) -> bool:
    return path.endswith("_test.exs")


def _elixir_parameters(node: Node) -> int:
    """`def f(a, b) when ...` is a call of a call."""
    arguments = next((c for c in node.named_children if c.type == "arguments"), None)
    head = arguments.named_child(0) if arguments is not None else None
    if head is not None and head.type == "binary_operator":
        head = head.child_by_field_name("left")
    return _ARGUMENTS(head) if head is not None else 0


_ARGUMENTS = count_in("arguments")

ELIXIR = NameTable(
    member=re.compile(rb"(\.)([a-z_]\w*[?!]?)"),
    names=frozenset({"identifier", "alias", "atom"}),
    free=re.compile(rb"[A-Z]|:[a-z]\w*\.[a-z]"),
    leaves=frozenset({"comment", "integer", "float", "boolean", "nil", "quoted_content", "char"})
    | {"keyword", "escape_sequence"},
    calls={"call": _elixir_target},
    definitions=frozenset({"call"}),
    scopes=frozenset({"stab_clause", "anonymous_function"}),
    binds={"binary_operator": before("=")},
    assignments=frozenset(),
    aliases=frozenset({"binary_operator"}),
    read_assignment=lambda node: fields("left", "right")(node) if before("=")(node) else None,
    scan_imports=_directives,
    is_test_file=_elixir_is_test_file,
    only_called=True,
    parameters=_elixir_parameters,
)


def _erlang_imports(source: bytes) -> Iterator[Imported]:
    for match in _ERLANG_IMPORT.finditer(source):
        line = _line(source, match.start())
        if match[3]:
            yield Imported(Import(f'"{match[3].decode("utf-8", "replace")}"', (), line))
            continue
        module = match[1].decode()
        names = re.findall(rb"(\w+)\s*/", match[2])
        binds = tuple((name, f"{module}:{name.decode()}") for name in names)
        yield Imported(Import(module, tuple(name.decode() for name in names), line), binds)


def _erlang_is_test(site: Site) -> bool:
    return site.symbol.partition("/")[0].endswith("_test")


ERLANG = NameTable(
    member=re.compile(rb"\s*(:)\s*([a-z]\w*)"),
    names=frozenset({"atom", "var"}),
    leads=b":",
    free=re.compile(rb"[a-z]\w*:[a-z]"),
    leaves=frozenset({"comment", "string", "integer", "float", "char", "import_attribute"}),
    arguments=frozenset({"expr_args"}),
    definitions=frozenset({"fun_decl", "record_decl", "type_alias"}),
    defines={"function_clause": field("name")},
    binds={"match_expr": first},
    skips={"module_attribute": each, "fa": each, "record_field": first},
    assignments=frozenset({"match_expr"}),
    read_assignment=fields("lhs", "rhs"),
    scan_imports=_erlang_imports,
    is_test=_erlang_is_test,
    is_test_file=lambda path: path.endswith(("_SUITE.erl", "_tests.erl", "_test.erl")),
    path=":",
    only_called=True,
    parameters=count_in("clause", "args"),
)


def _haskell_import(node: Node, source: bytes) -> Iterator[Imported]:
    text = source[node.start_byte : node.end_byte].decode("utf-8", "replace").strip()
    match = _HASKELL_IMPORT.match(text)
    if match is None:
        return
    path, line = match[2], node.start_point.row + 1
    qualified, listed = bool(match[1] or match[3]), match[6] if not match[5] else None
    names = [name.strip(" ()\n") for name in re.split(r",(?![^(]*\))", listed or "")]
    taken = tuple(name.partition("(")[0].strip() for name in names if name)
    root = path.partition(".")[0]
    binds = [(match[4].encode(), path) if match[4] else (root.encode(), root)]
    if not qualified:
        binds += [(name.encode(), f"{path}.{name}") for name in taken]
    star = () if qualified else ("*",)
    yield Imported(Import(path, taken or star, line), tuple(binds))


HASKELL = NameTable(
    member=re.compile(rb"(\.)([A-Za-z_][\w']*)"),
    read_import=_haskell_import,
    names=frozenset({"variable", "name", "constructor", "module_id"}),
    leaves=frozenset({"comment", "haddock", "import", "header", "pragma", "literal", "string"}),
    calls={"apply": first},
    definitions=frozenset(
        {"function", "bind", "data_type", "newtype", "type_synomym", "class", "instance"}
    ),
    defines={"function": field("name"), "bind": field("name"), "data_type": field("name")},
    scopes=frozenset({"lambda", "do", "alternative"}),
    binds={"patterns": each, "bind": field("pattern", "name")},
    imports=frozenset({"import"}),
    is_test_file=lambda path: bool(re.search(r"(?:^|/)tests?/|(?:Spec|Test)\.hs$", path)),
    entry=lambda source: (
        _line(source, match.start()) if (match := _HASKELL_MAIN.search(source)) else None
    ),
    parameters=count_in("patterns"),
)


def _open(node: Node, source: bytes) -> Iterator[Imported]:
    words = source[node.start_byte : node.end_byte].decode("utf-8", "replace").split()
    path, line = words[-1], node.start_point.row + 1
    if node.type == "open_module":
        yield Imported(Import(path, ("*",), line))
    elif len(words) == 4 and words[2] == "=" and path[:1].isupper():  # module L = List
        yield Imported(Import(path, (), line), ((words[1].encode(), path),))


def _ocaml_binding(node: Node) -> Assigned | None:
    return assigned(node.child_by_field_name("pattern"), node.child_by_field_name("body"))


OCAML = NameTable(
    member=re.compile(rb"(\.)([A-Za-z_][\w']*)"),
    read_import=_open,
    names=frozenset(
        {"value_name", "module_name", "value_pattern", "type_constructor", "constructor_name"}
    ),
    free=re.compile(rb"[A-Z]\w*\.[A-Za-z_]"),
    leaves=frozenset({"comment", "string", "number", "character", "boolean", "open_module"}),
    calls={"application_expression": first},
    definitions=frozenset({"let_binding", "type_binding", "module_binding", "class_binding"}),
    defines={"external": first_of("value_name")},
    scopes=frozenset({"fun_expression", "let_expression", "match_case"}),
    binds={"parameter": field("pattern"), "let_binding": field("pattern"), "match_case": first},
    imports=frozenset({"open_module", "module_definition"}),
    is_test_file=lambda path: bool(re.search(r"(?:^|/)tests?/|(?:^|/|_)test[^/]*\.mli?$", path)),
    entry=lambda source: (
        _line(source, match.start()) if (match := _OCAML_MAIN.search(source)) else None
    ),
    parameters=count_in(kind="parameter"),
)

OCAML_INTERFACE = NameTable(
    member=OCAML.member,
    read_import=_open,
    names=OCAML.names,
    free=OCAML.free,
    leaves=OCAML.leaves,
    definitions=frozenset({"type_binding", "value_specification", "external"}),
    imports=OCAML.imports,
)
