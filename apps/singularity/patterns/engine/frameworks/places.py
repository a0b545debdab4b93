"""What a path says about the weight of what stands there."""

from __future__ import annotations

_ASIDE = frozenset(
    [
        "example",
        "examples",
        "sample",
        "samples",
        "demo",
        "demos",
        "fixture",
        "fixtures",
        "__fixtures__",
        "testdata",
        "test-data",
        "test_data",
        "vendor",
        "vendored",
        "_vendor",
        "third_party",
        "third-party",
        "thirdparty",
        "node_modules",
        "site-packages",
        "playground",
        "playgrounds",
        "boilerplate",
        "boilerplates",
    ]
)
_DOCS = frozenset(["doc", "docs", "documentation", "docs_src", "website", "site-docs"])
_TESTS = frozenset(
    ["test", "tests", "testing", "__tests__", "spec", "specs", "e2e", "androidtest", "integration"]
)
_TEST_NAMES = (".test.", ".spec.", "_test.", "_spec.", "_tests.")


def is_aside(path: str) -> bool:
    """Whether it lies with examples, fixtures or other people's code: no sign of what is used.

    So does everything in a template that others are to be generated from, as ``{{name}}/``.
    """
    folders = path.lower().split("/")[:-1]
    return any(folder in _ASIDE or "{{" in folder for folder in folders)


def is_documentation(path: str) -> bool:
    """Whether it lies in a folder for documentation."""
    return not _DOCS.isdisjoint(path.lower().split("/")[:-1])


def is_test(path: str) -> bool:
    """Whether it lies with tests or is named as one."""
    *folders, name = path.lower().split("/")
    named = name.startswith(("test_", "conftest.")) or any(mark in name for mark in _TEST_NAMES)
    return named or not _TESTS.isdisjoint(folders)
