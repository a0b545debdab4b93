"""The order of versions, pre-releases, and what a fresh installation takes."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.shared.packages.versions import (
    allows,
    is_prerelease,
    newest_allowed,
    version_key,
    versions_sorted,
)

# Semantic Versioning 2.0.0, section 11
SEMVER = """1.0.0-alpha 1.0.0-alpha.1 1.0.0-alpha.beta 1.0.0-beta 1.0.0-beta.2 1.0.0-beta.11
    1.0.0-rc.1 1.0.0 2.0.0 2.1.0 2.1.1 10.0.0"""
ORDERS = {
    "cargo": SEMVER,
    "hex": SEMVER,
    "npm": SEMVER,
    "golang": "v0.0.0-20240102030405-abcdefabcdef v0.1.0 v1.2.0 v1.10.0 v2.0.0+incompatible",
    # PEP 440, "Summary of permitted suffixes and relative ordering"
    "pypi": """1.0.dev456 1.0a1 1.0a2.dev456 1.0a12 1.0b1.dev456 1.0b2 1.0rc1 1.0
        1.0.post456.dev34 1.0.post456 1.0.15 1.1.dev1 1!0.1""",
    # Gem::Version, on the order of segments
    "gem": "0.9 1.0.a.2 1.0.b1 1.0 1.0.0.1 1.0.1 1.1.rc1 1.1 1.10",
    # Maven's POM reference, "Version Order Specification"
    "maven": "1-alpha-1 1-beta-1 1-milestone-1 1-rc-1 1-SNAPSHOT 1 1-sp 1-foo 1.0.1 1.1 2",
}


@pytest.mark.parametrize("ecosystem", ORDERS)
def test_versions_are_in_the_order_of_their_ecosystem(ecosystem: str) -> None:
    ordered = ORDERS[ecosystem].split()
    shuffled = random.Random(0).sample(ordered, len(ordered))
    assert versions_sorted(ecosystem, shuffled) == ordered


@pytest.mark.parametrize(
    ("ecosystem", "one", "other"),
    [
        ("pypi", "1.0", "1.0.0"),
        ("gem", "1", "1.0.0"),
        ("maven", "1.0-ga", "1"),
        ("cargo", "1.0.0+a", "1.0.0+b"),
        ("npm", "v1.2.3", "1.2.3"),
    ],
)
def test_versions_that_mean_the_same_are_equal(ecosystem: str, one: str, other: str) -> None:
    assert version_key(ecosystem, one) == version_key(ecosystem, other)


def test_what_cannot_be_read_comes_first_by_its_text() -> None:
    mixed = ["1.0", "2004d", "0.1", "2004-x"]
    assert versions_sorted("pypi", mixed) == ["2004-x", "2004d", "0.1", "1.0"]
    assert versions_sorted("npm", ["1.0.0", "latest", ""]) == ["", "latest", "1.0.0"]


@pytest.mark.parametrize(
    ("ecosystem", "version", "early"),
    [
        ("npm", "1.0.0-next.1", True),
        ("npm", "1.0.0", False),
        ("cargo", "1.0.0+build-rc", False),
        ("pypi", "1.0rc1", True),
        ("pypi", "1.0.dev1", True),
        ("pypi", "1.0.post1", False),
        ("gem", "5.0.0.beta1", True),
        ("gem", "5.0.0.1", False),
        ("maven", "4.0.0-M1", True),
        ("maven", "2.0-SNAPSHOT", True),
        ("maven", "31.1-jre", False),
        ("npm", "nonsense", False),
    ],
)
def test_a_prerelease_is_told_from_a_release(ecosystem: str, version: str, early: bool) -> None:
    assert is_prerelease(ecosystem, version) is early


def test_a_fresh_installation_takes_the_newest_that_all_requirements_allow() -> None:
    versions = ["1.0.0", "1.10.0", "1.9.0", "2.0.0-rc.1", "2.0.0"]
    assert newest_allowed("npm", ["^1.0.0"], versions) == "1.10.0"
    assert newest_allowed("npm", ["^1.0.0", "<1.10"], versions) == "1.9.0"
    assert newest_allowed("npm", [], versions) == "2.0.0"
    assert newest_allowed("npm", ["^3"], versions) == ""
    assert newest_allowed("npm", ["^1", "git+ssh://host/a"], versions) == ""


def test_python_takes_a_prerelease_where_there_is_nothing_else() -> None:
    assert newest_allowed("pypi", [">=1"], ["1.0", "2.0a1"]) == "1.0"
    assert newest_allowed("pypi", [">=2"], ["1.0", "2.0", "3.0a1"]) == "2.0"
    assert newest_allowed("pypi", [">=1"], ["1.5a1", "2.0a1"]) == "2.0a1"
    assert newest_allowed("npm", [">=1"], ["1.5.0-a", "2.0.0-a"]) == ""


def test_go_takes_the_oldest_that_all_requirements_allow() -> None:
    versions = ["v1.1.0", "v1.2.0", "v1.3.0"]
    assert newest_allowed("golang", ["v1.1.0", "v1.2.0"], versions) == "v1.2.0"


@given(
    st.sampled_from([*ORDERS, "nuget", "deb", "unheard-of"]),
    st.lists(st.text(alphabet="0123456789.-+abvrc*~^<>=| ,[]()!", max_size=16), max_size=6),
    st.text(alphabet="0123456789.-+abvrxXcor*~^<>=| ,[]()!&@", max_size=24),
)
def test_nothing_that_people_write_raises(
    ecosystem: str, versions: list[str], requirement: str
) -> None:
    ordered = versions_sorted(ecosystem, versions)
    assert sorted(ordered) == sorted(versions)
    newest = newest_allowed(ecosystem, [requirement], versions)
    assert not newest or newest in versions
    for version in versions:
        assert allows(ecosystem, requirement, version) in {True, False, None}
