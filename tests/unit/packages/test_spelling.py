"""What ecosystems and languages are called by people."""

from __future__ import annotations

import pytest

from apps.shared.packages.spelling import NAMED, ecosystem_named, language_named, none_such


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("C++", "cpp"),
        ("cpp", "cpp"),
        ("C#", "csharp"),
        ("js", "javascript"),
        ("TS", "typescript"),
        ("Golang", "go"),
        (" Rust ", "rust"),
        ("COBOL", "cobol"),
        ("", ""),
    ],
)
def test_a_language_goes_by_one_name(written: str, name: str) -> None:
    assert language_named(written) == name


@pytest.mark.parametrize(
    ("written", "name"), [("PyPI", "pypi"), ("Go", "golang"), ("golang", "golang"), ("gem", "gem")]
)
def test_an_ecosystem_goes_by_the_type_of_its_purls(written: str, name: str) -> None:
    assert ecosystem_named(written) == name


def test_who_asks_by_another_name_hears_of_those_there_are() -> None:
    said = none_such("ecosystem", "gem", ["npm", "pypi"])
    assert said == "There is no ecosystem gem; there are: npm, pypi."
    assert none_such("language", "zig", []) == "There is no language zig; there are: none yet."
    many = none_such("instance", "x", [f"i{number}" for number in range(NAMED + 1)])
    assert many.endswith("i11 ....")
