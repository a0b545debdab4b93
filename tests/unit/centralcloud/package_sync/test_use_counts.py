"""What ails packages in use is kept beside their counts, whatever it follows from."""

from __future__ import annotations

import pytest

from apps.centralcloud.package_sync.models import Package
from apps.centralcloud.package_sync.services.advisories import (
    advisories_import,
    affected_match,
    affected_match_all,
)
from apps.centralcloud.package_sync.services.storing import package_store
from apps.centralcloud.package_sync.services.use_counts import use_counts_write
from apps.centralcloud.package_sync.services.uses import instance_uses_remove
from tests.common.factories.advisories import affected, below, document
from tests.common.factories.packages import declare, record, version

pytestmark = pytest.mark.django_db
PURL, OTHER = "pkg:npm/left", "pkg:npm/right"
LATER = "2026-06-02T00:00:00Z"


@pytest.fixture(autouse=True)
def used(db: None) -> None:
    for purl in (PURL, OTHER):
        package_store(record=record(purl, ("1.0.0",)))
        declare(purl, "alpha", versions=("1.0.0",))
    use_counts_write()


def ailing(purl: str = PURL) -> set[str]:
    row = Package.objects.get(purl=purl)
    return {name for name in ("vulnerable", "outdated", "obsolete") if getattr(row, name)}


def test_a_package_is_outdated_once_a_newer_release_of_it_is_stored() -> None:
    assert ailing() == set()
    package_store(record=record(PURL, ("1.0.0", "2.0.0")))
    assert ailing() == {"outdated"}
    assert ailing(OTHER) == set()


def test_a_deprecated_version_counts_while_somebody_has_it() -> None:
    package_store(record=record(PURL, [version("1.0.0", deprecated="Old.")]))
    assert ailing() == {"obsolete"}
    package_store(record=record(PURL, [version("1.0.0"), version("2.0.0", deprecated="Bad.")]))
    assert "obsolete" not in ailing()


def test_a_deprecated_package_counts_while_somebody_uses_it() -> None:
    package_store(record=record(PURL, ("1.0.0",), deprecated="Use another."))
    assert ailing() == {"obsolete"}
    instance_uses_remove(instance="alpha")
    assert ailing() == set()


def test_a_package_is_vulnerable_once_an_advisory_is_matched_to_a_version_in_use() -> None:
    advisories_import(documents=[document("A-1", affected(PURL, below("2.0.0")))], source="made")
    affected_match(package=Package.objects.get(purl=PURL))
    assert ailing() == {"vulnerable"}
    advisories_import(documents=[document("A-2", affected(OTHER, below("1.0.0")))], source="made")
    affected_match_all()
    assert ailing(OTHER) == set(), "no version in use is affected"


def test_an_advisory_that_names_a_package_no_more_leaves_it_sound() -> None:
    both = document("A-1", affected(PURL, below("2.0.0")), affected(OTHER, below("2.0.0")))
    advisories_import(documents=[both], source="made")
    affected_match_all()
    assert (ailing(), ailing(OTHER)) == ({"vulnerable"}, {"vulnerable"})
    one = document("A-1", affected(OTHER, below("2.0.0")), modified=LATER)
    advisories_import(documents=[one], source="made")
    affected_match_all()
    assert (ailing(), ailing(OTHER)) == (set(), {"vulnerable"})


def test_a_withdrawn_advisory_leaves_a_package_sound() -> None:
    given = affected(PURL, below("2.0.0"))
    advisories_import(documents=[document("A-1", given)], source="made")
    affected_match_all()
    withdrawn = document("A-1", given, modified=LATER, withdrawn=LATER)
    advisories_import(documents=[withdrawn], source="made")
    affected_match_all()
    assert ailing() == set()
