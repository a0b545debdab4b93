"""Languages that a project is implemented in: what its latest version and its wheels tell.

Wheels for some platforms only have compiled code, whose language they do not say: they speak for
the compiled languages that classifiers and build tools name. Where none is named, a wheel for an
ABI of CPython counts for C, in which that ABI is written; a program in a wheel counts for nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from apps.centralcloud.package_sync.engine.implementation import (
    classifiers_implementation,
    implementations,
    registry_implementation,
    tools_implementation,
)
from apps.centralcloud.package_sync.engine.pypi.model import Described, File
from apps.centralcloud.package_sync.engine.pypi.needs import need_names
from apps.centralcloud.package_sync.engine.record import EvidenceKind, Implementation

COMPILED = frozenset(
    (
        "assembly",
        "c",
        "cpp",
        "cuda",
        "cython",
        "d",
        "fortran",
        "go",
        "haskell",
        "nim",
        "rust",
        "zig",
    )
)


def project_implementations(
    described: Described, files: Iterable[File], tools: Iterable[str]
) -> tuple[Implementation, ...]:
    """What the latest version tells; ``tools`` are those that its source is built with."""
    wheels = [file for file in files if file.compiled]
    needed = need_names(described.needs or ()) if wheels else ()
    told = implementations(
        classifiers_implementation(described.classifiers),
        tools_implementation("pypi", [*tools, *needed]),
    )
    return implementations(registry_implementation("pypi"), told, _native(wheels, told))


def language_untold(described: Described, files: Iterable[File]) -> bool:
    """Whether there is compiled code and nothing that says in which language."""
    told = classifiers_implementation(described.classifiers)
    return any(file.compiled for file in files) and not _compiled(told)


def _native(wheels: list[File], told: Iterable[Implementation]) -> Iterator[Implementation]:
    if not wheels:
        return
    tags = min(tag for file in wheels for tag in file.tags)
    bound = any("-none-" not in tag for file in wheels for tag in file.tags)
    for language in sorted(_compiled(told)) or (["c"] if bound else []):
        yield Implementation(language, EvidenceKind.NATIVE_CODE, f"wheels such as {tags}")


def _compiled(told: Iterable[Implementation]) -> set[str]:
    return {one.language for one in told} & COMPILED
