"""Advisories are stored once, the latest holds, and versions are matched to them."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from apps.centralcloud.package_sync.engine.record import PackageRecord, VersionRecord
from apps.centralcloud.package_sync.models import Advisory, Affected, AffectedVersion, Package
from apps.centralcloud.package_sync.services.advisories import (
    Imported,
    advisories_import,
    affected_match,
    affected_match_all,
)
from apps.centralcloud.package_sync.services.storing.package import package_store
from apps.shared.knowledge_cache.models import Source
from tests.common.factories.advisories import affected, below, document, package, versions_add

pytestmark = pytest.mark.django_db
LODASH = "pkg:npm/lodash"


def read(*documents: dict[str, Any], source: str = "npm/all.zip") -> Imported:
    imported = advisories_import(documents=documents, source=source)
    affected_match_all()
    return imported


def handed_out(*documents: dict[str, Any]) -> Imported:
    """What a registry hands out with a package."""
    imported = advisories_import(documents=documents, source="the npm registry", by_registry=True)
    affected_match_all()
    return imported


def matches(purl: str = LODASH) -> dict[str, str]:
    rows = AffectedVersion.objects.filter(version__package__purl=purl)
    return dict(rows.values_list("version__version", "fixed"))


def revision() -> int:
    return Source.objects.filter(name="advisories").values_list("revision", flat=True).first() or 0


def test_versions_of_a_known_package_are_matched_with_the_version_that_fixes_them() -> None:
    package(LODASH, "4.17.20", "4.17.21", "4.18.0")
    assert read(document("GHSA-1", affected(LODASH, below("4.17.21")))).new == 1
    assert matches() == {"4.17.20": "4.17.21"}
    kept = Advisory.objects.get()
    assert (kept.severity, kept.score, kept.source) == ("high", 7.5, "npm/all.zip")
    assert Affected.objects.get().fixed == ["4.17.21"]


def test_the_same_documents_again_change_nothing_and_no_answer_is_thrown_away() -> None:
    package(LODASH, "4.17.20")
    one = document("GHSA-1", affected(LODASH, below("4.17.21")))
    read(one)
    before = revision()
    again = read(one, one)
    assert (again.new, again.changed, again.unchanged) == (0, 0, 2)
    assert revision() == before


def test_a_new_version_of_a_package_is_matched_when_it_is_stored() -> None:
    row = package(LODASH, "4.17.19")
    read(document("GHSA-1", affected(LODASH, below("4.17.21"))))
    assert affected_match(package=row) == 0
    versions_add(row, "4.17.20", "4.17.21")
    assert affected_match(package=row) == 1
    assert matches() == {"4.17.19": "4.17.21", "4.17.20": "4.17.21"}


def test_advisories_of_packages_that_nobody_has_wait_for_them() -> None:
    read(document("GHSA-1", affected(LODASH, below("4.17.21"))))
    waiting = Affected.objects.get()
    assert (waiting.purl, waiting.package, waiting.matched) == (LODASH, None, "")
    row = package(LODASH)
    assert affected_match(package=row) == 0
    versions_add(row, "1.0.0")
    assert affected_match(package=row) == 1
    assert Affected.objects.get().package == row


def test_in_whatever_order_documents_come_the_latest_holds() -> None:
    package(LODASH, "1.0.0", "2.0.0", "3.0.0")
    told = [
        document("GHSA-1", affected(LODASH, below(fixed)), modified=f"2026-05-0{day}T00:00:00Z")
        for day, fixed in ((1, "2.0.0"), (2, "3.0.0"), (3, "1.0.1"))
    ]
    for order in permutations(told):
        Advisory.objects.all().delete()
        for one in order:
            read(one)
        assert matches() == {"1.0.0": "1.0.1"}
        Advisory.objects.all().delete()
        read(*order)
        assert matches() == {"1.0.0": "1.0.1"}


def test_a_withdrawn_advisory_affects_nothing_and_may_come_back() -> None:
    package(LODASH, "1.0.0")
    entry = affected(LODASH, below("2.0.0"))
    read(document("GHSA-1", entry))
    read(
        document("GHSA-1", entry, modified="2026-05-02T00:00:00Z", withdrawn="2026-05-02T00:00:00Z")
    )
    assert matches() == {}
    assert Advisory.objects.get().withdrawn_at is not None
    read(document("GHSA-1", entry, modified="2026-05-03T00:00:00Z"))
    assert matches() == {"1.0.0": "2.0.0"}


def test_a_package_that_an_advisory_names_no_more_is_let_go() -> None:
    package(LODASH, "1.0.0")
    package("pkg:npm/lodash-es", "1.0.0")
    es = affected("pkg:npm/lodash-es", below("2.0.0"))
    read(document("GHSA-1", affected(LODASH, below("2.0.0")), es))
    read(document("GHSA-1", es, modified="2026-05-02T00:00:00Z"))
    assert matches() == {}
    assert matches("pkg:npm/lodash-es") == {"1.0.0": "2.0.0"}


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_aliases_share_a_group_in_whatever_order_they_come(order: tuple[int, ...]) -> None:
    told = [
        document("PYSEC-9", aliases=["CVE-2026-1"]),
        document("GHSA-5", aliases=["CVE-2026-1"]),
        document("ZZZ-1", aliases=["GHSA-5"]),
        document("GHSA-6", aliases=["CVE-2026-2"]),
    ]
    for place in order:
        read(told[place])
    assert dict(Advisory.objects.values_list("osv_id", "group")) == {
        "PYSEC-9": "CVE-2026-1",
        "GHSA-5": "CVE-2026-1",
        "ZZZ-1": "CVE-2026-1",
        "GHSA-6": "CVE-2026-2",
    }


def test_an_alias_taken_back_takes_the_group_apart() -> None:
    read(document("A-1", aliases=["B-1"]), document("B-1"), document("C-1", aliases=["B-1"]))
    assert set(Advisory.objects.values_list("group", flat=True)) == {"A-1"}
    read(document("A-1", modified="2026-05-02T00:00:00Z"))
    assert dict(Advisory.objects.values_list("osv_id", "group")) == {
        "A-1": "A-1",
        "B-1": "B-1",
        "C-1": "B-1",
    }


def test_garbage_is_left_out_and_said() -> None:
    wrong: list[Any] = [{}, [], None, "GHSA-1", document("GHSA-2", modified="yesterday")]
    imported = read(*wrong, document("GHSA-3"), document("GHSA-4", modified="2999-01-01T00:00:00Z"))
    assert (imported.read, imported.new, imported.left_out) == (7, 1, 6)
    assert imported.reasons[-2:] == [
        "GHSA-2: modified: Input should be a valid datetime or date, input is too short",
        "GHSA-4: modified: lies in the future",
    ]
    assert Package.objects.count() == 0


def test_what_a_package_is_stored_with_counts_as_its_registry_s() -> None:
    told = document("GHSA-1", affected(LODASH, below("2.0.0")), modified="2026-05-03T00:00:00Z")
    record = PackageRecord(
        LODASH, "npm", "", "lodash", "d", versions=(VersionRecord("1.0.0"),), advisories=(told,)
    )
    package_store(record=record)
    kept = Advisory.objects.get()
    assert (kept.source, kept.by_registry) == ("the npm registry", True)
    assert matches() == {"1.0.0": "2.0.0"}


OFTEN = ["2026-04-01T00:00:00Z", "2026-05-01T00:00:00Z", "2026-06-01T00:00:00Z"]


@pytest.mark.parametrize("modified", OFTEN)
@pytest.mark.parametrize("first", ["source", "registry"])
def test_a_source_of_advisories_holds_over_a_registry_whichever_comes_first_or_is_newer(
    modified: str, first: str
) -> None:
    package(LODASH, "1.0.0", "2.0.0")
    full = document("GHSA-1", affected(LODASH, below("3.0.0")))
    bare = document("GHSA-1", affected(LODASH, below("2.0.0")), modified=modified, severity=[])
    if first == "source":
        assert read(full).new == 1
        assert handed_out(bare).unchanged == 1
    else:
        assert handed_out(bare).new == 1
        assert Advisory.objects.get().severity == ""
        assert read(full).changed == 1
    kept = Advisory.objects.get()
    assert (kept.severity, kept.source, kept.by_registry) == ("high", "npm/all.zip", False)
    assert matches() == {"1.0.0": "3.0.0", "2.0.0": "3.0.0"}
    before = revision()
    assert handed_out(bare).unchanged == 1
    assert revision() == before


@pytest.mark.parametrize("modified", OFTEN)
def test_what_a_registry_says_last_of_a_package_holds_however_it_is_dated(modified: str) -> None:
    package(LODASH, "1.0.0", "2.0.0")
    handed_out(document("GHSA-1", affected(LODASH, below("2.0.0"))))
    later = document("GHSA-1", affected(LODASH, below("3.0.0")), modified=modified)
    assert handed_out(later).changed == 1
    assert matches() == {"1.0.0": "3.0.0", "2.0.0": "3.0.0"}
    assert handed_out(later | {"summary": "Worse"}).changed == 1
    assert Advisory.objects.get().summary == "Worse"
    before = revision()
    assert handed_out(later | {"summary": "Worse"}).unchanged == 1
    assert revision() == before
    assert handed_out(later | {"withdrawn": modified}).changed == 1
    assert matches() == {}


def test_an_advisory_that_a_registry_hands_out_with_two_packages_is_of_both() -> None:
    es = "pkg:npm/lodash-es"
    package(LODASH, "1.0.0")
    package(es, "1.0.0")
    ours = document("GHSA-1", affected(LODASH, below("2.0.0")))
    theirs = document("GHSA-1", affected(es, below("3.0.0")), modified=OFTEN[0])
    handed_out(ours)
    handed_out(theirs)
    before = revision()
    assert handed_out(ours).unchanged == 1
    assert (matches(), matches(es), revision()) == ({"1.0.0": "2.0.0"}, {"1.0.0": "3.0.0"}, before)
    read(ours)
    assert (matches(), matches(es)) == ({"1.0.0": "2.0.0"}, {})
