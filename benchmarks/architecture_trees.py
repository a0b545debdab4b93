"""Code bases to tell the architecture of: published archives and synthetic trees, read as files."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from apps.singularity.ingestion.engine.languages import LANGUAGES, grammar_of, language_of
from apps.singularity.ingestion.engine.skips import Skipped
from apps.singularity.ingestion.engine.walk import walk
from apps.singularity.patterns.engine.architecture import (
    Evidence,
    SourceFile,
    module_graph,
    read_package,
)
from apps.singularity.patterns.engine.names import read_names

HERE = Path(__file__).parent
LARGEST = 300_000
"""Characters; longer files are data or bundles."""
_CHOICE = re.compile(r"\{([^{}]*,[^{}]*)\}")


def labels() -> list[dict[str, Any]]:
    """The entries of the labelled table."""
    text = (HERE / "architecture_labels.yaml").read_text()
    found: list[dict[str, Any]] = yaml.load(text, Loader=yaml.CSafeLoader)  # a safe loader, in C
    return found


def synthetic(name: str) -> dict[str, str]:
    """Path -> text of a synthetic tree, with its choices in braces spelled out."""
    text = (HERE / "architecture_trees.yaml").read_text()
    trees = yaml.load(text, Loader=yaml.CSafeLoader)  # a safe loader, in C
    return {path: text for short, code in trees[name].items() for path, text in _each(short, code)}


def _each(path: str, text: str) -> Iterator[tuple[str, str]]:
    parts = _CHOICE.split(path)
    choices = [part.split(",") for part in parts[1::2]]
    for chosen in itertools.product(*choices):
        spelled = [part for pair in itertools.zip_longest(parts[::2], chosen) for part in pair]
        yield _filled("".join(filter(None, spelled)), chosen), _filled(text, chosen)


def _filled(text: str, chosen: tuple[str, ...]) -> str:
    for place, word in enumerate(chosen, start=1):
        text = text.replace(f"<{place}>", word)
    return text


def texts_of(folder: Path) -> dict[str, str]:
    """Path -> text of the files that ingestion would read; "" for long ones."""
    found = {}
    for entry in walk(folder):
        if not isinstance(entry, Skipped):
            path = entry.path if isinstance(entry.path, str) else str(entry.path)
            text = (folder / path).read_text(encoding="utf-8", errors="replace")
            found[path] = text if len(text) <= LARGEST else ""
    return found


def evidence_of(texts: Mapping[str, str]) -> Evidence:
    """What indicators look at, read from the texts of a code base."""
    files = [file for path, text in sorted(texts.items()) if (file := _file(path, text))]
    packages = [p for path, text in texts.items() if (p := read_package(path, text))]
    return Evidence(files, module_graph(files, packages), packages=packages, paths=texts)


def _file(path: str, text: str) -> SourceFile | None:
    language = language_of(path, text[:2000])
    if LANGUAGES.get(language) is None or LANGUAGES[language].grammar is None or not text:
        return None
    if language in ("html", "css", "sql"):
        return None
    source = text.encode()
    grammar = grammar_of(language)
    tree = grammar.parse(source) if grammar else None
    if tree is None:
        return SourceFile(path, language, text.count("\n"))
    names = read_names(tree.root_node, source, language=language, path=path)
    return SourceFile(
        path=path,
        language=language,
        lines=text.count("\n") + 1,
        imports=names.imports,
        types=names.types,
        functions=names.functions,
        entry_line=names.entry_line,
    )
