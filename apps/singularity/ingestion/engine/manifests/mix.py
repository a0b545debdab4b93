"""mix.exs, read with the Elixir grammar and never run, and mix.lock."""

import re
from functools import lru_cache

from tree_sitter import Node, Parser
from tree_sitter_language_pack import get_parser

from apps.singularity.ingestion.engine.manifests.model import Notes

_LOCKED = re.compile(
    r'^[ \t]*"([^"]+)":\s*\{:(hex|git),\s*:?"?([^",]+)"?,\s*"([^"]*)"', re.MULTILINE
)
_ONLY = re.compile(r"\bonly:\s*(\[[^\]]*\]|:\w+)")


@lru_cache(maxsize=1)
def _parser() -> Parser:
    return get_parser("elixir")


def parse_mix_exs(text: str, notes: Notes) -> None:
    """The tuples `{:name, "requirement", options}` in functions named deps."""
    root = _parser().parse(text.encode("utf-8", "replace")).root_node
    if root.has_error:
        notes.problems.append("mix.exs has syntax errors")
    pending = [(root, False)]
    while pending:
        node, inside = pending.pop()
        inside = inside or _defines_deps(node)
        if inside and node.type == "tuple":
            _dependency(notes, node)
        else:
            pending += [(child, inside) for child in reversed(node.named_children)]


def _defines_deps(node: Node) -> bool:
    return node.type == "call" and bool(re.match(r"defp?\s+\w*deps\b", _text(node)[:80]))


def _dependency(notes: Notes, node: Node) -> None:
    parts = node.named_children
    if not parts or parts[0].type != "atom":
        return
    name = _text(parts[0]).lstrip(":").strip('"')
    plain = len(parts) > 1 and parts[1].type == "string"
    options = " ".join(_text(part) for part in parts[1:] if part.type != "string")
    origin = re.search(r'\b(?:git|github|path):\s*"([^"]*)"', options)
    requirement = _text(parts[1])[1:-1] if plain else (origin[1] if origin else "")
    line = node.start_point[0] + 1
    notes.declare(("hex", name), requirement, scope=_scope(options), line=line)


def _scope(options: str) -> str:
    if re.search(r"\boptional:\s*true", options):
        return "optional"
    only = _ONLY.search(options)
    if not only or ":prod" in only[1]:
        return "runtime"
    return "dev" if ":dev" in only[1] else "test" if ":test" in only[1] else "runtime"


def _text(node: Node) -> str:
    return (node.text or b"").decode("utf-8", "replace")


def parse_mix_lock(text: str, notes: Notes) -> None:
    """Versions from Hex, and commits from git."""
    for entry in _LOCKED.finditer(text):
        key, source, package, version = entry.groups()
        name = package if source == "hex" else key
        line = text.count("\n", 0, entry.start(1)) + 1
        notes.declare(("hex", name), version, version=version, line=line)
    if text.strip() and not text.lstrip().startswith("%{"):
        notes.problems.append("mix.lock is not a map")
