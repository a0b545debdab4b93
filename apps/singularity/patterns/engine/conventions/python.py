"""Conventions of Python alone: handlers, strings, annotations, docstrings, log calls, tests."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import chain

from tree_sitter import Node

from apps.singularity.patterns.engine.conventions.tally import Tally
from apps.singularity.patterns.engine.facts import NameFacts
from apps.singularity.patterns.engine.names.found import Survey

_EXCEPT = re.compile(rb"except\*?\s*([^:]*?)\s*(?:\bas\s+\w+\s*)?:\s*(pass\b|\.\.\.)?")
_BROAD = frozenset({b"Exception", b"BaseException"})
_RAISE = re.compile(rb"\braise\s+\w[^\n]*")
_QUOTES = {0x22: "double", 0x27: "single"}
_PREFIX = re.compile(rb"[A-Za-z]*")
_AFTER = re.compile(rb"\s*(->[^:\n]*(?:\[[^\n]*\])?[^:\n]*)?:\s*(?:#[^\n]*\s*)*[rRuU]?([\"'])?")
_MESSAGE = (
    rb"\.(?:debug|info|warning|error|exception|critical)\(\s*"
    rb"(f?)[\"'](?:[^\"'\n\\]|\\.)*[\"']\s*(%|\.format|[,)])?"
)
_LOGS = (  # each begins with a literal, which `re` looks for fast
    re.compile(rb"og(?:ger|ging)?" + _MESSAGE),
    re.compile(rb"OG(?:GER)?" + _MESSAGE),
)
_ASSERTS = re.compile(rb"\.?assert[A-Z_]\w*")


def measure_python(tally: Tally, found: Survey, source: bytes, names: NameFacts) -> None:
    """Count the choices that only Python offers."""
    _measure_handlers(tally, found.nodes["except_clause"], source)
    _measure_strings(tally, found.nodes["string"], source)
    _measure_functions(tally, found.nodes["parameters"], source, names)
    _measure_log_arguments(tally, source)
    _measure_tests(tally, found, source, names)


def _measure_handlers(tally: Tally, clauses: Iterable[Node], source: bytes) -> None:
    for clause in clauses:
        start, end = clause.start_byte, clause.end_byte
        match = _EXCEPT.match(source, start, end)
        if match is None:
            continue
        tally.at_byte("except clauses", _caught(match[1]), start)
        handled = "passed over" if match[2] else "handled"
        tally.at_byte("caught exceptions", handled, start)
        for raised in _RAISE.finditer(source, match.end(), end):
            named = "names its cause" if b" from " in raised[0] else "names no cause"
            tally.at_byte("raised in handlers", named, raised.start())


def _caught(what: bytes) -> str:
    if not what:
        return "bare"
    return "broad (Exception)" if what in _BROAD else "specific"


def _measure_strings(tally: Tally, strings: Iterable[Node], source: bytes) -> None:
    """Quotes of strings on one line, and the ways to put values into them."""
    quotes: dict[int, list[int]] = {0x22: [], 0x27: []}
    for node in strings:
        start = node.start_byte
        quote = source[start]
        if quote not in quotes:
            match = _PREFIX.match(source, start)
            after = match.end() if match else start
            if b"f" in source[start:after].lower():
                tally.at_byte("string formatting", "f-strings", start)
            start, quote = after, source[after]
        if quote in quotes and source[start + 1] != quote:
            quotes[quote].append(start)
        end = node.end_byte
        if source.startswith((b" % ", b" %("), end):
            tally.at_byte("string formatting", "the % operator", end)
        elif source.startswith(b".format(", end):
            tally.at_byte("string formatting", "str.format", end)
    for quote, starts in quotes.items():
        tally.at_bytes("quotes", _QUOTES[quote], starts)


def _measure_functions(
    tally: Tally, parameters: list[Node], source: bytes, names: NameFacts
) -> None:
    """Annotations, docstrings and async of functions, each of which has one list of parameters."""
    functions = [function for function in names.functions if function.symbol]
    if len(functions) != len(parameters):  # a syntax error took one or the other
        return
    for function, node in zip(functions, parameters, strict=True):
        match = _AFTER.match(source, node.end_byte)
        if match is None:
            continue
        start = function.start_byte
        annotated = "annotated" if match[1] else "not annotated"
        tally.at_byte("result annotations", annotated, start)
        if not function.symbol.rpartition(".")[2].startswith("_") and not function.is_test:
            documented = "have a docstring" if match[2] else "have no docstring"
            tally.at_byte("docstrings", documented, start)
        is_async = source.startswith(b"async", start)
        tally.at_byte("async", "async" if is_async else "not async", start)


def _measure_log_arguments(tally: Tally, source: bytes) -> None:
    for match in chain.from_iterable(pattern.finditer(source) for pattern in _LOGS):
        choice = "f-strings" if match[1] else _LOGGED.get(match[2], "plain")
        if choice != "plain":
            tally.at_byte("log messages", choice, match.start())


_LOGGED = {
    b",": "given their values as arguments",
    b"%": "formatted with %",
    b".format": "formatted with str.format",
}


def _measure_tests(tally: Tally, found: Survey, source: bytes, names: NameFacts) -> None:
    tests = [function for function in names.functions if function.is_test and function.symbol]
    if not tests:
        return
    cases = {one.symbol for one in names.types if any("TestCase" in base for base in one.bases)}
    for test in tests:
        holder = test.symbol.rpartition(".")[0]
        if holder in cases:
            tally.at_line("tests", "methods of TestCase classes", test.start_line)
        elif holder:
            tally.at_line("tests", "methods of plain classes", test.start_line)
        else:
            tally.at_line("tests", "functions", test.start_line)
    plain = [node.start_byte for node in found.nodes["assert_statement"]]
    tally.at_bytes("assertions", "assert", plain)
    asserting = set(filter(_ASSERTS.fullmatch, set(found.names.values())))
    methods = [start for start, name in found.names.items() if name in asserting]
    called = [start for start in methods if source[start - 1 : start] == b"."]
    tally.at_bytes("assertions", "assert methods", called)
    _measure_fixtures(tally, names)


def _measure_fixtures(tally: Tally, names: NameFacts) -> None:
    for function in names.functions:
        if any(name.startswith("pytest.fixture") for name in function.decorators):
            tally.at_line("test preparation", "fixtures", function.start_line)
        elif function.symbol.rpartition(".")[2] in {"setUp", "setUpClass", "setUpTestData"}:
            tally.at_line("test preparation", "setUp methods", function.start_line)
