"""How modules are imported."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from apps.singularity.patterns.engine.conventions.tally import Tally
from apps.singularity.patterns.engine.facts import Import, NameFacts

_RELATIVE = (".", "crate::", "self::", "super::", '"')
_MEMBERS = frozenset({"python", "javascript", "typescript", "tsx"})
_RELATIVES = _MEMBERS | {"rust"}


def measure_imports(tally: Tally, source: bytes, *, language: str, names: NameFacts) -> None:
    """Count what imports name, where they stand, and whether they are in order."""
    imports = [one for one in names.imports if one.module != "__future__"]
    if language in _RELATIVES:
        for one in imports:
            relative = one.module.startswith(_RELATIVE)
            tally.at_line("import targets", "relative" if relative else "absolute", one.line)
    if language in _MEMBERS:
        for one in imports:
            tally.at_line("import members", _taken(one), one.line)
    if language == "python":
        for one in imports:
            tally.at_line("import placement", _PLACES[one.deferred], one.line)
        _measure_order(tally, source, [one for one in imports if not one.deferred])


_PLACES = {False: "at the top of the file", True: "inside functions"}


def _taken(one: Import) -> str:
    if not one.names:
        return "whole modules"
    return "everything (*)" if "*" in one.names else "members"


def _measure_order(tally: Tally, source: bytes, imports: Sequence[Import]) -> None:
    """Whether the modules of each block of imports without a blank line are in order."""
    lines = source.split(b"\n", imports[-1].line) if imports else []
    for before, after in pairwise(imports):
        between = lines[before.line - 1 : after.line - 1]
        kind = bool(before.names) == bool(after.names)
        if after.line == before.line or not kind or not all(map(bytes.strip, between)):
            continue
        in_order = before.module.lower() <= after.module.lower()
        tally.at_line("import order", "in order" if in_order else "out of order", after.line)
