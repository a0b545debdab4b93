"""Instances are told what holds of versions in use, once for each vulnerability, and its end."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.utils import timezone

from apps.centralcloud.package_sync.models import (
    Advisory,
    AdvisoryTelling,
    Package,
    Use,
    UsedVersion,
    Version,
)
from apps.centralcloud.package_sync.services.advisories import (
    advisories_import,
    advisories_tell,
    affected_match_all,
)
from apps.centralcloud.package_sync.services.advisories.facts import key_of
from apps.shared.contracts.payloads.insights import AdvisoryPublished
from apps.shared.nats_bridge.models import OutboxMessage
from tests.common.factories.advisories import affected, below, document, package

pytestmark = pytest.mark.django_db
LODASH = "pkg:npm/lodash"


def use(row: Package, instance: str, *versions: str) -> None:
    """A code base of an instance has these versions; one that the registry lacks is text alone."""
    used = Use.objects.create(package=row, instance=instance, codebase="0" * 32)
    known = {one.version: one for one in row.versions.all()}
    UsedVersion.objects.bulk_create(
        UsedVersion(use=used, text=text, pinned=True, version=known.get(text)) for text in versions
    )


def read(*documents: dict[str, Any]) -> None:
    advisories_import(documents=documents, source="npm/all.zip")
    affected_match_all()


def queued() -> list[AdvisoryPublished]:
    rows = OutboxMessage.objects.order_by("id")
    return [AdvisoryPublished(**json.loads(bytes(row.data))) for row in rows]


def sent(now: datetime | None = None) -> list[AdvisoryPublished]:
    """What is told now, as if it left at once."""
    advisories_tell(now=now)
    told = queued()
    OutboxMessage.objects.all().delete()
    return told


def test_a_vulnerable_version_in_use_is_told_with_the_version_that_fixes_it() -> None:
    row = package(LODASH, "4.17.19", "4.17.20", "4.17.21")
    use(row, "a", "4.17.20")
    use(row, "b", "4.17.20", "4.17.21")
    read(document("GHSA-1", affected(LODASH, below("4.17.21"))))
    (told,) = sent()
    assert (told.kind, told.package, told.name, told.advisory) == (
        "vulnerable", LODASH, "lodash", "GHSA-1",
    )  # fmt: skip
    assert (told.affected, told.fixed, told.severity) == (("4.17.20",), ("4.17.21",), "high")
    assert told.summary == "What GHSA-1 is about"
    assert not told.over


def test_nothing_is_told_twice_until_it_changes_and_the_new_replaces_what_waits() -> None:
    row = package(LODASH, "1.0.0", "1.1.0")
    use(row, "a", "1.0.0")
    read(document("GHSA-1", affected(LODASH, below("2.0.0"))))
    assert advisories_tell()["messages"] == 1
    (first,) = queued()
    assert advisories_tell()["messages"] == 0
    use(row, "b", "1.1.0")
    assert advisories_tell()["messages"] == 1
    (second,) = queued()
    assert second.id == first.id
    assert second.revision > first.revision
    assert second.affected == ("1.1.0", "1.0.0")


def test_what_has_not_changed_is_told_again_after_a_day_under_the_same_revision() -> None:
    row = package(LODASH, "1.0.0")
    use(row, "a", "1.0.0")
    read(document("GHSA-1", affected(LODASH, below("2.0.0"))))
    (first,) = sent()
    advisories_tell(now=timezone.now() + timedelta(hours=25))
    assert queued() == [first]


def test_aliases_are_told_once_by_the_most_severe_of_them() -> None:
    row = package(LODASH, "1.0.0", "1.1.0")
    use(row, "a", "1.0.0", "1.1.0")
    entry = affected(LODASH, below("1.1.0"))
    low = {"severity": [], "database_specific": {"severity": "LOW"}}
    read(
        document("GHSA-1", affected(LODASH, below("2.0.0")), aliases=["CVE-1"]),
        document("PYSEC-1", entry, aliases=["CVE-1"], **low),
        document("CVE-1", entry, **low),
    )
    (told,) = sent()
    assert told.advisory == "GHSA-1"
    assert told.id == "vulnerable:pkg:npm/lodash:CVE-1"
    assert told.affected == ("1.1.0", "1.0.0")
    assert told.fixed == ("2.0.0",), "what PYSEC-1 calls fixed GHSA-1 says to be affected"
    assert told.severity == "high"


def test_what_holds_no_more_is_over_and_may_come_back() -> None:
    row = package(LODASH, "1.0.0")
    use(row, "a", "1.0.0")
    entry = affected(LODASH, below("2.0.0"))
    read(document("GHSA-1", entry))
    (first,) = sent()
    read(
        document("GHSA-1", entry, modified="2026-05-02T00:00:00Z", withdrawn="2026-05-02T00:00:00Z")
    )
    (over,) = sent()
    assert (over.id, over.over, over.affected) == (first.id, True, ())
    assert over.revision > first.revision
    assert sent() == []
    read(document("GHSA-1", entry, modified="2026-05-03T00:00:00Z"))
    (back,) = sent()
    assert not back.over
    assert back.revision > over.revision


def test_when_nobody_uses_the_version_any_more_it_is_over() -> None:
    row = package(LODASH, "1.0.0", "2.0.0")
    use(row, "a", "1.0.0")
    read(document("GHSA-1", affected(LODASH, below("2.0.0"))))
    sent()
    Use.objects.all().delete()
    assert [one.over for one in sent()] == [True]


def test_of_packages_that_are_not_shown_nothing_is_told_not_even_the_end() -> None:
    row = package(LODASH, "1.0.0", shown=False)
    use(row, "a", "1.0.0")
    read(document("GHSA-1", affected(LODASH, below("2.0.0"))))
    assert sent() == []
    Package.objects.update(shown=True)
    assert len(sent()) == 1
    Package.objects.update(shown=False)
    assert sent() == []
    read(document("GHSA-2", affected(LODASH, below("3.0.0"))))
    assert sent() == []


def test_an_advisory_withdrawn_a_moment_ago_is_over_before_versions_are_matched_again() -> None:
    row = package(LODASH, "1.0.0")
    use(row, "a", "1.0.0")
    read(document("GHSA-1", affected(LODASH, below("2.0.0"))))
    sent()
    Advisory.objects.update(withdrawn_at=timezone.now())
    assert [one.over for one in sent()] == [True]


def test_a_version_that_no_registry_has_is_never_told() -> None:
    row = package(LODASH, "1.0.0")
    use(row, "a", "1.0.0", "1.0.0+acme-internal")
    read(document("GHSA-1", affected(LODASH, below("2.0.0"), versions=["1.0.0+acme-internal"])))
    assert "acme" not in repr(sent())


def test_who_has_it_and_how_many_is_never_told() -> None:
    row = package(LODASH, "1.0.0")
    use(row, "secret-team", "1.0.0")
    read(document("GHSA-1", affected(LODASH, below("2.0.0"))))
    one = sent()
    use(row, "another-team", "1.0.0")
    assert sent() == []
    assert "team" not in repr(one)


def test_withdrawn_versions_are_told_together_and_deprecated_ones_apart() -> None:
    row = package(LODASH, "1.0.0", "1.1.0", "1.2.0", "2.0.0", latest="2.0.0")
    use(row, "a", "1.0.0", "1.1.0", "1.2.0")
    Version.objects.filter(version="1.0.0").update(withdrawn=True)
    Version.objects.filter(version="1.1.0").update(yanked=True, yanked_reason="broken build")
    Version.objects.filter(version="1.2.0").update(deprecated="use 2")
    told = {one.kind: one for one in sent()}
    assert set(told) == {"withdrawn", "deprecated"}
    assert told["withdrawn"].affected == ("1.1.0", "1.0.0")
    assert told["withdrawn"].fixed == ("2.0.0",)
    assert told["withdrawn"].summary == "broken build"
    assert (told["deprecated"].affected, told["deprecated"].summary) == (("1.2.0",), "use 2")


def test_a_package_deprecated_as_a_whole_is_told_without_versions() -> None:
    row = package(LODASH, "1.0.0", deprecated="no longer\nmaintained")
    use(row, "a", "1.0.0")
    Version.objects.update(deprecated="no longer maintained")
    (told,) = sent()
    assert (told.kind, told.affected, told.summary) == ("deprecated", (), "no longer maintained")


def test_a_long_key_is_a_digest_and_stays_within_the_contract() -> None:
    long = key_of(kind="vulnerable", purl="pkg:maven/" + "x" * 400, group="GHSA-1")
    assert len(long) <= 100
    assert long != key_of(kind="vulnerable", purl="pkg:maven/" + "x" * 400, group="GHSA-2")


def test_the_end_is_told_again_every_day_until_the_retention_is_over(
    settings: LazySettings,
) -> None:
    settings.RETENTION_DAYS = 4
    row = package(LODASH, "1.0.0")
    use(row, "a", "1.0.0")
    read(document("GHSA-1", affected(LODASH, below("2.0.0"))))
    sent()
    Use.objects.all().delete()
    (over,) = sent()
    told = [sent(timezone.now() + timedelta(hours=12 * half)) for half in range(1, 12)]
    assert [one for one in told if one] == [[over]] * 3
    assert not AdvisoryTelling.objects.exists()


def test_the_end_is_not_told_again_of_what_is_not_shown_any_more() -> None:
    row = package(LODASH, "1.0.0")
    use(row, "a", "1.0.0")
    read(document("GHSA-1", affected(LODASH, below("2.0.0"))))
    sent()
    Use.objects.all().delete()
    sent()
    use(row, "a", "1.0.0")
    Package.objects.update(shown=False)
    assert sent(timezone.now() + timedelta(hours=25)) == []
