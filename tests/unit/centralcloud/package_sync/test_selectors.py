"""What is asked of packages, over a world whose answers are known."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.centralcloud.package_sync.models import Advisory, Package, Use
from apps.centralcloud.package_sync.selectors import detail
from apps.centralcloud.package_sync.selectors.alternatives import (
    SIMILAR,
    alternatives_told,
    instances_similar,
)
from apps.centralcloud.package_sync.selectors.answering import package_answer, packages_answer
from apps.centralcloud.package_sync.selectors.described import packages_described
from apps.centralcloud.package_sync.selectors.detail import dependents_told, versions_told
from apps.centralcloud.package_sync.selectors.listing import licences_used
from apps.centralcloud.package_sync.selectors.upkeep import upkeep_told
from apps.centralcloud.package_sync.selectors.wanted import Wanted, packages_ranked
from apps.centralcloud.package_sync.services.advisories import affected_match_all
from apps.centralcloud.package_sync.services.storing import package_ensure, package_store
from apps.centralcloud.package_sync.services.use_counts import use_counts_write
from tests.common.factories.package_world import (
    BABEL,
    HTTPX,
    READ_AT,
    REQUESTS,
    RUFF,
    SECRET,
    SERDE,
    WRAPPER,
    package_of,
    world_make,
    world_tells,
)
from tests.common.factories.packages import record

pytestmark = pytest.mark.django_db
AIOHTTP, HTTP = "pkg:pypi/aiohttp", ("http", "client")


@pytest.fixture(autouse=True)
def world(db: None) -> None:
    world_make()


def found(**wanted: Any) -> list[str]:
    ids, total = packages_ranked(Wanted(**wanted), limit=20)
    purls = dict(Package.objects.values_list("pk", "purl"))
    assert total >= len(ids)
    return [purls[pk] for pk in ids]


ASKED: list[tuple[dict[str, Any], list[str]]] = [
    ({"words": "http"}, [HTTPX, REQUESTS, SECRET]),
    ({"words": "HTTP cli"}, [REQUESTS, HTTPX, SECRET]),
    ({"words": "requests"}, [REQUESTS, WRAPPER]),
    ({"words": "@babel/core"}, [BABEL]),
    ({"words": "secret lib"}, [SECRET]),
    ({"words": "requests nowhere"}, []),
    ({"words": "%&!"}, []),
    ({"ecosystem": "cargo"}, [SERDE]),
    ({"implemented_in": "rust"}, [RUFF, SERDE]),
    ({"implemented_in": "rust", "ecosystem": "pypi"}, [RUFF]),
    ({"licence": "Apache-2.0"}, [REQUESTS, SERDE]),
    ({"used_by": "delta"}, [REQUESTS, BABEL]),
    ({"used_by": "nobody"}, []),
    ({"vulnerable": True}, [REQUESTS]),
    ({"vulnerable": True, "used_by": "delta"}, []),
    ({"vulnerable": True, "used_by": "alpha"}, [REQUESTS]),
    ({"outdated": True}, [REQUESTS, BABEL]),
    ({"outdated": True, "used_by": "beta"}, []),
    ({"deprecated": True}, [BABEL]),
    ({"deprecated": True, "used_by": "alpha"}, []),
]


def test_packages_are_found_by_what_is_asked() -> None:
    for wanted, expected in ASKED:
        assert found(**wanted) == expected, wanted


def test_a_withdrawn_advisory_makes_nothing_vulnerable() -> None:
    Advisory.objects.update(withdrawn_at=READ_AT)
    affected_match_all()
    assert found(vulnerable=True) == []
    (one,) = packages_described([package_of(REQUESTS).pk], instance="alpha")
    assert one.advisories == ()


def test_a_package_is_told_with_its_users_versions_and_the_evidence_of_its_languages() -> None:
    (requests, ruff) = packages_described([package_of(REQUESTS).pk, package_of(RUFF).pk])
    assert (requests.instances, requests.codebases) == (3, 3)
    assert requests.versions == {"1.0": 2, "3.0": 1}
    assert (requests.known, requests.latest, requests.licence) == (True, "3.0", "Apache-2.0")
    assert requests.latest_at is not None
    assert requests.advisories == (), "the latest version is not affected"
    assert [(one.language, one.evidence) for one in ruff.implemented_in] == [
        ("python", "registry"),
        ("rust", "build_system"),
    ]


def test_what_an_instance_has_comes_with_what_is_wrong_with_it_and_where_it_is_fixed() -> None:
    answer = packages_answer(Wanted(used_by="alpha"), limit=10, instance="alpha")
    by_purl = {one.purl: one for one in answer.packages}
    (had,) = by_purl[REQUESTS].mine
    assert (had.version, had.pinned, had.behind) == ("1.0", True, 2)
    (mark,) = by_purl[REQUESTS].advisories
    assert (mark.id, mark.severity, mark.affected, mark.fixed) == (
        "ADV-1",
        "high",
        ("1.0",),
        ("2.0",),
    )
    (had,) = by_purl[RUFF].mine
    assert (had.version, had.pinned, had.behind) == ("0.1", False, 0)


def test_names_of_one_vulnerability_are_one_mark() -> None:
    first = Advisory.objects.get()
    affected = first.affected.get()
    other = Advisory.objects.create(
        osv_id="CVE-1", group=first.group, source="made", modified_at=READ_AT
    )
    again = other.affected.create(purl=REQUESTS, package=affected.package, fixed=["3.0"])
    again.versions.create(version=affected.versions.get().version, fixed="3.0")
    (one,) = packages_described([package_of(REQUESTS).pk], instance="alpha")
    (mark,) = one.advisories
    assert (mark.id, mark.severity, mark.fixed) == ("ADV-1", "high", ("2.0", "3.0"))
    again.versions.create(version=package_of(REQUESTS).versions.get(version="2.0"), fixed="3.0")
    (one,) = packages_described([package_of(REQUESTS).pk], instance="alpha")
    assert one.advisories[0].fixed == ("3.0",), "by its other name 2.0 is affected"
    Advisory.objects.filter(pk=other.pk).update(withdrawn_at=READ_AT)
    (one,) = packages_described([package_of(REQUESTS).pk], instance="alpha")
    assert one.advisories[0].fixed == ("2.0",)


def test_versions_are_told_newest_first_with_their_instances_and_advisories() -> None:
    told = versions_told(package_of(REQUESTS))
    assert [(one.version, one.instances, one.advisories) for one in told] == [
        ("3.0", 1, 0),
        ("2.0", 0, 0),
        ("1.0", 2, 1),
    ]


def test_dependents_are_those_of_which_a_version_in_use_needs_it() -> None:
    requests = package_of(REQUESTS)
    assert dependents_told(requests, audience=None, limit=9) == ((WRAPPER, SECRET), 2)
    assert dependents_told(requests, audience=None, limit=1) == ((WRAPPER,), 2)
    assert dependents_told(requests, audience="alpha", limit=9) == ((WRAPPER,), 1)
    assert dependents_told(requests, audience="solo", limit=9) == ((WRAPPER, SECRET), 2)
    assert dependents_told(package_of(RUFF), audience=None, limit=9) == ((), 0)


@pytest.mark.parametrize("many", [0, 2])
def test_dependents_are_the_same_from_either_side(
    monkeypatch: pytest.MonkeyPatch, many: int
) -> None:
    monkeypatch.setattr(detail, "MANY", many)
    test_dependents_are_those_of_which_a_version_in_use_needs_it()
    monkeypatch.setattr(detail, "COUNTED", 0)
    assert dependents_told(package_of(REQUESTS), audience=None, limit=9) == ((WRAPPER,), 1)


def test_upkeep_is_facts_with_the_sentences_that_they_stand_on() -> None:
    told = upkeep_told(package_of(REQUESTS), now=READ_AT)
    assert {one.fact: one.value for one in told} == {
        "last_release_age": 514,
        "cadence": 1,
        "single_maintainer": 1,
        "advisories": 1,
    }
    assert told[0].evidence == "The last release came out on 2025-01-03, 514 days ago."
    assert told[-1].evidence == "1 advisory of its versions is not withdrawn."
    day = upkeep_told(package_of(RUFF), now=READ_AT - timedelta(days=515))
    assert day[0].evidence == "The last release came out on 2025-01-01, 1 day ago."


def test_instances_are_similar_by_the_packages_that_they_share() -> None:
    assert instances_similar("alpha") == ["beta", "gamma", "delta", "solo"]
    assert instances_similar("nobody") == []


def test_an_alternative_is_what_similar_instances_use_instead() -> None:
    (one,) = alternatives_told(package_of(REQUESTS), instance="alpha")
    assert (one.purl, one.instances) == (HTTPX, 2)
    assert one.reason == (
        "2 of the 4 instances most like this one use it instead, 2 use it in all; "
        "shared keywords: client, http"
    )
    assert alternatives_told(package_of(SERDE), instance="alpha") == ()


def test_an_alternative_is_what_those_most_alike_use_however_many_others_use_another() -> None:
    package_store(record=record(AIOHTTP, ("3.0",), keywords=HTTP))
    aiohttp = package_of(AIOHTTP)
    like, unlike = [f"like-{n}" for n in range(SIMILAR)], [f"unlike-{n}" for n in range(SIMILAR)]
    shared = (package_of(RUFF), package_of(SERDE))
    tools = [package_of(purl) for purl in package_ensure(f"pkg:npm/tool-{n}" for n in range(9))]
    has: dict[str, tuple[Package, ...]] = dict.fromkeys(like[:2], (*shared, package_of(HTTPX)))
    has |= dict.fromkeys(like[2:], shared) | dict.fromkeys(unlike, (*shared, *tools, aiohttp))
    Use.objects.bulk_create(
        Use(package=package, instance=name, codebase="main")
        for name, packages in has.items()
        for package in packages
    )
    Package.objects.filter(purl=AIOHTTP).update(shown=True)
    use_counts_write(packages=[aiohttp.pk, package_of(HTTPX).pk])
    assert set(instances_similar("alpha")) == set(like)
    (one,) = alternatives_told(package_of(REQUESTS), instance="alpha")
    assert (one.purl, one.instances) == (HTTPX, 2)
    assert one.reason.startswith(
        "2 of the 20 instances most like this one use it instead, 4 use it in all;"
    )
    (other,) = alternatives_told(package_of(REQUESTS), instance="unlike-0")
    assert other.purl == AIOHTTP, "those like another instance chose otherwise"


def test_no_alternative_is_named_that_who_asks_may_not_hear_of() -> None:
    Package.objects.filter(purl=HTTPX).update(shown=False)
    assert alternatives_told(package_of(REQUESTS), instance="alpha") == ()
    Use.objects.create(package=package_of(HTTPX), instance="alpha", codebase="other")
    (one,) = alternatives_told(package_of(REQUESTS), instance="alpha")
    assert one.purl == HTTPX, "its own"


def test_there_is_no_alternative_where_the_evidence_is_thin(settings: LazySettings) -> None:
    requests = package_of(REQUESTS)
    settings.PATTERN_MIN_INSTANCES = 3
    assert alternatives_told(requests, instance="alpha") == ()
    settings.PATTERN_MIN_INSTANCES = 2
    Package.objects.filter(purl=HTTPX).update(keywords=["http"])
    assert alternatives_told(requests, instance="alpha") == (), "one shared keyword is no role"


def test_who_uses_both_has_not_chosen_between_them() -> None:
    for name in ("beta", "gamma"):
        package = package_of(REQUESTS)
        own = Use.objects.filter(instance=name).first()
        assert own is not None
        Use.objects.create(package=package, instance=name, codebase=own.codebase)
    assert alternatives_told(package_of(REQUESTS), instance="alpha") == ()


def test_licences_of_what_is_in_use() -> None:
    assert licences_used() == [
        ("MIT", 4, 8),
        ("Apache-2.0", 2, 6),
        ("", 1, 2),
        ("BSD-3-Clause", 1, 2),
    ]
    assert licences_used(instance="delta") == [("Apache-2.0", 1, 1), ("MIT", 1, 1)]


def test_a_package_is_named_with_a_version_or_in_another_spelling() -> None:
    for purl in (REQUESTS, "pkg:pypi/Requests@1.0", "pkg:PyPI/requests"):
        answer = package_answer(purl, audience=None)
        assert [one.purl for one in answer.packages] == [REQUESTS], purl
    for purl in ("pkg:pypi/nothing", "pkg:", "requests"):
        assert package_answer(purl, audience=None).total == 0, purl


def test_a_package_of_npm_is_the_one_of_its_very_name_else_the_one_in_lower_case() -> None:
    for purl in ("pkg:npm/JSONStream", "pkg:npm/jsonstream"):
        package_ensure([purl])
        (found,) = package_answer(f"{purl}@1.0.0", audience=None).packages
        assert found.purl == purl
    assert [one.purl for one in package_answer("pkg:npm/@Babel/Core", audience=None).packages] == [
        BABEL
    ]
    assert package_answer("pkg:cargo/Serde", audience=None).total == 0, "no other registry's rule"


def test_the_number_of_queries_does_not_grow_with_the_answer() -> None:
    for limit in (1, 20):
        with CaptureQueriesContext(connection) as queries:
            packages_answer(Wanted(audience="alpha"), limit=limit, instance="alpha")
        assert len(queries) == 7
    with CaptureQueriesContext(connection) as queries:
        package_answer(REQUESTS, audience="alpha", instance="alpha")
    assert len(queries) == 17


def test_what_nobody_uses_any_more_is_counted_no_more() -> None:
    from apps.centralcloud.package_sync.services.uses import uses_read

    world_tells("delta", {}, revision=2)
    uses_read()
    assert (package_of(BABEL).instances, package_of(BABEL).spread) == (0, {})
    assert (package_of(REQUESTS).instances, package_of(REQUESTS).spread) == (2, {"1.0": 2})
