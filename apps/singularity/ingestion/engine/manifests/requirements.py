"""requirements*.txt, setup.cfg, tox.ini and the literal parts of setup.py."""

import ast
import configparser
import re

from apps.singularity.ingestion.engine.manifests.model import (
    Notes,
    extra_scope,
    line_after,
    scope_of,
)

_OPTION = re.compile(r"\s--?[a-z][\w-]*(?:[= ]\S+)?")
_FACTORS = re.compile(r"^[\w.,!{}-]+:\s+")
_EGG = re.compile(r"[#&]egg=([A-Za-z0-9._-]+)")
_SCOPES = {
    "install_requires": "runtime",
    "setup_requires": "build",
    "tests_require": "test",
    "extras_require": "optional",
}


def parse_requirements(path: str, text: str, notes: Notes) -> None:
    """A pip requirements file. Other files that it names (-r, -c) are read by themselves."""
    scope = "optional" if "/extras/" in path else scope_of(path)
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
        for name, value in parser.items("options.extras_require"):
            _listed(notes, value, extra_scope(name))


def parse_tox_ini(text: str, notes: Notes) -> None:
    """The `deps` of all sections, whatever factors they stand under; most are for tests."""
    parser = configparser.RawConfigParser(strict=False)
    parser.read_string(text)
    for section in parser.sections():
        scope = scope_of(section.partition(":")[2])
        for line in (parser.get(section, "deps", fallback="") or "").splitlines():
            entry = _FACTORS.sub("", line.partition("#")[0]).strip()
            if entry and not entry.startswith(("-", "{", ".", "/")) and "://" not in entry:
                at = line_after(text, rf"^\[{re.escape(section)}\]", _word(entry))
                notes.declare_pep508(entry, scope="test" if scope == "runtime" else scope, line=at)


def _listed(notes: Notes, value: str | None, scope: str) -> None:
    for line in re.split(r"\n|(?<=[\w\]]);(?=[A-Za-z])", value or ""):
        entry = line.partition(" #")[0].strip()
        if entry and not entry.startswith(("#", "file:")):
            notes.declare_pep508(entry, scope=scope)


def _word(text: str) -> str:
    return rf"(?<![\w.-]){re.escape(text)}(?![\w.-])"


def parse_setup_py(text: str, notes: Notes) -> None:
    """What `setup(...)` is given as literals, directly or by the name of a variable.

    Nothing is run, so computed lists are unseen.
    """
    tree = ast.parse(text)
    named = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            for keyword in node.keywords:
                if keyword.arg in _SCOPES:
                    _literals(notes, keyword.value, _SCOPES[keyword.arg], named)


def _literals(notes: Notes, node: ast.expr, scope: str, named: dict[str, ast.expr]) -> None:
    """Requirements of a list, or of a dictionary of extras; either may be given by its name."""
    node = _meant(node, named)
    groups = [(scope, node)]
    if isinstance(node, ast.Dict):
        values = [_meant(value, named) for value in node.values]
        groups = [
            (extra_scope(str(_constant(key))), value)
            for key, value in zip(node.keys, values, strict=True)
        ]
    for group, part in groups:
        for item in part.elts if isinstance(part, ast.List | ast.Tuple) else []:
            if isinstance(_constant(item), str):
                notes.declare_pep508(_constant(item), scope=group, line=item.lineno)


def _meant(node: ast.expr, named: dict[str, ast.expr]) -> ast.expr:
    return named.get(node.id, node) if isinstance(node, ast.Name) else node


def _constant(node: ast.expr | None) -> object:
    return node.value if isinstance(node, ast.Constant) else None
