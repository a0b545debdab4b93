"""Documents in OSV schema: what they say, which versions they affect, what is wrong with others."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.centralcloud.package_sync.engine.osv import (
    AdvisoryRecord,
    Event,
    EventKind,
    OsvError,
    Range,
    advisory_parse,
    versions_affected,
)
from apps.centralcloud.package_sync.engine.osv.severity import severity_of
from apps.centralcloud.package_sync.services.advisories.grouping import groups_of
from apps.shared.packages.versions import version_key
from tests.common.factories.advisories import V31_HIGH, affected, below, document, events

LODASH = "pkg:npm/lodash"


def verdicts(
    versions: Sequence[str], *ranges: dict[str, Any], listed: Sequence[str] = (), purl: str = LODASH
) -> dict[str, str]:
    """Affected versions, each with what fixes it, through a whole document."""
    record = advisory_parse(document("X-1", affected(purl, *ranges, versions=listed)))
    (one,) = record.affected
    key = partial(version_key, purl[4:].partition("/")[0])
    found = versions_affected(versions, ranges=one.ranges, listed=one.listed, key=key)
    return {verdict.version: verdict.fixed for verdict in found}


# The schema's own examples.


def test_what_is_never_fixed_affects_every_version() -> None:
    assert verdicts(["0.0.1-alpha", "0.0.1", "9.9.9"], events(("introduced", "0"))) == {
        "0.0.1-alpha": "",
        "0.0.1": "",
        "9.9.9": "",
    }


def test_what_was_so_from_the_beginning_was_so_before_the_first_version_too() -> None:
    found = verdicts(["odd", "0.0.0-alpha", "1.0.0"], below("1.0.0"))
    assert found == {"odd": "1.0.0", "0.0.0-alpha": "1.0.0"}


def test_everything_before_the_fix_is_affected_and_the_fix_is_not() -> None:
    found = verdicts(["0.9.0", "1.0.1", "1.0.2-rc.1", "1.0.2", "1.0.3"], below("1.0.2"))
    assert found == {"0.9.0": "1.0.2", "1.0.1": "1.0.2", "1.0.2-rc.1": "1.0.2"}


MULTIPLE = events(
    ("introduced", "1.0.0"), ("fixed", "1.0.2"), ("introduced", "3.0.0"), ("fixed", "3.2.5")
)
OVER_BOTH = ["0.9.9", "1.0.0", "1.0.1", "1.0.2", "2.0.0", "3.0.0", "3.2.4", "3.2.5"]


def test_each_of_several_ranges_has_a_fix_of_its_own() -> None:
    expected = {"1.0.0": "1.0.2", "1.0.1": "1.0.2", "3.0.0": "3.2.5", "3.2.4": "3.2.5"}
    assert verdicts(OVER_BOTH, MULTIPLE) == expected


def test_events_count_by_their_versions_not_by_where_they_stand() -> None:
    turned = {**MULTIPLE, "events": MULTIPLE["events"][::-1]}
    assert verdicts(OVER_BOTH, turned) == verdicts(OVER_BOTH, MULTIPLE)


def test_the_last_affected_version_is_affected_and_the_fix_is_not() -> None:
    versions = ["2.1.213", "2.1.214", "2.1.215"]
    last = events(("introduced", "0"), ("last_affected", "2.1.214"), kind="ECOSYSTEM")
    assert verdicts(versions, last) == {"2.1.213": "", "2.1.214": ""}
    assert verdicts(versions, below("2.1.214")) == {"2.1.213": "2.1.214"}


def test_limits_bound_what_is_looked_at_and_a_star_is_none() -> None:
    versions = ["1.0.0", "2.0.0", "3.0.0"]
    assert list(verdicts(versions, events(("introduced", "0"), ("limit", "2.0.0")))) == ["1.0.0"]
    assert list(verdicts(versions, events(("introduced", "0"), ("limit", "*")))) == versions
    several = events(("introduced", "0"), ("limit", "2.0.0"), ("limit", "3.0.0"))
    assert list(verdicts(versions, several)) == ["1.0.0", "2.0.0"]


def test_listed_versions_are_affected_whatever_ranges_say() -> None:
    assert verdicts(["1.0.0", "2.0.0", "3.0.0"], below("1.5.0"), listed=["2.0.0"]) == {
        "1.0.0": "1.5.0",
        "2.0.0": "",
    }
    assert verdicts(["1.0", "1.1"], listed=["1.0.0"], purl="pkg:pypi/x") == {"1.0": ""}


def test_a_fix_that_another_range_affects_is_none() -> None:
    overlapping = (below("1.5.0"), events(("introduced", "1.0.0"), ("fixed", "2.0.0")))
    assert verdicts(["0.9.0", "1.2.0"], *overlapping) == {"0.9.0": "2.0.0", "1.2.0": "2.0.0"}


def test_commits_are_not_versions() -> None:
    git = {"type": "GIT", "repo": "https://git.invalid/x", "events": [{"introduced": "0"}]}
    assert verdicts(["1.0.0"], git) == {}


def test_versions_are_compared_as_their_ecosystem_does() -> None:
    python = events(("introduced", "0"), ("fixed", "1.10"), kind="ECOSYSTEM")
    assert verdicts(["1.9", "1.10rc1", "1.10", "1.10.post1"], python, purl="pkg:pypi/x") == {
        "1.9": "1.10",
        "1.10rc1": "1.10",
    }


POINTS = st.integers(0, 6).map(str)
EVENTS = st.lists(st.builds(Event, st.sampled_from(list(EventKind)), POINTS), max_size=6)


def swept(line: Sequence[Event], until: int) -> set[int]:
    """Walk from the beginning of time upwards, switching at each event: what is affected where."""
    limits = [int(one.version) for one in line if one.kind is EventKind.LIMIT]
    vulnerable, found = False, set()
    for one in line:  # before all versions
        vulnerable |= one.kind is EventKind.INTRODUCED and one.version == "0"
    for point in range(until):
        at = [one for one in line if int(one.version) == point]
        started = [one for one in at if one.kind is EventKind.INTRODUCED and point]
        here = vulnerable
        for one in at:
            if one in started:
                here = True
            elif one.kind is EventKind.FIXED:
                here = False
        if here and (not limits or point < max(limits)):
            found.add(point)
        for one in at:
            if one in started:
                vulnerable = True
            elif one.kind in (EventKind.FIXED, EventKind.LAST_AFFECTED):
                vulnerable = False
    return found


@given(lines=st.lists(EVENTS, max_size=3), listed=st.lists(POINTS, max_size=2))
def test_evaluation_agrees_with_a_walk_along_the_time_line(
    lines: list[list[Event]], listed: list[str]
) -> None:
    versions = [str(point) for point in range(8)]
    ranges = [Range("SEMVER", tuple(line)) for line in lines]
    found = versions_affected(versions, ranges=ranges, listed=listed, key=int)
    expected = {int(one) for one in listed}.union(*(swept(line, 8) for line in lines))
    assert {int(one.version) for one in found} == expected
    fixes = {int(one.version) for line in lines for one in line if one.kind is EventKind.FIXED}
    for one in found:
        above = [fix for fix in fixes - expected if fix > int(one.version)]
        assert one.fixed == (str(min(above)) if above else "")


# What a document says.


def test_a_document_is_read_with_all_that_is_kept() -> None:
    record = advisory_parse(
        document(
            "GHSA-1",
            affected("pkg:pypi/zope-interface", below("5.0")),
            modified="2026-05-01T12:00:00.123456789Z",
            withdrawn="2026-06-01T00:00:00Z",
            aliases=["CVE-1", "GHSA-1", "CVE-1", None, 7, "x" * 101],
            related=["CVE-2"],
            upstream=["CVE-3"],
            details="Long\0 text \ud800",
            references=[
                {"type": "WEB", "url": "https://example.org/1"},
                {"type": "WEB", "url": "javascript:alert(1)"},
                "odd",
            ],
        )
    )
    assert (record.id, record.aliases, record.related, record.upstream) == (
        "GHSA-1", ("CVE-1",), ("CVE-2",), ("CVE-3",),
    )  # fmt: skip
    assert record.modified.microsecond == 123456
    assert record.withdrawn is not None
    assert record.details == "Long text ?"
    assert record.references == (("WEB", "https://example.org/1"),)
    assert (record.severity, record.score, record.vector) == ("high", 7.5, V31_HIGH)
    assert record.affected[0].fixed == ("5.0",)


@pytest.mark.parametrize(
    ("ecosystem", "name", "purl", "expected"),
    [
        ("npm", "@babel/core", "", "pkg:npm/%40babel/core"),
        ("npm", "JSONStream", "", "pkg:npm/JSONStream"),
        ("PyPI", "Zope.Interface", "", "pkg:pypi/zope-interface"),
        ("crates\N{FULL STOP}io", "serde_json", "", "pkg:cargo/serde_json"),
        ("Hex", "phoenix", "", "pkg:hex/phoenix"),
        ("Maven", "org.x:y", "", "pkg:maven/org.x/y"),
        ("Go", "example.org/a/b", "", "pkg:golang/example.org/a/b"),
        ("Debian:12", "zlib", "pkg:deb/debian/zlib?arch=source", "pkg:deb/debian/zlib"),
        ("Maven:https://elsewhere.invalid", "org.x:y", "", None),
        ("Linux", "Kernel", "", None),
        ("Odd", "x", "no purl", None),
        ("Odd", "x", "pkg:npm/%40Babel/Core@7?a=b#c", "pkg:npm/%40Babel/Core"),
    ],
)
def test_packages_are_named_as_code_bases_declare_them(
    ecosystem: str, name: str, purl: str, expected: str | None
) -> None:
    entry = {"package": {"ecosystem": ecosystem, "name": name, "purl": purl}, "versions": ["1"]}
    record = advisory_parse(document("X-1", entry))
    assert [one.purl for one in record.affected] == ([expected] if expected else [])


def test_entries_of_one_package_are_put_together() -> None:
    record = advisory_parse(
        document("X-1", affected(LODASH, below("1.0.0")), affected(LODASH, versions=["3.0.0"]))
    )
    (one,) = record.affected
    assert (len(one.ranges), one.listed) == (1, ("3.0.0",))


def test_one_event_object_that_names_two_stands_for_both() -> None:
    old = {"type": "SEMVER", "events": [{"introduced": "1.0.0", "fixed": "1.0.2"}]}
    assert verdicts(["0.9.0", "1.0.1", "1.0.2"], old) == {"1.0.1": "1.0.2"}


def test_null_stands_for_an_empty_list_or_text() -> None:
    record = advisory_parse(
        {
            "id": "X-1",
            "modified": "2026-05-01T00:00:00Z",
            "aliases": None,
            "summary": None,
            "severity": None,
            "affected": [
                {"package": {"ecosystem": "npm", "name": "x"}, "ranges": None, "versions": None}
            ],
        }
    )
    assert (record.aliases, record.summary, record.severity) == ((), "", "")
    assert record.affected[0].purl == "pkg:npm/x"


# Base scores by the calculators of the specifications' publisher.
V2 = "AV:N/AC:L/Au:N/C:N/I:N/A:C"
V4 = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"


@pytest.mark.parametrize(
    ("given_", "words", "rating", "score"),
    [
        ([("CVSS_V2", V2)], [], "high", 7.8),
        ([("CVSS_V3", V31_HIGH)], [], "high", 7.5),
        ([("CVSS_V3", "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H")], [], "critical", 10.0),
        ([("CVSS_V4", V4)], [], "critical", 9.3),
        ([("CVSS_V2", V2), ("CVSS_V3", V31_HIGH), ("CVSS_V4", V4)], ["LOW"], "critical", 9.3),
        ([("CVSS_V3", "nonsense"), ("CVSS_V2", V2)], [], "high", 7.8),
        ([("CVSS_V3", "CVSS:3.1/AV:N")], ["MODERATE"], "medium", None),
        ([("Ubuntu", "high")], ["MODERATE", "CRITICAL", "odd"], "critical", None),
        ([], [], "", None),
    ],
)
def test_severity_is_the_newest_score_else_what_the_database_says(
    given_: list[tuple[str, str]], words: list[str], rating: str, score: float | None
) -> None:
    found = severity_of(given_, words)
    assert (found.rating, found.score) == (rating, score)


def wrong(**fields: Any) -> dict[str, Any]:
    return document("X-1", **fields)


def with_events(*given_: Any, kind: str = "SEMVER") -> dict[str, Any]:
    return document("X-1", affected(LODASH, {"type": kind, "events": list(given_)}))


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ([], "the document: Input should be a valid dictionary"),
        ({"modified": "2026-05-01T00:00:00Z"}, "id: Field required"),
        (wrong(id="x" * 101), "id: String should have at most 100 characters"),
        (wrong(modified=1_700_000_000), "modified: Value error, is not a time as RFC 3339"),
        (wrong(withdrawn="soon"), "withdrawn: Input should be a valid datetime"),
        (wrong(affected=7), "affected: Input should be a valid tuple"),
        (wrong(affected=[{"package": {"name": "x"}}]), "affected.0.package.ecosystem: Field"),
        (with_events({"fixed": "1"}), "affected.0.ranges.0.events: none says where it was"),
        (with_events({"odd": "1"}), "affected.0.ranges.0.events.0: names no event"),
        (with_events("1"), "affected.0.ranges.0.events.0: names no event"),
        (with_events({"introduced": 1}), "affected.0.ranges.0.events.0.introduced: is no version"),
        (with_events({"introduced": "0"}, kind="ODD"), "affected.0.ranges.0.type: there is no"),
        (wrong(affected=[affected(LODASH, versions=["1"]) | {"versions": [1]}]), "affected.0.vers"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(value: Any, reason: str) -> None:
    with pytest.raises(OsvError) as error:
        advisory_parse(value)
    assert str(error.value).startswith(reason)
    assert "\n" not in str(error.value)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
PARTS = st.sampled_from(
    ["id", "modified", "aliases", "severity", "affected", "references", "withdrawn", "published"]
)


@given(st.dictionaries(PARTS, JSON, max_size=4), JSON)
def test_whatever_comes_is_an_advisory_or_one_line(parts: dict[str, Any], odd: Any) -> None:
    whole = document("X-1", affected(LODASH, below("1.0.0")), **parts)
    inside = document("X-1", {**affected(LODASH), "ranges": [{"type": "SEMVER", "events": odd}]})
    for value in (odd, whole, inside):
        assert read_or_reason(value)


def read_or_reason(value: Any) -> bool:
    """Whether it is an advisory, or refused in one line."""
    try:
        return isinstance(advisory_parse(value), AdvisoryRecord)
    except OsvError as error:
        return "\n" not in str(error)


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.lists(st.sampled_from("abcdefghxyz"))))
def test_groups_are_the_connected_ids(aliases: dict[str, list[str]]) -> None:
    groups = groups_of(aliases)
    reached = {name: {name} for name in {*aliases, *(o for many in aliases.values() for o in many)}}
    for _ in reached:
        for name, others in aliases.items():
            for other in others:
                reached[name] = reached[other] = reached[name] | reached[other]
        reached = {
            name: set().union(*(reached[one] for one in known)) for name, known in reached.items()
        }
    assert groups == {name: min(reached[name]) for name in aliases}
