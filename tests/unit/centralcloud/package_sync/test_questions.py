"""What instances hear of packages, and what they never do."""

from __future__ import annotations

import pytest
from django.conf import LazySettings

from apps.centralcloud.package_sync import questions
from apps.centralcloud.package_sync.models import Package, Use
from apps.centralcloud.package_sync.services.storing import package_ensure
from apps.centralcloud.package_sync.services.use_counts import use_counts_write
from apps.shared.contracts.fitting import MESSAGE_BYTES
from apps.shared.contracts.payloads.queries import PackagesAnswer, PackagesQuery
from apps.shared.nats_bridge.services.answering import QuestionRefused
from tests.common.factories.package_world import (
    BABEL,
    HTTPX,
    REQUESTS,
    RUFF,
    SECRET,
    SERDE,
    WRAPPER,
    package_of,
    world_make,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def world(db: None) -> None:
    world_make()


def ask(instance: str, **fields: object) -> PackagesAnswer:
    return questions.packages(PackagesQuery.model_validate(fields), instance=instance)


def purls(answer: PackagesAnswer) -> list[str]:
    return [one.purl for one in answer.packages]


def test_an_instance_hears_of_what_is_shown_those_of_most_instances_first() -> None:
    answer = ask("alpha")
    assert set(purls(answer)) == {REQUESTS, RUFF, SERDE, HTTPX, WRAPPER}
    assert [one.instances for one in answer.packages] == [3, 3, 3, 2, 2]
    assert answer.total == 5
    assert answer.answered_at is not None
    assert purls(ask("alpha", limit=1)) == [purls(answer)[0]]
    assert ask("alpha", limit=1).total == 5


def test_a_package_of_one_instance_is_invisible_to_all_others_through_every_door() -> None:
    for other in ("alpha", "beta", "delta", "nobody"):
        doors = [
            ask(other),
            ask(other, words="secret"),
            ask(other, words="lib"),
            ask(other, licence="MIT", ecosystem="pypi"),
            ask(other, package=SECRET),
            ask(other, package=f"{SECRET}@1.0"),
            ask(other, package=REQUESTS),
            ask(other, mine=True),
            ask(other, vulnerable=True),
        ]
        for answer in doors:
            assert "secret" not in answer.model_dump_json(), other
        assert doors[1].total == doors[4].total == 0
        assert doors[6].detail is not None
        assert doors[6].detail.dependents_total == 1, "secret-lib needs it, too"
    assert purls(ask("solo", words="secret")) == [SECRET]
    assert ask("solo", package=SECRET).detail is not None


def test_no_answer_names_an_instance() -> None:
    for instance in ("alpha", "delta"):
        for query in ({}, {"mine": True}, {"package": REQUESTS}, {"package": RUFF}):
            said = ask(instance, **query).model_dump_json()
            for name in ("alpha", "beta", "gamma", "delta", "solo"):
                assert name not in said, query


def test_vulnerable_deprecated_and_outdated_speak_of_the_versions_of_who_asks() -> None:
    assert purls(ask("alpha", vulnerable=True)) == [REQUESTS]
    assert purls(ask("delta", vulnerable=True)) == []
    assert purls(ask("delta", deprecated=True)) == purls(ask("delta", outdated=True)) == [BABEL]
    assert purls(ask("alpha", deprecated=True)) == []
    assert purls(ask("delta", mine=True)) == [REQUESTS, BABEL]


def test_a_name_that_stands_for_nothing_is_refused_with_those_that_who_asks_may_hear_of() -> None:
    Package.objects.filter(purl=SECRET).update(ecosystem="conan")
    hidden = package_of(SECRET)
    hidden.implementations.create(language="zig", evidence="classifier", detail="of one alone")
    for fields, said in (
        ({"ecosystem": "gem"}, "There is no ecosystem gem; there are: cargo, pypi."),
        ({"ecosystem": "conan"}, "There is no ecosystem conan; there are: cargo, pypi."),
        ({"implemented_in": "klingon"}, "no language klingon; there are: python, rust."),
        ({"implemented_in": "zig"}, "There is no language zig; there are: python, rust."),
    ):
        with pytest.raises(QuestionRefused, match=said) as refused:
            ask("alpha", **fields)
        assert refused.value.code == "400"
    assert purls(ask("solo", ecosystem="conan")) == purls(ask("solo", implemented_in="zig"))
    assert purls(ask("solo", ecosystem="conan")) == [SECRET]
    assert purls(ask("nobody", mine=True)) == [], "who declares nothing has not asked wrongly"


def test_one_package_in_detail_speaks_of_who_asks() -> None:
    answer = ask("alpha", package=REQUESTS)
    assert purls(answer) == [REQUESTS]
    assert [one.version for one in answer.packages[0].mine] == ["1.0"]
    assert [one.id for one in answer.packages[0].advisories] == ["ADV-1"]
    detail = answer.detail
    assert detail is not None
    assert [one.version for one in detail.versions] == ["3.0", "2.0", "1.0"]
    assert detail.versions_total == 3
    assert detail.dependents == (WRAPPER,)
    assert [one.purl for one in detail.alternatives] == [HTTPX]
    assert {one.fact for one in detail.health} >= {"last_release_age", "single_maintainer"}


def test_a_version_that_no_registry_knows_is_counted_only_where_enough_have_it() -> None:
    uses = list(Use.objects.filter(package__purl=REQUESTS).order_by("instance"))
    for use in uses:
        use.versions.all().delete()
    uses[0].versions.create(text="1.0+own", pinned=True)
    use_counts_write()
    assert ask("beta", package=REQUESTS).packages[0].versions == {}
    uses[1].versions.create(text="1.0+own", pinned=True)
    use_counts_write()
    assert ask("beta", package=REQUESTS).packages[0].versions == {"1.0+own": 2}


def test_what_is_not_read_yet_is_told_as_such() -> None:
    ids = package_ensure(["pkg:pypi/new-one"])
    Package.objects.filter(pk__in=ids.values()).update(shown=True)
    (one,) = ask("alpha", words="new one").packages
    assert (one.known, one.latest, one.versions) == (False, "", {})


def test_an_answer_fits_in_a_message() -> None:
    evidence = "detail " * 40
    new = package_ensure(f"pkg:npm/big-{number}" for number in range(200))
    Package.objects.filter(pk__in=new.values()).update(shown=True, summary="words " * 100)
    for package in Package.objects.filter(pk__in=new.values()):
        package.implementations.bulk_create(
            package.implementations.model(
                package=package, language=f"l{n}", evidence="keyword", detail=evidence
            )
            for n in range(20)
        )
    answer = ask("alpha", words="big", limit=200)
    assert answer.total == 200
    assert 20 < len(answer.packages) < 200
    said = len(answer.model_dump_json(exclude_defaults=True).encode())
    assert said < MESSAGE_BYTES + 200


def test_evidence_of_fewer_instances_than_the_setting_is_not_told(settings: LazySettings) -> None:
    settings.PATTERN_MIN_INSTANCES = 3
    answer = ask("alpha", package=REQUESTS)
    assert answer.detail is not None
    assert answer.detail.alternatives == ()


def test_an_alternative_that_is_not_shown_is_not_told() -> None:
    Package.objects.filter(purl=HTTPX).update(shown=False)
    answer = ask("alpha", package=REQUESTS)
    assert answer.detail is not None
    assert answer.detail.alternatives == ()
    assert HTTPX not in answer.model_dump_json()
