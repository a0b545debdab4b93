"""A requirement that only one version meets says which a code base has."""

from __future__ import annotations

import pytest

from apps.shared.packages.versions import allows, exact_version

EXACT = [
    ("pypi", "==4.2.1", "4.2.1"),
    ("pypi", "=== 4.2.1", "4.2.1"),
    ("pypi", "==1!2.0rc1", "1!2.0rc1"),
    ("npm", "1.3.0", "1.3.0"),
    ("npm", "=1.3.0-beta.1", "1.3.0-beta.1"),
    ("npm", "v1.3.0", "1.3.0"),
    ("cargo", "=1.2.3", "1.2.3"),
    ("hex", "1.2.3", "1.2.3"),
    ("hex", "== 1.2.3", "1.2.3"),
    ("gem", "= 7.1.0", "7.1.0"),
    ("composer", "1.2.3", "1.2.3"),
    ("maven", "[1.5]", "1.5"),
]
OPEN = [
    *(("pypi", one) for one in ("==4.2.*", ">=4.2", "==4.2,==4.2.1", "~=4.2", "", "4.2.1")),
    *(("npm", one) for one in ("^1.3.0", "1.3", "1.x", "1.3.0 - 2.0.0", "latest", "*")),
    *(("cargo", one) for one in ("1.2.3", "^1.2.3", "=1.2", "=1.2.3, <2")),
    *(("hex", one) for one in ("~> 1.2.3", "1.2", ">= 1.2.3 and < 2.0.0")),
    *(("maven", one) for one in ("1.5", "[1.5,1.6]", "(,1.0]")),
    ("unknown", "1.2.3"),
]


@pytest.mark.parametrize(("ecosystem", "requirement", "version"), EXACT)
def test_the_one_version_is_named(ecosystem: str, requirement: str, version: str) -> None:
    assert exact_version(ecosystem, requirement) == version
    assert allows(ecosystem, requirement, version)


@pytest.mark.parametrize(("ecosystem", "requirement"), OPEN)
def test_a_requirement_that_others_meet_names_none(ecosystem: str, requirement: str) -> None:
    assert exact_version(ecosystem, requirement) == ""
