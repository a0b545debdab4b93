"""What says that a package is implemented in a language."""

from __future__ import annotations

import pytest

from apps.centralcloud.package_sync.engine.implementation import (
    classifiers_implementation,
    counted_implementation,
    implementations,
    registry_implementation,
    tool_language,
    tools_implementation,
)
from apps.centralcloud.package_sync.engine.record import EvidenceKind, Implementation


@pytest.mark.parametrize(
    ("ecosystem", "tool", "language"),
    [
        ("pypi", "maturin", "rust"),
        ("pypi", "setuptools-rust", "rust"),
        ("pypi", "pybind11", "cpp"),
        ("pypi", "cython", "cython"),
        ("pypi", "setuptools", ""),
        ("npm", "@napi-rs/cli", "rust"),
        ("npm", "node-gyp-build", "cpp"),
        ("npm", "typescript", "typescript"),
        ("cargo", "cc", "c"),
        ("cargo", "cxx-build", "cpp"),
        ("hex", "rustler_precompiled", "rust"),
        ("hex", "zigler", "zig"),
        ("hex", "gleam", "gleam"),
        ("gem", "cc", ""),
    ],
)
def test_a_tool_tells_the_language(ecosystem: str, tool: str, language: str) -> None:
    assert tool_language(ecosystem, tool) == language


def test_tools_are_named_once_as_evidence() -> None:
    found = tools_implementation("pypi", ["maturin", "wheel", "maturin"])
    assert found == (Implementation("rust", EvidenceKind.BUILD_SYSTEM, "maturin"),)


def test_classifiers_name_languages_and_not_versions_of_python() -> None:
    found = classifiers_implementation(
        [
            "Programming Language :: Rust",
            "Programming Language :: Python :: 3.12",
            "Programming Language :: Python :: Implementation :: CPython",
            "Programming Language :: C++",
            "Topic :: Software Development :: C",
            "C",
        ]
    )
    assert [(one.language, one.detail) for one in found] == [
        ("rust", "Programming Language :: Rust"),
        ("cpp", "Programming Language :: C++"),
    ]
    assert {one.evidence for one in found} == {EvidenceKind.CLASSIFIER}


def test_a_registry_speaks_for_its_language() -> None:
    assert registry_implementation("cargo") == (
        Implementation("rust", EvidenceKind.REGISTRY, "cargo"),
    )
    assert registry_implementation("hex") == ()


def test_only_compiled_languages_count_by_their_lines() -> None:
    found = counted_implementation({"Rust": 900, "C": 10, "C Header": 0, "Markdown": 5, "C++": 1})
    assert [(one.language, one.detail) for one in found] == [
        ("c", "files of C"),
        ("cpp", "files of C++"),
    ]


def test_evidence_is_listed_once_and_in_one_order() -> None:
    rust = registry_implementation("cargo")
    c = tools_implementation("cargo", ["cc"])
    assert implementations(rust, c, rust) == implementations(c, rust) == (*c, *rust)
