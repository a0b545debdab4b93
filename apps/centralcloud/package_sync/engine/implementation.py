"""Which language a package is implemented in, from what its registry says of it.

Where each fact comes from: a registry is that of the language whose package manager it belongs to.
Trove classifiers ("Programming Language :: Rust") are those of the list that PyPI accepts. The
other tables name tools and libraries by what their own documentation says they compile or bind:
PEP 517 backends and build requirements, npm's install-time tools, crates of build scripts
(The Cargo Book, "Build Scripts"), compilers of mix and rebar3. A tool that only fetches compiled
code counts for the language it was made for (``rustler_precompiled``), since that is what runs.
What a tool builds of several languages without saying which (meson, cmake) counts for C, in which
its parts meet.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from apps.centralcloud.package_sync.engine.record import EvidenceKind, Implementation

REGISTRIES: Mapping[str, str] = {
    "cargo": "rust",
    "npm": "javascript",
    "pypi": "python",
}
"""hex is the registry of three languages; there the build tools tell which."""

_TOOLS: Mapping[str, Mapping[str, str]] = {
    "pypi": {
        "c": "cffi meson meson-python mypy scikit-build scikit-build-core cmake"
        " py-build-cmake setuptools-cffi",
        "cpp": "pybind11 nanobind cppyy swig",
        "cython": "cython cython3 hatch-cython",
        "go": "setuptools-golang gopy",
        "rust": "maturin setuptools-rust puccinialin",
        "zig": "ziglang setuptools-zig",
    },
    "npm": {
        "assemblyscript": "assemblyscript",
        "cpp": "bindings cmake-js nan node-addon-api node-gyp node-gyp-build node-pre-gyp"
        " @mapbox/node-pre-gyp pkg-prebuilds prebuild prebuild-install prebuildify",
        "coffeescript": "coffeescript coffee-script",
        "rust": "@napi-rs/cli napi-postinstall neon-cli @neon-rs/cli @neon-rs/load"
        " cargo-cp-artifact wasm-pack @wasm-tool/wasm-pack-plugin",
        "typescript": "typescript",
    },
    "cargo": {
        "assembly": "nasm-rs",
        "c": "autotools bindgen cc cmake gcc meson pkg-config system-deps vcpkg",
        "cpp": "autocxx-build cpp_build cxx-build cxx-qt-build",
    },
    "hex": {
        "c": "elixir_make cc_precompiler bundlex unifex",
        "cpp": "fine",
        "elixir": "mix",
        "erlang": "make rebar rebar3 erlang.mk",
        "gleam": "gleam",
        "rust": "rustler rustler_precompiled",
        "zig": "zigler zigler_precompiled",
    },
}

_CLASSIFIED: Mapping[str, str] = {
    "Assembly": "assembly",
    "C": "c",
    "C#": "csharp",
    "C++": "cpp",
    "Cython": "cython",
    "D": "d",
    "Erlang": "erlang",
    "Fortran": "fortran",
    "Go": "go",
    "Haskell": "haskell",
    "Java": "java",
    "JavaScript": "javascript",
    "Julia": "julia",
    "Kotlin": "kotlin",
    "Lua": "lua",
    "Nim": "nim",
    "OCaml": "ocaml",
    "Objective C": "objc",
    "PHP": "php",
    "Perl": "perl",
    "Python": "python",
    "R": "r",
    "Ruby": "ruby",
    "Rust": "rust",
    "Scala": "scala",
    "Swift": "swift",
    "TypeScript": "typescript",
    "Zig": "zig",
}
_CLASSIFIER = "Programming Language :: "
_COUNTED: Mapping[str, str] = {
    "Assembly": "assembly",
    "C": "c",
    "C Header": "c",
    "C++": "cpp",
    "C++ Header": "cpp",
    "CUDA": "cuda",
    "FORTRAN Modern": "fortran",
    "Go": "go",
    "Objective-C": "objc",
    "Objective-C++": "objc",
    "Swift": "swift",
    "Zig": "zig",
}
"""Compiled languages by the names that tokei, which crates are counted with, gives them."""

_OF_TOOL: Mapping[str, Mapping[str, str]] = {
    ecosystem: {tool: language for language, names in tools.items() for tool in names.split()}
    for ecosystem, tools in _TOOLS.items()
}


def registry_implementation(ecosystem: str) -> tuple[Implementation, ...]:
    """The language that a registry belongs to; nothing where it belongs to several."""
    language = REGISTRIES.get(ecosystem)
    if language is None:
        return ()
    return (Implementation(language, EvidenceKind.REGISTRY, ecosystem),)


def tool_language(ecosystem: str, name: str) -> str:
    """The language that a tool or a library builds or binds; empty if it is none of these."""
    return _OF_TOOL.get(ecosystem, {}).get(name, "")


def tools_implementation(
    ecosystem: str,
    names: Iterable[str],
    evidence: EvidenceKind = EvidenceKind.BUILD_SYSTEM,
) -> tuple[Implementation, ...]:
    """The languages of the tools among ``names``, each tool named once as the detail."""
    found = {name: language for name in names if (language := tool_language(ecosystem, name))}
    return tuple(Implementation(language, evidence, name) for name, language in found.items())


def classifiers_implementation(classifiers: Iterable[str]) -> tuple[Implementation, ...]:
    """The languages that trove classifiers name; versions and implementations of Python do not.

    "Programming Language :: Python :: 3.12" says for which Python a package is, not more.
    """
    found: dict[str, str] = {}
    for classifier in classifiers:
        language = _CLASSIFIED.get(classifier.strip().removeprefix(_CLASSIFIER), "")
        if language and classifier.strip().startswith(_CLASSIFIER):
            found.setdefault(language, classifier.strip())
    return tuple(
        Implementation(language, EvidenceKind.CLASSIFIER, detail)
        for language, detail in found.items()
    )


def counted_implementation(lines: Mapping[str, int]) -> tuple[Implementation, ...]:
    """Compiled languages whose code is in the package, by lines of each as a registry counted."""
    return tuple(
        Implementation(language, EvidenceKind.NATIVE_CODE, f"files of {name}")
        for name, language in _COUNTED.items()
        if lines.get(name, 0) > 0
    )


def implementations(*found: Iterable[Implementation]) -> tuple[Implementation, ...]:
    """All pieces of evidence, each once, by language; an order that tells nothing new."""
    return tuple(sorted({one for some in found for one in some}, key=_order))


def _order(one: Implementation) -> tuple[str, str, str]:
    return one.language, one.evidence.value, one.detail
