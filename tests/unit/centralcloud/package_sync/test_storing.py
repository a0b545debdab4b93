"""Storing what a registry says of a package."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.postgres.search import SearchQuery
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.centralcloud.package_sync.engine.record import (
    DependencyRecord,
    EvidenceKind,
    Implementation,
    PackageRecord,
    Scope,
    VersionRecord,
)
from apps.centralcloud.package_sync.models import Dependency, Package, Version
from apps.centralcloud.package_sync.services.storing import (
    package_ensure,
    package_missing,
    package_store,
    package_unchanged,
)
from apps.centralcloud.package_sync.services.storing.dependencies import dependencies_write
from apps.shared.knowledge_cache.models import Source
from tests.common.factories.packages import START, record, version
from tests.common.locks import Beside

LEFT = "pkg:npm/left-pad"
CORE = "pkg:npm/%40babel/core"
DAY = timedelta(days=1)
pytestmark = pytest.mark.django_db


def stored(purl: str = LEFT) -> Package:
    """The package's row."""
    return Package.objects.get(purl=purl)


def versions(purl: str = LEFT) -> dict[str, Version]:
    """Its versions, oldest first."""
    rows = Version.objects.filter(package__purl=purl).order_by("position")
    return {row.version: row for row in rows}


def needs(text: str, purl: str = LEFT) -> list[tuple[str, str, str, str]]:
    """What a version needs, in the order of places."""
    rows = Dependency.objects.filter(version__package__purl=purl, version__version=text)
    fields = ("target__purl", "requirement", "scope", "marker")
    return list(rows.order_by("place").values_list(*fields))


def revision() -> int:
    """How often packages have changed."""
    return sum(Source.objects.filter(name="packages").values_list("revision", flat=True))


def test_all_that_a_record_says_is_kept() -> None:
    evidence = Implementation("rust", EvidenceKind.NATIVE_CODE, "index.node")
    package_store(
        record=record(
            CORE,
            [
                version("1.0.0", {LEFT: "^1.0"}, released_at=START, licence="MIT", size=120),
                version("1.1.0", {}, released_at=START + DAY, yanked=True, yanked_reason="broken"),
                version("2.0.0-rc.1", released_at=START + 3 * DAY, prerelease=True),
            ],
            latest="1.0.0",
            summary="A compiler",
            licence="MIT OR Apache-2.0",
            keywords=("es6", "es6", " "),
            repository="host.example/babel",
            maintainers=3,
            downloads=5_000_000_000,
            downloads_days=7,
            implementations=(evidence, evidence),
        )
    )
    package = stored(CORE)
    assert (package.namespace, package.name, package.latest) == ("@babel", "core", "1.0.0")
    assert (package.licence_ids, package.keywords) == (["Apache-2.0", "MIT"], ["es6"])
    assert (package.maintainers, package.downloads) == (3, 5_000_000_000)
    assert (package.state, package.versions_count, package.yanked_count) == ("known", 3, 1)
    assert (package.first_release_at, package.last_release_at) == (START, START + DAY)
    assert package.cadence_days == 1.0
    assert [row.language for row in package.implementations.all()] == ["rust"]
    rows = versions(CORE)
    assert list(rows) == ["1.0.0", "1.1.0", "2.0.0-rc.1"]
    assert (rows["1.0.0"].licence, rows["1.0.0"].size) == ("MIT", 120)
    assert (rows["1.1.0"].yanked, rows["1.1.0"].yanked_reason) == (True, "broken")
    assert [row.depends for row in rows.values()] == [True, True, False]
    assert needs("1.0.0", CORE) == [(LEFT, "^1.0", "runtime", "")]
    assert stored(LEFT).state == "new"


def test_storing_again_writes_nothing_anew() -> None:
    said = record(LEFT, ["1.0.0", version("1.1.0", {CORE: "*"}, released_at=START + DAY)])
    assert package_store(record=said)
    before = (revision(), stored().changed_at, Version.objects.get(version="1.1.0").pk)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert not package_store(record=said)
    assert (revision(), stored().changed_at, Version.objects.get(version="1.1.0").pk) == before
    written = [q["sql"] for q in queries if q["sql"].startswith(("INSERT", "DELETE", "UPDATE"))]
    assert len(written) == 1, "beside the time of reading something was written"


def test_only_the_version_that_changed_is_written() -> None:
    package_store(record=record(LEFT, ["1.0.0", "1.1.0"]))
    ids = {text: row.pk for text, row in versions().items()}
    package_store(
        record=record(LEFT, [version("1.0.0", {}, released_at=START, deprecated="old"), "1.1.0"])
    )
    assert versions()["1.0.0"].deprecated == "old"
    assert {text: row.pk for text, row in versions().items()} == ids


def test_a_version_that_vanished_is_withdrawn_and_comes_back() -> None:
    package_store(record=record(LEFT, [version("1.0.0", {CORE: "*"}), "1.1.0"]))
    package_store(record=record(LEFT, ["1.1.0"]))
    assert versions()["1.0.0"].withdrawn
    assert needs("1.0.0") == [(CORE, "*", "runtime", "")]
    assert stored().versions_count == 1
    package_store(record=record(LEFT, [version("1.0.0", {CORE: "*"}), "1.1.0"]))
    assert not versions()["1.0.0"].withdrawn


def test_a_list_of_dependencies_is_replaced_as_a_whole_and_kept_where_not_asked_for() -> None:
    many = {f"pkg:npm/p{number}": "*" for number in range(5)}
    package_store(record=record(LEFT, [version("1.0.0", many)]))
    assert len(needs("1.0.0")) == 5
    package_store(record=record(LEFT, [version("1.0.0", {"pkg:npm/p7": "1"})]))
    assert needs("1.0.0") == [("pkg:npm/p7", "1", "runtime", "")]
    package_store(record=record(LEFT, [version("1.0.0", None, deprecated="why")]))
    assert needs("1.0.0") == [("pkg:npm/p7", "1", "runtime", "")]
    assert versions()["1.0.0"].depends
    package_store(record=record(LEFT, [version("1.0.0", {})]))
    assert needs("1.0.0") == []


def test_packages_that_differ_by_capitals_do_not_overwrite_each_other() -> None:
    old, new = "pkg:npm/JSONStream", "pkg:npm/jsonstream"
    package_store(record=record(old, [version("1.3.5", {new: "*"})], summary="Of old"))
    package_store(record=record(new, [version("1.0.0")], summary="Another"))
    assert (stored(old).summary, stored(new).summary) == ("Of old", "Another")
    assert (list(versions(old)), list(versions(new))) == (["1.3.5"], ["1.0.0"])
    assert [need[0] for need in needs("1.3.5", old)] == [new]
    assert package_ensure([old, new]) == {old: stored(old).pk, new: stored(new).pk}


def test_the_order_of_a_registry_does_not_count() -> None:
    many = {f"pkg:npm/p{number}": "*" for number in range(60)}
    package_store(record=record(LEFT, [version("1.0.0", many)]))
    turned = dict(reversed(many.items()))
    assert not package_store(record=record(LEFT, [version("1.0.0", turned)]))


def test_one_need_under_two_conditions_is_two_dependencies() -> None:
    both = tuple(DependencyRecord(CORE, "1", Scope.OPTIONAL, marker) for marker in ("a", "b", "a"))
    package_store(record=record(LEFT, [VersionRecord("1.0.0", dependencies=both)]))
    assert [need[3] for need in needs("1.0.0")] == ["a", "b"]


def test_versions_stand_in_their_ecosystem_s_order_whatever_the_registry_s() -> None:
    package_store(record=record(LEFT, ["1.10.0", "1.9.0", "1.10.0-beta"], latest="1.10.0"))
    assert list(versions()) == ["1.9.0", "1.10.0-beta", "1.10.0"]
    package_store(record=record(LEFT, ["1.10.0", "1.9.0", "1.9.5"], latest="1.10.0"))
    assert list(versions()) == ["1.9.0", "1.9.5", "1.10.0-beta", "1.10.0"]


def test_what_does_not_fit_is_cut_or_left_out() -> None:
    odd = (
        DependencyRecord("pkg:npm/fine", "x" * 1000, marker="m\0" * 500),
        DependencyRecord("no purl"),
        DependencyRecord("pkg:npm/" + "n" * 600),
        DependencyRecord("pkg:npm/" + "n" * 400),
        DependencyRecord("pkg:npm/a%00b"),
        DependencyRecord("pkg:npm/with@1.0"),
    )
    package_store(
        record=record(
            LEFT,
            [
                VersionRecord("1.0.0", dependencies=odd, licence_text="\ud800" * 400, size=-1),
                version("2" * 200),
                version(""),
                version("1\0"),
            ],
            latest="2" * 200,
            summary="a\0b \ud800" * 5_000,
            keywords=("k" * 300,) * 200,
            maintainers=2**40,
            downloads=2**70,
        )
    )
    assert list(versions()) == ["1.0.0"]
    assert [(purl, len(text)) for purl, text, _, _ in needs("1.0.0")] == [("pkg:npm/fine", 300)]
    package = stored()
    assert (package.latest, package.downloads, package.maintainers) == ("", None, None)
    assert package.summary.startswith("ab ?ab ?")


def test_found_by_words_of_name_keywords_and_summary() -> None:
    package_store(
        record=record(CORE, ["1.0.0"], summary="Compiles tomorrow's SyntaxTree", keywords=("es6",))
    )
    for word in ("babel", "core", "es6", "tomorrow", "syntaxtree", "syntax"):
        query = SearchQuery(word, config="simple")
        assert Package.objects.filter(words=query).count() == 1, word
    package_store(record=record(CORE, ["1.0.0"], summary="Minifies", keywords=("es7",)))
    for word, count in (("minifies", 1), ("es7", 1), ("core", 1), ("es6", 0), ("tomorrow", 0)):
        query = SearchQuery(word, config="simple")
        assert Package.objects.filter(words=query).count() == count, word
    package_ensure(["pkg:cargo/leftPad"])
    for word in ("left", "leftpad"):
        assert Package.objects.filter(words=SearchQuery(word, config="simple")).count() == 1


def test_a_missing_package_keeps_what_was_known_and_may_come_back() -> None:
    said = record(LEFT, ["1.0.0"], summary="Pads")
    package_store(record=said)
    assert package_missing(package=stored())
    assert not package_missing(package=stored())
    assert (stored().state, stored().summary, stored().digest) == ("missing", "Pads", "")
    assert not versions()["1.0.0"].withdrawn
    assert package_store(record=said)
    assert stored().state == "known"


def test_releases_of_the_year_grow_old_without_a_new_record() -> None:
    package_store(record=record(LEFT, ["1.0.0"]), now=START + 10 * DAY)
    assert stored().releases_year == 1
    before = revision()
    package_unchanged(package=stored(), now=START + 100 * DAY)
    assert (stored().releases_year, revision()) == (1, before)
    package_unchanged(package=stored(), now=START + 400 * DAY)
    assert (stored().releases_year, revision()) == (0, before + 1)
    assert stored().read_at == START + 400 * DAY


def test_what_is_no_purl_gets_no_row() -> None:
    odd = [
        "",
        "left-pad",
        "pkg:npm",
        "pkg:npm/a@1",
        "pkg:npm/" + "a" * 400,
        LEFT,
        LEFT,
        "pkg:npm/a%00b",
    ]
    assert list(package_ensure(odd)) == [LEFT]
    assert list(package_ensure([LEFT])) == [LEFT]
    assert Package.objects.count() == 1


def test_a_package_whose_registry_is_not_asked_says_so() -> None:
    package_ensure(["pkg:maven/org.slf4j/slf4j-api", LEFT])
    assert stored("pkg:maven/org.slf4j/slf4j-api").state == "unread"
    assert stored(LEFT).state == "new"


@pytest.mark.django_db(transaction=True)
def test_two_that_store_one_package_wait_for_each_other_and_nothing_is_doubled() -> None:
    said = record(LEFT, ["1.0.0", version("1.1.0", {CORE: "*"})])
    package_ensure([LEFT, CORE])
    other = Beside(lambda: package_store(record=said))
    with transaction.atomic():
        package_store(record=said)
        assert other.start()
    other.join()
    assert (Version.objects.count(), Dependency.objects.count()) == (2, 1)
    assert revision() == 1


@pytest.mark.django_db(transaction=True)
def test_storing_what_depends_on_a_package_does_not_wait_for_that_package() -> None:
    package_store(record=record(LEFT, ["1.0.0"]))
    package_ensure([CORE])
    needing, version_id = version("1.0.0", {CORE: "*"}), versions()["1.0.0"].pk
    with transaction.atomic():
        package_store(record=record(CORE, ["1.0.0"]))
        other = Beside(lambda: dependencies_write([needing], {"1.0.0": version_id}))
        assert not other.start()
    other.join()
    assert needs("1.0.0") == [(CORE, "*", "runtime", "")]


TEXTS = ("1.0.0", "1.1.0", "1.10.0", "2.0.0-rc.1", "2.0.0")
needed = st.none() | st.dictionaries(
    st.sampled_from([CORE, "pkg:npm/p1", "pkg:npm/p2"]), st.sampled_from(["*", "^1"]), max_size=3
)
versions_said = st.lists(
    st.builds(
        lambda text, needs, yanked, day: version(
            text, needs, yanked=yanked, released_at=START + day * DAY
        ),
        st.sampled_from(TEXTS),
        needed,
        st.booleans(),
        st.integers(0, 500),
    ),
    unique_by=lambda one: one.version,
    max_size=5,
)
said = st.builds(
    lambda made, summary, languages: record(
        LEFT,
        made,
        summary=summary,
        implementations=tuple(
            Implementation(one, EvidenceKind.CLASSIFIER, one) for one in languages
        ),
    ),
    versions_said,
    st.sampled_from(["", "pads", "pads left"]),
    st.lists(st.sampled_from(["c", "rust"]), unique=True),
)
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def state_of(purl: str) -> tuple[object, ...]:
    """All that is known of a package beside what was withdrawn and when it was read."""
    hidden = ("id", "changed_at", "words", "digest")
    package = {k: v for k, v in Package.objects.values().get(purl=purl).items() if k not in hidden}
    rows = [row for row in versions(purl).values() if not row.withdrawn]
    kept = [
        (row.version, row.yanked, row.released_at, needs(row.version) if row.depends else None)
        for row in rows
    ]
    evidence = sorted(stored(purl).implementations.values_list("language", "detail"))
    return package, kept, evidence


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(said, min_size=1, max_size=4))
def test_any_sequence_of_records_ends_in_the_state_of_the_last(
    records: list[PackageRecord],
) -> None:
    """Dependencies that the last record does not speak of stay as the ones before said."""
    known: dict[str, VersionRecord] = {}
    for one in records:
        for text in one.versions:
            before = known.get(text.version)
            if text.dependencies is None and before is not None:
                known[text.version] = replace(text, dependencies=before.dependencies)
            else:
                known[text.version] = text
    last = replace(records[-1], versions=tuple(known[one.version] for one in records[-1].versions))
    seen = []
    for sequence in (records, [last]):
        with transaction.atomic():
            for one in sequence:
                package_store(record=one, now=NOW)
            seen.append(state_of(LEFT))
            positions = [row.position for row in versions().values()]
            assert positions == list(range(len(positions)))
            transaction.set_rollback(True)
    assert seen[0] == seen[1]
