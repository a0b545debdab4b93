"""Indicators that look into the code: imports, types, functions, calls."""

from __future__ import annotations

import re

import msgspec

from apps.singularity.patterns.engine.architecture.detection.evidence import (
    Evidence,
    compiled,
    matching,
)

_LAST = re.compile(r"[\w$]+(?=[^\w$]*$)")


class Imports(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Files that import one of ``modules``, or a member or submodule of it; at least ``min``."""

    modules: tuple[str, ...]
    min: int = 1

    def places(self, evidence: Evidence) -> list[str] | None:
        """The files, None if not met."""
        prefixes = re.compile("|".join(f"(?:{_prefix(module)})" for module in self.modules))
        found = {
            path
            for name, paths in evidence.imported.items()
            if prefixes.match(name)
            for path in paths
        }
        return sorted(found) if len(found) >= self.min else None


def _prefix(module: str) -> str:
    return rf"{re.escape(module).replace(chr(92) + '*', '.*')}(?![\w-])"


class Types(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Types by name (``*Repository``), by base, by kind; all that are given must hold."""

    names: tuple[str, ...] = ()
    bases: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    min: int = 1
    files: int = 1

    def places(self, evidence: Evidence) -> list[str] | None:
        """The files that hold them, None if there are fewer than ``min`` or in fewer files."""
        name, base = compiled("|".join(self.names)), compiled("|".join(self.bases))
        found = [
            path
            for path, type_ in evidence.types
            if (not self.names or name.fullmatch(_last(type_.symbol)))
            and (not self.kinds or type_.kind in self.kinds)
            and (not self.bases or any(_matches(base, written) for written in type_.bases))
        ]
        is_met = len(found) >= self.min and len(set(found)) >= self.files
        return sorted(set(found)) if is_met else None


def _matches(pattern: re.Pattern[str], written: str) -> bool:
    """A base matches with its qualified name or with the last part of it."""
    return bool(pattern.fullmatch(written) or pattern.fullmatch(_last(written)))


def _last(symbol: str) -> str:
    found = _LAST.search(symbol.partition("<")[0].partition("[")[0])
    return found[0] if found else symbol


class Functions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Functions by name, or functions and types by decorator; at least ``min``."""

    names: tuple[str, ...] = ()
    decorators: tuple[str, ...] = ()
    min: int = 1

    def places(self, evidence: Evidence) -> list[str] | None:
        """The files that hold them, None if not met."""
        found: list[str] = []
        if self.names:
            name = compiled("|".join(self.names))
            found += [path for path, f in evidence.functions if name.fullmatch(_last(f.symbol))]
        for decorator in self.decorators:
            found += matching(evidence.decorators, decorator)
        return sorted(set(found)) if len(found) >= self.min else None


class Calls(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Functions that call one of ``names`` (qualified, with ``*``); at least ``min``."""

    names: tuple[str, ...]
    min: int = 1

    def places(self, evidence: Evidence) -> list[str] | None:
        """The files that hold them, None if not met."""
        found = [path for name in self.names for path in matching(evidence.calls, name)]
        return sorted(set(found)) if len(found) >= self.min else None


class EntryPoints(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Files with an entry point (``main``), from ``min`` to ``max``."""

    min: int = 1
    max: int | None = None

    def places(self, evidence: Evidence) -> list[str] | None:
        """The files, None if not met."""
        found = [file.path for file in evidence.files if file.entry_line is not None]
        most = len(found) if self.max is None else self.max
        return found if self.min <= len(found) <= most else None


class Languages(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Languages that have at least ``share`` (0 to 1) of all lines together."""

    names: tuple[str, ...]
    share: float = 0.01

    def places(self, evidence: Evidence) -> list[str] | None:
        """The files, None if not met."""
        found = [file for file in evidence.files if file.language in self.names]
        whole = sum(file.lines for file in evidence.files)
        is_met = found and sum(file.lines for file in found) >= self.share * whole
        return [file.path for file in found] if is_met else None
