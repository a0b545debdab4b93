"""The packages that most instances use: in order, with who joined and who is behind."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from apps.centralcloud.package_sync.models import Package, Use, UsedVersion
from apps.centralcloud.package_sync.selectors.hot import (
    VIEW,
    ecosystems_hot,
    packages_hot,
)


def package(name: str, *, ecosystem: str = "npm", instances: int, shown: bool = True) -> Package:
    purl = f"pkg:{ecosystem}/{name}"
    counts = {"instances": instances, "codebases": instances}
    return Package.objects.create(purl=purl, ecosystem=ecosystem, name=name, shown=shown, **counts)


def used(by: str, one: Package, *, days: int, behind: int) -> None:
    first = timezone.now() - timedelta(days=days)
    use = Use.objects.create(package=one, instance=by, codebase="c", first_seen_at=first)
    UsedVersion.objects.create(use=use, text="1.0", pinned=True, behind=behind)


@pytest.mark.django_db
def test_only_shown_ones_are_ranked_and_hidden_ones_leave_no_gap() -> None:
    most = package("most", instances=9)
    package("hidden", instances=8, shown=False)
    package("other", ecosystem="cargo", instances=7)
    package("unused", instances=0)
    used("a", most, days=100, behind=2)
    used("b", most, days=3, behind=1)
    used("c", most, days=2, behind=0)
    with connection.cursor() as cursor:
        cursor.execute(f"REFRESH MATERIALIZED VIEW {VIEW}")
    found = packages_hot()
    assert [(one.place, one.purl) for one in found] == [(1, "pkg:npm/most"), (2, "pkg:cargo/other")]
    assert (found[0].joined, found[0].behind) == (2, 2)
    assert [(one.place, one.purl) for one in packages_hot(ecosystem="cargo")] == [
        (1, "pkg:cargo/other")
    ]
    assert ecosystems_hot() == ["cargo", "npm"]
