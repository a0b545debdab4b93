"""go.mod."""

import re

from apps.singularity.ingestion.engine.manifests.model import Notes

_REQUIRE = re.compile(r'^"?([^\s"]+)"?\s+(v[^\s]+)$')


def parse_go_mod(text: str, notes: Notes) -> None:
    """The `require` directives; what a comment calls indirect has that scope."""
    block = ""
    for number, raw in enumerate(text.split("\n"), 1):
        code, _, comment = raw.partition("//")
        line = code.strip()
        if block:
            block, line = ("", "") if line == ")" else (block, f"{block} {line}")
        elif opening := re.fullmatch(r"(\w+)\s*\(", line):
            block, line = opening[1], ""
        if line.startswith("require "):
            _require(notes, line.removeprefix("require ").strip(), comment, number)


def _require(notes: Notes, line: str, comment: str, number: int) -> None:
    required = _REQUIRE.match(line)
    if required:
        scope = "indirect" if comment.strip().startswith("indirect") else "runtime"
        notes.declare(("golang", required[1]), required[2], scope=scope, line=number)
    elif line:
        notes.problems.append(f"line {number} is no requirement: {line[:80]!r}")
