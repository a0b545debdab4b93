"""Hosts are asked in their own time, by all threads and processes together."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest

from apps.centralcloud.package_sync.engine.fetching import Fetcher, Pace
from apps.centralcloud.package_sync.engine.fetching import wire as wires
from apps.centralcloud.package_sync.engine.fetching.pace import duration
from apps.centralcloud.package_sync.engine.fetching.rates import interval
from apps.centralcloud.package_sync.engine.places import Place, places
from apps.centralcloud.package_sync.engine.registry import Unavailable
from tests.common.registries.fixtures import QUICK
from tests.common.registries.server import RegistryServer


class Clock:
    """A time that passes only by sleeping."""

    def __init__(self) -> None:
        self.now = 1_000_000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 2))
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pace(tmp_path: Path, clock: Clock) -> Pace:
    return Pace(tmp_path, patience=60, clock=clock, sleep=clock.sleep)


def test_public_registries_have_the_rates_that_they_ask_for() -> None:
    public = places({}, Path("/nonexistent"), system=Path("/nonexistent"))
    cargo, hex_ = public["cargo"], public["hex"]
    assert interval(cargo, cargo.api + "crates/serde") == 1.0
    assert interval(cargo, cargo.url + "se/rd/serde") == 0.0
    assert interval(hex_, hex_.api + "packages/jason") == pytest.approx(0.6)
    assert interval(public["npm"], public["npm"].url + "left-pad") == 0.0
    assert interval(public["pypi"], public["pypi"].api + "django/json") == 0.0
    own = Place("cargo", "https://cargo.test/", "https://cargo.test/api/", private=True)
    assert interval(own, own.api + "crates/serde") == 0.0


def test_turns_are_spaced_and_a_rest_gives_no_burst(pace: Pace, clock: Clock) -> None:
    for _ in range(3):
        pace.turn("host", 1.0)
    assert clock.slept == [1.0, 1.0]
    clock.now += 100
    for _ in range(3):
        pace.turn("host", 1.0)
    assert clock.slept == [1.0, 1.0, 1.0, 1.0]


def test_hosts_do_not_wait_for_one_another(pace: Pace, clock: Clock) -> None:
    pace.turn("one", 1.0)
    pace.turn("two", 1.0)
    pace.turn("three")
    assert clock.slept == []


def test_a_host_without_a_rate_waits_when_it_asked_to(pace: Pace, clock: Clock) -> None:
    pace.hold("host", 20)
    pace.turn("host")
    pace.turn("host")
    assert clock.slept == [20]


def test_a_shorter_wait_does_not_end_a_longer_one(pace: Pace, clock: Clock) -> None:
    pace.hold("host", 30)
    pace.hold("host", 5)
    pace.turn("host")
    assert clock.slept == [30]


def test_nobody_waits_beyond_patience(pace: Pace, clock: Clock) -> None:
    pace.hold("host", 7200)
    with pytest.raises(Unavailable, match="2 hours"):
        pace.turn("host")
    assert clock.slept == []
    clock.now += 7200
    pace.turn("host")


def test_another_process_knows(pace: Pace, clock: Clock, tmp_path: Path) -> None:
    pace.turn("host", 1.0)
    Pace(tmp_path, patience=60, clock=clock, sleep=clock.sleep).turn("host", 1.0)
    assert clock.slept == [1.0]


def test_turns_of_many_threads_are_all_different(tmp_path: Path) -> None:
    slept: list[float] = []
    pace = Pace(tmp_path, patience=60, clock=lambda: 1000.0, sleep=slept.append)
    threads = [threading.Thread(target=pace.turn, args=("host", 1.0)) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(slept) == [float(number) for number in range(1, 10)]


@pytest.mark.parametrize("content", [b"", b"not a time", b"nan", b"9999999999", b"\xff\xfe"])
def test_a_file_without_sense_makes_nobody_wait(
    content: bytes, pace: Pace, clock: Clock, tmp_path: Path
) -> None:
    pace.turn("host", 1.0)
    clock.now += 10
    (file,) = tmp_path.iterdir()
    file.write_bytes(content)
    pace.turn("host", 1.0)
    assert clock.slept == []


def test_the_fetcher_asks_at_the_rate(
    registry_server: RegistryServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wires, "interval", lambda place, url: 1.0)
    clock = Clock()
    pace = Pace(tmp_path / "pace", patience=60, clock=clock, sleep=clock.sleep)
    registry_server.route("p", b"{}", headers={"Cache-Control": "max-age=600"})
    registry_server.route("q", b"{}")
    place = Place("cargo", registry_server.url, private=True)
    with Fetcher(tmp_path, limits=QUICK, pace=pace) as fetcher:
        for path in ("p", "q", "p", "p", "q"):
            fetcher.get(place, path)
    assert clock.slept == [1.0, 1.0]


def test_connections_to_a_host_are_bounded(registry_server: RegistryServer, tmp_path: Path) -> None:
    """More threads than connections: no more requests are open at once than there may be."""
    open_now, most, lock = [0], [0], threading.Lock()

    def body(_: str) -> bytes:
        with lock:
            open_now[0] += 1
            most[0] = max(most[0], open_now[0])
        time.sleep(0.02)
        with lock:
            open_now[0] -= 1
        return os.urandom(8)

    registry_server.route("p", body)
    place = Place("npm", registry_server.url, private=True)
    with Fetcher(tmp_path, limits=QUICK) as fetcher:
        threads = [threading.Thread(target=fetcher.get, args=(place, f"p?{n}")) for n in range(40)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(registry_server.requests) == 40
    assert 1 < most[0] <= QUICK.connections


def test_times_to_wait_in_words() -> None:
    assert [duration(seconds) for seconds in (1, 119, 600, 7199, 86400)] == [
        *("1 seconds", "119 seconds", "10 minutes", "120 minutes", "24 hours")
    ]
