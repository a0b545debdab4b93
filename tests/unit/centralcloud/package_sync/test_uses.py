"""Who uses which package, read from what code bases declare."""

from __future__ import annotations

from typing import Any

import pytest

from apps.centralcloud.aggregation import handlers
from apps.centralcloud.aggregation.services import withdrawing as declared
from apps.centralcloud.package_sync.models import Package, ReadCodebase, Use, UsedVersion
from apps.centralcloud.package_sync.services.storing import package_store
from apps.centralcloud.package_sync.services.uses import used_versions_resolve, uses_read
from apps.centralcloud.package_sync.services.withdrawing import instance_remove
from apps.shared.contracts.payloads import PackagesDeclared
from apps.shared.contracts.payloads.packages import PackageFact
from tests.common.factories.fleet import InstanceFactory
from tests.common.factories.packages import record, version
from tests.common.factories.told import NOW, codebase, received

pytestmark = pytest.mark.django_db
FLASK, REQUESTS, LEFTPAD = "pkg:pypi/flask", "pkg:pypi/requests", "pkg:npm/left-pad"


@pytest.fixture(autouse=True)
def fleet() -> None:
    for name in ("one", "two"):
        InstanceFactory.create(name=name)


def fact(purl: str, *requirements: str, pins: tuple[str, ...] = ()) -> PackageFact:
    return PackageFact(
        purl=purl,
        requirements=requirements,
        versions=pins,
        scopes=("runtime",),
        first_seen_at=NOW,
    )


def tell(instance: str, revision: int, *facts: PackageFact, **fields: Any) -> None:
    base = fields.pop("base", "main")
    payload = PackagesDeclared(
        codebase=codebase(f"{instance}/{base}"), revision=revision, packages=facts, **fields
    )
    handlers.packages([received(instance, payload)])


def used() -> set[tuple[str, str, tuple[str, ...]]]:
    return {
        (row.instance, row.package.purl, tuple(row.requirements))
        for row in Use.objects.select_related("package")
    }


def versions() -> dict[tuple[str, str], tuple[str, bool, int | None]]:
    rows = UsedVersion.objects.select_related("use__package", "version")
    return {
        (row.use.instance, row.text): (
            row.version.version if row.version else "",
            row.pinned,
            row.behind,
        )
        for row in rows
    }


def test_uses_are_what_code_bases_declare_now() -> None:
    tell("one", 1, fact(FLASK, ">=2"), fact(LEFTPAD, "^1.0.0"))
    tell("two", 1, fact(FLASK, pins=("3.0.0",)))
    assert uses_read() == {"codebases": 2, "gone": 0, "written": 3, "removed": 0}
    assert used() == {
        ("one", FLASK, (">=2",)),
        ("one", LEFTPAD, ("^1.0.0",)),
        ("two", FLASK, ()),
    }
    assert Package.objects.get(purl=LEFTPAD).state == Package.State.NEW
    assert Use.objects.get(instance="two").first_seen_at == NOW
    tell("one", 2, fact(FLASK, ">=3"), withdrawn=(LEFTPAD,))
    assert uses_read() == {"codebases": 1, "gone": 0, "written": 1, "removed": 1}
    assert used() == {("one", FLASK, (">=3",)), ("two", FLASK, ())}


def test_what_has_not_changed_is_not_read_again() -> None:
    tell("one", 5, fact(FLASK))
    uses_read()
    before = ReadCodebase.objects.get()
    assert uses_read() == {"codebases": 0, "gone": 0, "written": 0, "removed": 0}
    assert ReadCodebase.objects.get().read_at == before.read_at


def test_a_second_message_of_the_same_sync_and_one_that_is_late_are_read() -> None:
    tell("one", 5, fact(FLASK))
    uses_read()
    tell("one", 5, fact(REQUESTS))
    assert uses_read()["written"] == 1
    tell("one", 4, fact(LEFTPAD))
    assert uses_read()["written"] == 1
    assert {purl for _, purl, _ in used()} == {FLASK, REQUESTS, LEFTPAD}


def test_a_code_base_that_withdrew_everything_uses_nothing() -> None:
    tell("one", 1, fact(FLASK, pins=("1.0",)))
    uses_read()
    tell("one", 2, floor=2)
    assert uses_read()["removed"] == 1
    assert not Use.objects.exists()
    assert not UsedVersion.objects.exists()


def test_nothing_is_left_of_a_withdrawn_instance() -> None:
    tell("one", 1, fact(FLASK, pins=("1.0",)))
    tell("one", 1, fact(FLASK, pins=("1.0",)), base="other")
    tell("two", 1, fact(FLASK, pins=("2.0",)))
    uses_read()
    assert instance_remove(instance="one") == 2
    assert {name for name, _, _ in used()} == {"two"}
    assert set(versions()) == {("two", "2.0")}
    assert instance_remove(instance="one") == 0
    assert uses_read()["codebases"] == 2, "its declarations are still there, so they are read"
    declared.instance_remove(instance="one")
    assert uses_read() == {"codebases": 0, "gone": 2, "written": 0, "removed": 2}
    assert {name for name, _, _ in used()} == {"two"}


def test_a_pinned_version_is_what_the_lock_file_says_also_where_the_registry_lacks_it() -> None:
    yanked, early = version("2.0", yanked=True), version("3.0rc1", prerelease=True)
    package_store(record=record(FLASK, [version("1.0"), yanked, early, version("3.0")]))
    tell("one", 1, fact(FLASK, ">=1", pins=("1.0", "9.9")))
    tell("two", 1, fact(FLASK, ">=1", pins=("2.0.0",)))
    uses_read()
    assert versions() == {
        ("one", "1.0"): ("1.0", True, 1),
        ("one", "9.9"): ("", True, None),
        ("two", "2.0.0"): ("2.0", True, 1),
    }


def test_without_a_lock_file_it_is_the_newest_that_all_requirements_allow() -> None:
    tell("one", 1, fact(FLASK, "<3", ">=1"))
    tell("two", 1, fact(FLASK))
    uses_read()
    assert versions() == {}, "nothing is known of the package yet"
    early = version("2.9rc1", prerelease=True)
    known = [version("1.0"), version("2.0"), early, version("3.0"), version("3.1")]
    package_store(record=record(FLASK, known))
    package = Package.objects.get()
    used_versions_resolve(package=package)
    assert versions() == {("one", "2.0"): ("2.0", False, 2), ("two", "3.1"): ("3.1", False, 0)}
    yanked = [version("1.0"), version("2.0", yanked=True), version("3.0"), version("3.1")]
    package_store(record=record(FLASK, yanked))
    used_versions_resolve(package=package)
    assert versions() == {("one", "1.0"): ("1.0", False, 2), ("two", "3.1"): ("3.1", False, 0)}
    assert used_versions_resolve(package=package) == 0


def test_a_yanked_version_is_had_only_where_nothing_else_is_allowed() -> None:
    package_store(record=record(FLASK, [version("1.0", yanked=True), version("2.0")]))
    tell("one", 1, fact(FLASK, "<2"))
    tell("two", 1, fact(FLASK, ">=7"))
    uses_read()
    assert versions() == {("one", "1.0"): ("1.0", False, 1)}


def test_a_requirement_that_one_version_meets_pins_it() -> None:
    package_store(record=record(FLASK, ("1.0", "2.0")))
    tell("one", 1, fact(FLASK, "==1.0"))
    tell("two", 1, fact(FLASK, "==1.0", pins=("2.0",)))
    uses_read()
    assert versions() == {("one", "1.0"): ("1.0", True, 1), ("two", "2.0"): ("2.0", True, 0)}


def test_a_lock_file_that_appears_or_goes_changes_what_is_had() -> None:
    package_store(record=record(FLASK, ("1.0", "2.0")))
    tell("one", 1, fact(FLASK, ">=1"))
    uses_read()
    tell("one", 2, fact(FLASK, ">=1", pins=("1.0",)))
    uses_read()
    assert versions() == {("one", "1.0"): ("1.0", True, 1)}
    tell("one", 3, fact(FLASK, ">=1"))
    uses_read()
    assert versions() == {("one", "2.0"): ("2.0", False, 0)}


def test_what_is_no_purl_without_a_version_is_left_out() -> None:
    tell("one", 1, fact("pkg:pypi/flask@1"), fact("pkg:nothing"), fact(FLASK))
    uses_read()
    assert used() == {("one", FLASK, ())}
