"""Languages that a crate is implemented in: Rust, and what its build script compiles or binds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from apps.centralcloud.package_sync.engine.cargo.model import Published, Release
from apps.centralcloud.package_sync.engine.implementation import (
    counted_implementation,
    implementations,
    registry_implementation,
    tools_implementation,
)
from apps.centralcloud.package_sync.engine.record import EvidenceKind, Implementation, Scope
from apps.shared.packages.names import full_name

_WRITING_RUST = ("proc-macro2", "quote", "syn")
"""What nearly every procedural macro is written with, and little else uses two of."""


def crate_implementations(
    name: str, latest: Release | None, published: Published | None
) -> tuple[Implementation, ...]:
    """What the latest version tells, with the API's facts where there are some."""
    return implementations(
        registry_implementation("cargo"),
        _bound(name, latest),
        _built(latest),
        _kind(latest, published),
        counted_implementation(published.lines) if published else (),
    )


def _bound(name: str, latest: Release | None) -> Iterator[Implementation]:
    """Crates named ``-sys`` bind a native library; ``links`` names it (The Cargo Book)."""
    if name.endswith(("-sys", "_sys")):
        yield Implementation("c", EvidenceKind.NATIVE_CODE, f"named {name}")
    if latest and latest.links:
        yield Implementation("c", EvidenceKind.NATIVE_CODE, f'links = "{latest.links}"')


def _built(latest: Release | None) -> tuple[Implementation, ...]:
    return tools_implementation("cargo", _needed(latest, Scope.BUILD))


def _kind(latest: Release | None, published: Published | None) -> Iterator[Implementation]:
    needed = set(_needed(latest, Scope.RUNTIME))
    writing = [name for name in _WRITING_RUST if name in needed]
    if len(writing) > 1:
        detail = f"procedural macro, by {', '.join(writing)}"
        yield Implementation("rust", EvidenceKind.CRATE_KIND, detail)
    if published and published.library:
        yield Implementation("rust", EvidenceKind.CRATE_KIND, "library")
    for program in published.programs[:10] if published else ():
        yield Implementation("rust", EvidenceKind.CRATE_KIND, f"program {program}")


def _needed(latest: Release | None, scope: Scope) -> Iterable[str]:
    needs = (latest.needs if latest else None) or ()
    return (full_name(need.purl) for need in needs if need.scope is scope)
