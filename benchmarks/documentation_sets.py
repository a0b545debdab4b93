"""Search questions with known answers, out of any installed package.

The first sentence of a function's documentation asks for that function, whose documentation is
cut out of what is searched (the set-up of CodeSearchNet: Husain et al., "CodeSearchNet
Challenge", 2019, section 2).
"""

import ast
import importlib.util
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from apps.singularity.ingestion.engine.documentation import first_sentence

MIN_LINES = 3


@dataclass(frozen=True, slots=True)
class Question:
    """A documentation sentence and the function that it describes."""

    sentence: str
    path: str
    symbol: str
    kind: str
    signature: str
    content: str


def questions(package: str, count: int, seed: int = 0) -> list[Question]:
    """Return up to ``count`` questions of an installed package, drawn evenly by ``seed``.

    A sentence that two functions share asks for neither.
    """
    root = _root(package)
    found: dict[str, list[Question]] = {}
    for file in sorted(root.rglob("*.py")):
        if not {"test", "tests", "testing"} & set(file.relative_to(root).parts):
            for question in _of_file(file, str(file.relative_to(root.parent))):
                found.setdefault(question.sentence, []).append(question)
    unique = [group[0] for group in found.values() if len(group) == 1]
    random.Random(seed).shuffle(unique)
    return unique[:count]


def _root(package: str) -> Path:
    """Return the folder of an installed package."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit(f"package {package} is not installed: pip install it or leave it out")
    return Path(spec.submodule_search_locations[0])


def _of_file(file: Path, path: str) -> Iterator[Question]:
    """Yield the questions of one source file."""
    source = file.read_text(encoding="utf-8", errors="replace")
    try:
        tree = ast.parse(source)
    except SyntaxError:  # template files that packages ship with a .py suffix
        return
    yield from _of_body(tree, source.splitlines(), path, [])


def _of_body(node: ast.AST, lines: list[str], path: str, scope: list[str]) -> Iterator[Question]:
    """Yield the questions of the functions below ``node``."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef):
            yield from _of_body(child, lines, path, [*scope, child.name])
        elif isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            question = _question(child, lines, path, scope)
            if question:
                yield question


def _question(
    function: ast.FunctionDef | ast.AsyncFunctionDef,
    lines: list[str],
    path: str,
    scope: list[str],
) -> Question | None:
    """Return the question of one function, or None when its documentation or body is too short."""
    documentation = ast.get_docstring(function)
    if not documentation or len(function.body) < 2:
        return None
    sentence = first_sentence(documentation)
    docstring, body = function.body[0], function.body[1]
    start = min([function.lineno, *(d.lineno for d in function.decorator_list)])
    head = lines[start - 1 : docstring.lineno - 1]
    tail = lines[(docstring.end_lineno or docstring.lineno) : function.end_lineno]
    one_line_body = not head or body.lineno == docstring.end_lineno
    if one_line_body or not sentence:
        return None
    if len(head) + len(tail) < MIN_LINES:
        return None
    return Question(
        sentence=sentence,
        path=path,
        symbol=".".join([*scope, function.name]),
        kind="method" if scope else "function",
        signature=" ".join(" ".join(lines[function.lineno - 1 : docstring.lineno - 1]).split()),
        content="\n".join(head + tail),
    )
