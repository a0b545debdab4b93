"""Documents come once and are only asked after again; what goes wrong is said in one line."""

from __future__ import annotations

import gzip
import threading
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from apps.centralcloud.package_sync.engine.fetching import Fetcher, Limits, Pace, user_agent
from apps.centralcloud.package_sync.engine.fetching.answers import retry_after
from apps.centralcloud.package_sync.engine.places import Place
from apps.centralcloud.package_sync.engine.registry import (
    Malformed,
    PackageMissing,
    Refused,
    RegistryError,
    TooLarge,
    Unavailable,
)
from tests.common.registries.fixtures import QUICK
from tests.common.registries.server import RegistryServer


@pytest.fixture
def place(registry_server: RegistryServer) -> Place:
    return Place("npm", registry_server.url, private=True)


@pytest.fixture(autouse=True)
def _no_error_names_an_address(registry_server: RegistryServer) -> Iterator[None]:
    yield
    assert "127.0.0.1" not in " ".join(map(str, _RAISED))
    assert not any("\n" in str(error) for error in _RAISED)
    _RAISED.clear()


_RAISED: list[RegistryError] = []


def failure(fetcher: Fetcher, place: Place, path: str, **options: int) -> RegistryError:
    with pytest.raises(RegistryError) as caught:
        fetcher.get(place, path, **options)  # type: ignore[arg-type]  # limit is the only one
    _RAISED.append(caught.value)
    return caught.value


def test_an_unchanged_document_costs_one_304_without_a_body(
    fetcher: Fetcher, place: Place, registry_server: RegistryServer
) -> None:
    registry_server.route("left-pad", {"name": "left-pad", "readme": "x" * 100_000})
    first = fetcher.get(place, "left-pad")
    second = fetcher.get(place, "left-pad")
    assert [seen.status for seen in registry_server.requests] == [200, 304]
    assert (first.unchanged, second.unchanged) == (False, True)
    assert first.json() == second.json()
    assert second.requests == 1
    assert second.received < 300 < first.received


def test_last_modified_alone_is_enough_for_a_304(
    fetcher: Fetcher, place: Place, registry_server: RegistryServer
) -> None:
    headers = {"Last-Modified": "Wed, 21 Oct 2015 07:28:00 GMT"}
    registry_server.route("old", b"{}", headers=headers, etag=False)
    assert [fetcher.get(place, "old").unchanged for _ in range(3)] == [False, True, True]
    assert [seen.status for seen in registry_server.requests] == [200, 304, 304]


def test_a_changed_document_is_the_new_one_every_time(
    fetcher: Fetcher, place: Place, registry_server: RegistryServer
) -> None:
    for number in (1, 2, 3, 2):
        registry_server.route("p", {"number": number})
        for _ in range(2):
            assert fetcher.get(place, "p").json() == {"number": number}
    assert [seen.status for seen in registry_server.requests[:6]] == [200, 304, 200, 304, 200, 304]


def test_within_its_time_nothing_is_asked(
    fetcher: Fetcher, place: Place, registry_server: RegistryServer
) -> None:
    registry_server.route("p", {"a": 1}, headers={"Cache-Control": "public, max-age=600"})
    fetcher.get(place, "p")
    again = fetcher.get(place, "p")
    assert len(registry_server.requests) == 1
    assert (again.requests, again.received, again.unchanged) == (0, 0, True)


def test_what_may_not_be_kept_is_not(
    fetcher: Fetcher, place: Place, registry_server: RegistryServer
) -> None:
    registry_server.route("p", {"a": 1}, headers={"Cache-Control": "no-store"})
    assert not fetcher.get(place, "p").unchanged
    assert not fetcher.get(place, "p").unchanged


def test_media_types_are_kept_apart(
    fetcher: Fetcher, place: Place, registry_server: RegistryServer
) -> None:
    registry_server.route("p", {"a": 1}, headers={"Cache-Control": "max-age=600"})
    fetcher.get(place, "p", accept="application/json")
    assert not fetcher.get(place, "p", accept="application/vnd.short+json").unchanged


def test_counting_adds_up_over_documents(
    fetcher: Fetcher, place: Place, registry_server: RegistryServer
) -> None:
    registry_server.route("a", b"{}")
    registry_server.route("b", b"{}")
    with fetcher.counted() as whole:
        fetcher.get(place, "a")
        with fetcher.counted() as inner:
            documents = [fetcher.get(place, "a"), fetcher.get(place, "b")]
    assert (whole.requests, inner.requests) == (3, 2)
    assert (whole.unchanged, inner.unchanged) == (1, 1)
    assert inner.received == sum(document.received for document in documents)


def test_who_asks_says_so(registry_server: RegistryServer, tmp_path: Path, place: Place) -> None:
    registry_server.route("p", b"{}")
    with Fetcher(tmp_path, contact="ops@example.test\r\nX-Evil: 1", limits=QUICK) as fetcher:
        fetcher.get(place, "p")
    headers = registry_server.requests[0].headers
    assert headers["user-agent"].startswith("Singularity/")
    assert "(ops@example.test" in headers["user-agent"]
    assert "x-evil" not in headers
    assert headers["accept-encoding"] == "gzip"
    assert "(" not in user_agent("")


def test_missing_and_withdrawn_packages_differ_from_failures(
    fetcher: Fetcher, place: Place, registry_server: RegistryServer
) -> None:
    registry_server.route("gone", b"", status=410)
    assert isinstance(failure(fetcher, place, "never-there"), PackageMissing)
    assert "no more" in str(failure(fetcher, place, "gone"))
    assert len(registry_server.requests) == 2


def test_a_package_that_is_withdrawn_is_not_answered_from_what_was_kept(
    fetcher: Fetcher, place: Place, registry_server: RegistryServer
) -> None:
    registry_server.route("p", b"{}")
    fetcher.get(place, "p")
    registry_server.withdraw("p")
    assert isinstance(failure(fetcher, place, "p"), PackageMissing)


@pytest.mark.parametrize("code", [401, 403])
def test_refusals_are_final(
    code: int, fetcher: Fetcher, place: Place, registry_server: RegistryServer
) -> None:
    registry_server.route("p", b"", status=code)
    assert isinstance(failure(fetcher, place, "p"), Refused)
    assert len(registry_server.requests) == 1


@pytest.mark.parametrize("kind", ["status", "truncated", "reset"])
def test_what_passes_is_asked_again(
    kind: str, fetcher: Fetcher, place: Place, registry_server: RegistryServer
) -> None:
    registry_server.route("p", {"a": "b" * 100})
    registry_server.fault("p", kind, times=2)
    document = fetcher.get(place, "p")
    assert document.json() == {"a": "b" * 100}
    assert document.requests == 3


def test_what_does_not_pass_ends_after_four_attempts(
    fetcher: Fetcher, place: Place, registry_server: RegistryServer
) -> None:
    registry_server.route("p", {"a": "b" * 100})
    registry_server.fault("p", "status", times=4, code=503)
    assert "503" in str(failure(fetcher, place, "p"))
    registry_server.fault("p", "truncated", times=4)
    assert isinstance(failure(fetcher, place, "p"), Malformed)
    assert len(registry_server.requests) == 8
    assert fetcher.get(place, "p").json() == {"a": "b" * 100}


def test_an_error_that_wants_to_be_kept_is_not(
    fetcher: Fetcher, place: Place, registry_server: RegistryServer
) -> None:
    registry_server.route("p", b"", status=503, headers={"Cache-Control": "max-age=9999"})
    failure(fetcher, place, "p")
    registry_server.route("p", {"fine": 1})
    assert fetcher.get(place, "p").json() == {"fine": 1}


class Clock:
    """A time that passes only by sleeping."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC).timestamp()
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_a_registry_that_asks_to_wait_is_waited_for(
    form: str, place: Place, registry_server: RegistryServer, tmp_path: Path
) -> None:
    date = datetime.now(UTC) + timedelta(seconds=40)
    registry_server.route("p", b"{}")
    after = "40" if form == "seconds" else format_datetime(date, usegmt=True)
    registry_server.fault("p", "retry_after", after=after)
    clock = Clock()
    pace = Pace(tmp_path / "pace", patience=60, clock=clock, sleep=clock.sleep)
    with Fetcher(tmp_path, limits=replace(QUICK, patience=60), pace=pace) as fetcher:
        assert fetcher.get(place, "p").requests == 2
        fetcher.get(place, "p")
    assert clock.slept == [pytest.approx(40, abs=5)]


def test_a_registry_that_asks_to_wait_for_long_is_left_alone_by_everybody(
    fetcher: Fetcher, place: Place, registry_server: RegistryServer, tmp_path: Path
) -> None:
    registry_server.route("p", b"{}")
    registry_server.route("q", b"{}")
    registry_server.fault("p", "retry_after", after="3600")
    assert "asked to wait 60 minutes" in str(failure(fetcher, place, "p"))
    assert isinstance(failure(fetcher, place, "q"), Unavailable)
    with Fetcher(tmp_path / "registries", limits=QUICK) as another:
        assert "60 minutes" in str(failure(another, place, "q"))
    assert len(registry_server.requests) == 1


def test_retry_after_is_read_in_both_forms() -> None:
    now = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
    assert retry_after("120") == 120
    assert retry_after("Mon, 23 Nov 2026 12:01:30 GMT", now) == 90
    assert retry_after("Mon, 23 Nov 2026 12:01:30 -0000", now) == 90
    assert retry_after("Mon, 23 Nov 2026 11:00:00 GMT", now) == 0
    assert retry_after("soon") is None
    assert retry_after("") is None
    assert retry_after("-5") is None


def test_no_answer_in_time_is_no_answer(
    place: Place, registry_server: RegistryServer, tmp_path: Path
) -> None:
    registry_server.route("p", b"{" + b" " * 200 + b"}")
    for kind in ("slow", "slow_headers"):
        registry_server.fault("p", kind, times=1, pause=0.05, most=100)
    with Fetcher(tmp_path, limits=_hurried()) as hurried:
        for _ in range(2):
            assert "did not answer in time" in str(failure(hurried, place, "p"))


def test_a_silent_registry_is_not_waited_for_without_end(
    place: Place, registry_server: RegistryServer, tmp_path: Path
) -> None:
    registry_server.route("p", b"{}")
    registry_server.fault("p", "slow", times=1, pause=1.0)
    with Fetcher(tmp_path, limits=_hurried(silence=0.1, answer=5)) as hurried:
        assert "in time" in str(failure(hurried, place, "p"))


@pytest.mark.parametrize("packed", [True, False])
def test_a_document_beyond_the_limit_is_not_read_to_its_end(packed: bool, tmp_path: Path) -> None:
    with RegistryServer(packed=packed) as server, Fetcher(tmp_path, limits=QUICK) as fetcher:
        place = Place("npm", server.url, private=True)
        server.route("p", b" " * 5_000_000)
        with fetcher.counted() as count:
            error = failure(fetcher, place, "p", limit=1_000_000)
        assert count.received < 200_000
        assert isinstance(error, TooLarge)
        assert not error.again
        assert str(error) == "the document is larger than 0.954 MiB"
        assert len(fetcher.get(place, "p").body) == 5_000_000


def test_a_bomb_is_not_unpacked_beyond_the_limit(
    fetcher: Fetcher, place: Place, registry_server: RegistryServer
) -> None:
    """A hundred MB of blanks travel as a hundred KB: two pieces of what is read at once."""
    registry_server.packed = False
    registry_server.route(
        "bomb", gzip.compress(b" " * 100_000_000, 9), headers={"Content-Encoding": "gzip"}
    )
    tracemalloc.start()
    try:
        assert isinstance(failure(fetcher, place, "bomb", limit=1_000_000), TooLarge)
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


def test_an_endless_answer_stops_at_the_limit(
    fetcher: Fetcher, place: Place, registry_server: RegistryServer
) -> None:
    registry_server.fault("p", "endless")
    with fetcher.counted() as count:
        assert isinstance(failure(fetcher, place, "p", limit=1_000_000), TooLarge)
    assert count.received < 2_000_000


def test_json_that_is_none_is_malformed_and_comes_anew(
    fetcher: Fetcher, place: Place, registry_server: RegistryServer
) -> None:
    """Even where whatever cut it off left its tag alone."""
    registry_server.route("p", b'{"half": ', headers={"ETag": '"same"'})
    with pytest.raises(Malformed, match="not JSON"):
        fetcher.get(place, "p").json()
    registry_server.route("p", b'{"half": 0.5}', headers={"ETag": '"same"'})
    assert fetcher.get(place, "p").json() == {"half": 0.5}
    assert [seen.status for seen in registry_server.requests] == [200, 200]


def test_packed_answers_that_cannot_be_unpacked_are_malformed(
    fetcher: Fetcher, place: Place, registry_server: RegistryServer
) -> None:
    whole = gzip.compress(b"{}" + b" " * 10_000)
    for body in (b"no gzip at all", whole[:-10], whole + b"more"):
        headers = {"Content-Encoding": "gzip", "Cache-Control": "max-age=600"}
        registry_server.fault("p", "malformed", times=4, body=body, headers=headers)
        assert isinstance(failure(fetcher, place, "p"), Malformed)
    headers = {"Content-Encoding": "br"}
    registry_server.fault("p", "malformed", times=4, body=b"x", headers=headers)
    assert isinstance(failure(fetcher, place, "p"), Malformed)


def test_many_threads_get_their_own_documents(
    fetcher: Fetcher, place: Place, registry_server: RegistryServer
) -> None:
    found: dict[int, int] = {}
    for number in range(60):
        registry_server.route(f"p{number}", {"number": number})

    def ask(start: int) -> None:
        for number in range(start, 60, 6):
            found[number] = fetcher.get(place, f"p{number}").json()["number"]

    threads = [threading.Thread(target=ask, args=(start,)) for start in range(6)]
    for _ in range(2):
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        threads = [threading.Thread(target=ask, args=(start,)) for start in range(6)]
    assert found == {number: number for number in range(60)}
    assert [seen.status for seen in registry_server.requests].count(304) == 60


def _hurried(*, silence: float = 2.0, answer: float = 0.4) -> Limits:
    return replace(QUICK, silence=silence, answer=answer, attempts=1)
