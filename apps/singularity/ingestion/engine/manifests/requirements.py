"""requirements*.txt, setup.cfg and the literal parts of setup.py."""

import ast
import configparser
import re

from apps.singularity.ingestion.engine.manifests.model import Notes, scope_of

_OPTION = re.compile(r"\s--?[a-z][\w-]*(?:[= ]\S+)?")
_EGG = re.compile(r"[#&]egg=([A-Za-z0-9._-]+)")
_SCOPES = {
    "install_requires": "runtime",
    "setup_requires": "build",
    "tests_require": "test",
    "extras_require": "optional",
}


def parse_requirements(path: str, text: str, notes: Notes) -> None:
    """A pip requirements file. Other files that it names (-r, -c) are read by themselves."""
    scope = scope_of(path)
    for number, line in _logical_lines(text):
        if line.startswith("-"):
            editable = re.match(r"(?:-e|--editable)[= ]\s*(\S+)", line)
            if editable:
                _location(notes, editable[1], scope, number)
        elif "://" in line.partition("@")[0] or line.startswith((".", "/")):
            _location(notes, line, scope, number)
        else:
            notes.declare_pep508(_OPTION.split(line)[0], scope=scope, line=number)


def _logical_lines(text: str) -> list[tuple[int, str]]:
    """Lines with their number, comments removed and backslash continuations joined."""
    lines: list[tuple[int, str]] = []
    start, held = 1, ""
    for number, raw in enumerate(text.split("\n"), 1):
        held = held or ""
        start = start if held else number
        line = re.sub(r"(^|\s)#.*", "", raw.rstrip("\r"))
        if line.endswith("\\"):
            held += line[:-1] + " "
            continue
        if (held + line).strip():
            lines.append((start, (held + line).strip()))
        held = ""
    return [*lines, (start, held.strip())] if held.strip() else lines


def _location(notes: Notes, location: str, scope: str, line: int) -> None:
    # A path or URL without #egg= does not say which package it is.
    egg = _EGG.search(location)
    if egg:
        notes.declare(("pypi", egg[1]), f"@ {location}", scope=scope, line=line)


def parse_setup_cfg(text: str, notes: Notes) -> None:
    """The declarative form of setuptools."""
    parser = configparser.RawConfigParser(strict=False)
    parser.read_string(text)
    for key in ("install_requires", "setup_requires", "tests_require"):
        if parser.has_option("options", key):
            _listed(notes, parser.get("options", key), _SCOPES[key])
    if parser.has_section("options.extras_require"):
        for _, value in parser.items("options.extras_require"):
            _listed(notes, value, "optional")


def _listed(notes: Notes, value: str | None, scope: str) -> None:
    for line in re.split(r"\n|(?<=[\w\]]);(?=[A-Za-z])", value or ""):
        entry = line.partition(" #")[0].strip()
        if entry and not entry.startswith(("#", "file:")):
            notes.declare_pep508(entry, scope=scope)


def parse_setup_py(text: str, notes: Notes) -> None:
    """What `setup(...)` is given as literals; nothing is run, so computed lists are unseen."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call):
            for keyword in node.keywords:
                if keyword.arg in _SCOPES:
                    _literals(notes, keyword.value, _SCOPES[keyword.arg])


def _literals(notes: Notes, node: ast.expr, scope: str) -> None:
    for part in node.values if isinstance(node, ast.Dict) else [node]:
        for item in part.elts if isinstance(part, ast.List | ast.Tuple) else []:
            if isinstance(item, ast.Constant) and isinstance(item.value, str):
                notes.declare_pep508(item.value, scope=scope, line=item.lineno)
