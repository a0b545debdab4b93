"""Cargo.toml and Cargo.lock."""

import re
import tomllib

from apps.singularity.ingestion.engine.manifests.model import Notes, line_after
from apps.singularity.ingestion.engine.manifests.pyproject import packages_of

_SECTIONS = {"dependencies": "runtime", "dev-dependencies": "dev", "build-dependencies": "build"}


def parse_cargo_toml(text: str, notes: Notes) -> None:
    """Dependencies of the package, of each target, and those of the work-space."""
    data = tomllib.loads(text)
    workspace = notes.table(data.get("workspace"), "workspace")
    shared = notes.table(workspace.get("dependencies"), "workspace.dependencies")
    _section(text, notes, shared, {}, "workspace")
    targets = notes.table(data.get("target"), "target").items()
    for holder in (data, *(notes.table(table, f"target {name}") for name, table in targets)):
        for section, scope in _SECTIONS.items():
            _section(text, notes, notes.table(holder.get(section), section), shared, scope)


def parse_cargo_lock(text: str, notes: Notes) -> None:
    """All versions in Cargo.lock but the work-space's own."""
    packages_of(text, notes, "cargo")


def _section(
    text: str, notes: Notes, table: dict[str, object], shared: dict[str, object], scope: str
) -> None:
    for name, value in table.items():
        entry = _entry(value)
        inherited = _entry(shared.get(name)) if entry.get("workspace") is True else {}
        merged = inherited | entry
        origin = next((merged[key] for key in ("version", "git", "path") if key in merged), "")
        real = merged.get("package")
        optional = "optional" if merged.get("optional") is True else scope
        header = r"dependencies" if scope != "workspace" else r"workspace\.dependencies"
        line = line_after(text, header, rf"^[ \t]*[\"']?{re.escape(name)}[\"']?\s*[=.]")
        package = real if isinstance(real, str) else name
        notes.declare(("cargo", package), origin, scope=optional, line=line)


def _entry(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {"version": value}
