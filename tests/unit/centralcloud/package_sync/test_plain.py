"""Packages that nobody uses are stored together; one that fails takes no other with it."""

from __future__ import annotations

from contextlib import nullcontext

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.centralcloud.package_sync.models import Outcome, Package, Version
from apps.centralcloud.package_sync.services.syncing import packages_sync, run
from tests.common.factories.packages import declare, record, version
from tests.common.registries.shelf import Shelf

pytestmark = pytest.mark.django_db
PURLS = [f"pkg:npm/p{number}" for number in range(12)]


@pytest.fixture
def npm(monkeypatch: pytest.MonkeyPatch) -> Shelf:
    """The only registry that is asked."""
    shelf = Shelf("npm")
    ready = {"npm": shelf, "hex": Shelf("hex"), "cargo": Shelf("cargo"), "pypi": Shelf("pypi")}
    monkeypatch.setattr(run, "registries_open", lambda: nullcontext(ready))
    return shelf


def states() -> dict[str, str]:
    """How each package's only reading went."""
    assert Outcome.objects.count() == len(PURLS)
    return dict(Outcome.objects.values_list("package__purl", "state"))


def test_one_that_the_database_does_not_take_undoes_no_other_of_its_transaction(npm: Shelf) -> None:
    bad = record(PURLS[5], [version("1.0.0", licence=7)])  # a client's fault
    npm.put(*(bad if purl == PURLS[5] else record(purl, ["1.0.0"]) for purl in PURLS))
    packages_sync(purls=PURLS, depth=0)
    assert states() == dict.fromkeys(PURLS, "changed") | {PURLS[5]: "failed"}
    assert Version.objects.count() == len(PURLS) - 1
    assert Package.objects.get(purl=PURLS[5]).attempts == 1


def test_unchanged_packages_cost_few_statements_and_are_read_later(npm: Shelf) -> None:
    npm.put(*(record(purl, ["1.0.0"]) for purl in PURLS))
    packages_sync(purls=PURLS, depth=0)
    Outcome.objects.all().delete()
    Package.objects.update(due_at="2020-01-01T00:00Z")
    with CaptureQueriesContext(connection) as queries:
        packages_sync(purls=PURLS, depth=0)
    assert set(states().values()) == {"unchanged"}
    assert len(queries) < 3 * len(PURLS)
    outcome = Outcome.objects.order_by("at")[0]
    assert not Package.objects.filter(due_at__lte=outcome.at).exists()


def test_uses_follow_where_used_and_unused_packages_come_together(npm: Shelf) -> None:
    declare(PURLS[0], "one", versions=["1.0.0"])
    npm.put(*(record(purl, ["1.0.0"]) for purl in PURLS))
    packages_sync(purls=PURLS, depth=0)
    assert set(states().values()) == {"changed"}
    assert Version.objects.filter(used__isnull=False).get().package.purl == PURLS[0]
