"""Languages that a package is implemented in, from the manifest of its latest version.

Packages for one platform each under ``optionalDependencies`` tell of compiled code but not of its
language; only napi-rs names them after the ABI of a Rust target (its documentation, "package.json
fields"). wasm-bindgen ends the name of what it makes in ``_bg.wasm`` (its guide).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from apps.centralcloud.package_sync.engine.implementation import (
    implementations,
    registry_implementation,
    tools_implementation,
)
from apps.centralcloud.package_sync.engine.npm.authored import keywords_of, table_of, text_of
from apps.centralcloud.package_sync.engine.npm.needs import names_of
from apps.centralcloud.package_sync.engine.reading import Part, clean
from apps.centralcloud.package_sync.engine.record import EvidenceKind, Implementation

_DEPENDENCIES = ("dependencies", "optionalDependencies", "devDependencies")
_INSTALLING = ("preinstall", "install", "postinstall")
_WORD = re.compile(r"[@\w./-]+")
_PLATFORM = re.compile(
    r".*[-/](?:android|darwin|freebsd|linux|win32|windows)-(?:arm|arm64|ia32|ppc64|riscv64|x64)"
    r"(?:-[a-z]+)?"
)
_RUST_ABI = re.compile(r".*[-/](?:linux-(?:x64|arm64)-gnu|win32-(?:x64|arm64)-msvc)")
_BOUND = re.compile(r"[^/]*_bg\.(?:wasm|js)")
_COMPILED = {"rust": "rust", "c++": "cpp", "cpp": "cpp", "golang": "go", "zig": "zig"}
"""Keywords that can mean nothing but a language, where compiled code is there."""


def package_implementations(manifest: Part) -> tuple[Implementation, ...]:
    """What a manifest tells, with what says so."""
    return implementations(
        registry_implementation("npm"),
        tools_implementation("npm", names_of(manifest, *_DEPENDENCIES)),
        tools_implementation("npm", _installers(manifest), EvidenceKind.NATIVE_CODE),
        _typed(manifest),
        _compiled(manifest),
        _worded(manifest),
    )


def _installers(manifest: Part) -> Iterator[str]:
    """Programs that are run when the package is installed."""
    scripts = table_of(manifest, "scripts")
    for key in _INSTALLING:
        line = scripts.get(key)
        yield from _WORD.findall(line) if isinstance(line, str) else ()


def _typed(manifest: Part) -> Iterator[Implementation]:
    for key in ("types", "typings"):
        if path := text_of(manifest, key, 200):
            yield Implementation("typescript", EvidenceKind.BUILD_SYSTEM, f"{key}: {path}")


def _compiled(manifest: Part) -> Iterator[Implementation]:
    native = EvidenceKind.NATIVE_CODE
    if manifest.value.get("gypfile") is True:
        yield Implementation("cpp", native, "gypfile")
    if module := table_of(manifest, "binary").get("module_name"):
        yield Implementation("cpp", native, f"binary: {clean(str(module), 200)}")
    for key in ("napi", "neon"):
        if table_of(manifest, key):
            yield Implementation("rust", EvidenceKind.BUILD_SYSTEM, key)
    for name in _platforms(manifest):
        if _RUST_ABI.fullmatch(name):
            yield Implementation("rust", native, name)
    for path in _files(manifest):
        if _BOUND.fullmatch(path):
            yield Implementation("rust", native, path)


def _worded(manifest: Part) -> Iterator[Implementation]:
    """Keywords, where something compiled is shipped; elsewhere they may say what it is for."""
    if not _ships_compiled(manifest):
        return
    for word in keywords_of(manifest):
        if language := _COMPILED.get(word.lower()):
            yield Implementation(language, EvidenceKind.KEYWORD, word)


def _ships_compiled(manifest: Part) -> bool:
    flags = (manifest.value.get("gypfile"), manifest.value.get("hasInstallScript"))
    limited = any(isinstance(manifest.value.get(key), list) for key in ("os", "cpu"))
    wasm = any(path.endswith(".wasm") for path in _files(manifest))
    return True in flags or limited or wasm or any(_platforms(manifest))


def _platforms(manifest: Part) -> Iterable[str]:
    names = names_of(manifest, "optionalDependencies")
    return (name for name in names if _PLATFORM.fullmatch(name))


def _files(manifest: Part) -> Iterator[str]:
    """Last parts of the paths that the manifest names."""
    listed = manifest.value.get("files")
    for path in listed if isinstance(listed, list) else ():
        if isinstance(path, str):
            yield clean(path, 200).rpartition("/")[2]
    for key in ("main", "module", "browser"):
        yield text_of(manifest, key, 200).rpartition("/")[2]
