"""Conventions of JavaScript, TypeScript, Go and Rust."""

from __future__ import annotations

import re

from apps.singularity.patterns.engine.conventions.tally import Tally
from apps.singularity.patterns.engine.facts import NameFacts
from apps.singularity.patterns.engine.names.found import Survey

_CATCH = re.compile(rb"catch\s*(?:\(\s*(\w+)[^)]*\))?\s*\{\s*(\})?")
_DECLARED = re.compile(rb"(const|let|var)\b")
_CHECKED = re.compile(rb"if\s+(?:[^;{\n]*;\s*)?err\s*!=\s*nil\s*\{\s*return\b([^\n]*)", re.DOTALL)
_WRAPS = re.compile(rb"%w|\b[Ww]rap[a-z]*\(|WithStack\(|WithMessage\(")
_AS_IT_IS = re.compile(rb"\berr\s*\}?\s*$")
_UNWRAPPED = frozenset({b".unwrap", b".expect"})


def measure_javascript(tally: Tally, found: Survey, source: bytes, names: NameFacts) -> None:
    """Quotes, functions, declarations, caught errors, module systems."""
    for quote, choice in ((0x22, "double"), (0x27, "single")):
        strings = (node.start_byte for node in found.nodes["string"])
        tally.at_bytes("quotes", choice, [at for at in strings if source[at] == quote])
    for kind, choice in _FUNCTIONS.items():
        tally.at_bytes("functions", choice, [node.start_byte for node in found.nodes[kind]])
    for kind in ("lexical_declaration", "variable_declaration"):
        for node in found.nodes[kind]:
            if match := _DECLARED.match(source, node.start_byte):
                tally.at_byte("variables", match[1].decode(), node.start_byte)
    for node in found.nodes["catch_clause"]:
        if match := _CATCH.match(source, node.start_byte):
            choice = "passed over" if match[2] else "handled"
            tally.at_byte("caught exceptions", choice, node.start_byte)
    _measure_modules(tally, source, names)


_FUNCTIONS = {
    "arrow_function": "arrow functions",
    "function_expression": "function expressions",
    "function_declaration": "function declarations",
}


def _measure_modules(tally: Tally, source: bytes, names: NameFacts) -> None:
    lines = source.split(b"\n", names.imports[-1].line) if names.imports else []
    for one in names.imports:
        text = lines[one.line - 1].lstrip() if one.line <= len(lines) else b""
        is_module = text.startswith((b"import", b"export"))
        tally.at_line("modules", "import" if is_module else "require", one.line)


def measure_go(tally: Tally, found: Survey, source: bytes, names: NameFacts) -> None:
    """What becomes of an error."""
    for node in found.nodes["if_statement"]:
        match = _CHECKED.match(source, node.start_byte, node.end_byte)
        if match is None:
            continue
        start = node.start_byte
        if _WRAPS.search(match[1]):
            tally.at_byte("returned errors", "wrapped", start)
        elif _AS_IT_IS.search(match[1]):
            tally.at_byte("returned errors", "returned as they are", start)
        else:
            tally.at_byte("returned errors", "replaced", start)


def measure_rust(tally: Tally, found: Survey, source: bytes, names: NameFacts) -> None:
    """Whether failures are passed on; tests may unwrap."""
    tests = [(one.start_byte, one.end_byte) for one in names.functions if one.is_test]
    passed = [node.start_byte for node in found.nodes["try_expression"]]
    unwrapped = [start for start, name in found.names.items() if name in _UNWRAPPED]
    for choice, places in (("passed on with ?", passed), ("unwrapped", unwrapped)):
        outside = [at for at in places if not any(start <= at < end for start, end in tests)]
        tally.at_bytes("results", choice, outside)
