"""The packages that most instances use: in order, who joined, who is behind, what ails them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from jsonschema import Draft202012Validator
from rest_framework.test import APIClient

from apps.centralcloud.package_sync.models import (
    Advisory,
    Affected,
    AffectedVersion,
    Package,
    Use,
    UsedVersion,
    Version,
)
from apps.centralcloud.package_sync.selectors import hot
from apps.centralcloud.package_sync.selectors.hot import (
    VIEW,
    VersionInUse,
    ecosystems_hot,
    packages_hot,
)
from apps.shared.access.roles import Role
from apps.shared.knowledge_cache.near import near
from tests.common.people import person
from tests.common.problems import wrong_fields

pytestmark = pytest.mark.django_db


def package(name: str, *, ecosystem: str = "npm", instances: int, shown: bool = True) -> Package:
    purl = f"pkg:{ecosystem}/{name}"
    counts = {"instances": instances, "codebases": instances}
    return Package.objects.create(purl=purl, ecosystem=ecosystem, name=name, shown=shown, **counts)


def used(by: str, one: Package, *, days: int = 9, behind: int = 0, text: str = "1.0") -> None:
    first = timezone.now() - timedelta(days=days)
    use = Use.objects.create(package=one, instance=by, codebase="c", first_seen_at=first)
    known = Version.objects.filter(package=one, version=text).first()
    UsedVersion.objects.create(use=use, text=text, pinned=True, behind=behind, version=known)


def advisory(
    one: Package, osv_id: str, versions: Sequence[Version], *, group: str = ""
) -> Advisory:
    now = timezone.now()
    row = Advisory.objects.create(
        osv_id=osv_id, group=group or osv_id, source="here", modified_at=now
    )
    affected = Affected.objects.create(advisory=row, purl=one.purl, package=one)
    for version in versions:
        AffectedVersion.objects.create(affected=affected, version=version)
    return row


def refresh() -> None:
    """Undone with the test's transaction."""
    with connection.cursor() as cursor:
        cursor.execute(f"REFRESH MATERIALIZED VIEW {VIEW}")


def test_only_shown_ones_are_ranked_and_hidden_ones_leave_no_gap() -> None:
    most = package("most", instances=9)
    package("hidden", instances=8, shown=False)
    package("other", ecosystem="cargo", instances=7)
    package("unused", instances=0)
    used("a", most, days=100, behind=2)
    used("b", most, days=3, behind=1)
    used("c", most, days=2, behind=0)
    refresh()
    found = packages_hot()
    assert [(one.place, one.purl) for one in found] == [(1, "pkg:npm/most"), (2, "pkg:cargo/other")]
    assert (found[0].joined, found[0].behind) == (2, 2)
    assert [(one.place, one.purl) for one in packages_hot(ecosystem="cargo")] == [
        (1, "pkg:cargo/other")
    ]
    assert ecosystems_hot() == ["cargo", "npm"]


def test_ecosystems_that_have_a_list_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    package("some", ecosystem="cargo", instances=2)
    package("most", instances=9)
    refresh()
    monkeypatch.setattr(hot, "ECOSYSTEMS", 1)
    assert ecosystems_hot() == ["npm"]


def test_the_versions_of_most_instances_are_told() -> None:
    most = package("most", instances=30)
    most.spread = {"1.0": 3, "10.0": 9, "2.0": 9, "3.0": 1, "4.0": 4, "5.0": 4, "6.0": 1}
    most.save()
    package("other", instances=2)
    refresh()
    first, second = packages_hot()
    assert first.versions == (
        VersionInUse("10.0", 9),
        VersionInUse("2.0", 9),
        VersionInUse("4.0", 4),
        VersionInUse("5.0", 4),
        VersionInUse("1.0", 3),
    )
    assert second.versions == ()


def test_open_advisories_of_versions_in_use_are_counted() -> None:
    one = package("most", instances=2)
    rows = (
        Version.objects.create(package=one, version=text, position=place)
        for place, text in enumerate(("1.0", "2.0", "3.0"))
    )
    old, new, unused = rows
    used("a", one, text="1.0")
    used("b", one, text="2.0")
    used("c", one, text="0.1")  # a version that nobody knows
    advisory(one, "A-1", [old, new])
    advisory(one, "A-2", [old], group="A-1")  # the same under another name
    advisory(one, "B-1", [new])
    advisory(one, "C-1", [unused])
    gone = advisory(one, "D-1", [old])
    gone.withdrawn_at = timezone.now()
    gone.save()
    refresh()
    (found,) = packages_hot()
    assert found.advisories == 2


@pytest.fixture
def reader(valkey: str) -> APIClient:
    near.cache_clear()
    client = APIClient()
    client.force_authenticate(person(Role.VIEWER))
    return client


def test_over_rest_as_the_api_describes_it(reader: APIClient) -> None:
    most = package("most", instances=9)
    most.spread = {"1.0": 9}
    most.save()
    package("other", ecosystem="cargo", instances=7)
    refresh()
    response = reader.get("/api/v1/packages/hot?ecosystem=NPM")
    assert response["X-Cache"] == "made"
    answer = response.json()
    assert [one["purl"] for one in answer["packages"]] == ["pkg:npm/most"]
    assert answer["packages"][0]["versions"] == [{"version": "1.0", "instances": 9}]
    assert len(reader.get("/api/v1/packages/hot").json()["packages"]) == 2
    document = reader.get("/api/v1/schema?format=json").json()
    described = document["paths"]["/api/v1/packages/hot"]["get"]["responses"]["200"]
    schema = described["content"]["application/json"]["schema"]
    checked = Draft202012Validator({**schema, "components": document["components"]})
    checked.validate(answer)
    assert not checked.is_valid({**answer, "left_out": None})


def test_strangers_and_wrong_questions_get_no_answer(reader: APIClient) -> None:
    assert APIClient().get("/api/v1/packages/hot").status_code == 401
    for wrong in ("x" * 81, "%00", "gem"):
        answer = reader.get(f"/api/v1/packages/hot?ecosystem={wrong}")
        assert answer.status_code == 400
        assert list(wrong_fields(answer)) == ["ecosystem"]
