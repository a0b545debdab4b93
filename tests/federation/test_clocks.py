"""A clock that is hours wrong, and is set right again, changes nothing but what it is told to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from tests.common.bookkeeping import settled
from tests.common.federation import Federation, Site
from tests.common.processes import eventually

SKEWED = Path(__file__).resolve().parents[1] / "common" / "skewed"
_SKEW = "SELECT told_at - heard_at FROM fleet_instance WHERE name = %s"
SLACK = timedelta(minutes=5)


@contextmanager
def clock_ahead(site: Site, hours: int) -> Iterator[None]:
    """All processes of a site with a clock that is so many hours ahead."""
    seconds = str(timedelta(hours=hours).total_seconds())
    site.restart(PYTHONPATH=str(SKEWED), CLOCK_AHEAD_SECONDS=seconds)
    yield
    site.restart()


@pytest.mark.parametrize("hours", [5, -5])
def test_a_wrong_clock_is_seen_and_its_facts_are_applied(fleet: Federation, hours: int) -> None:
    alpha = fleet.instances[0]
    fleet.sync()
    assert not settled(fleet)
    with clock_ahead(alpha, hours):
        alpha.learner.ask("change", seed=hours + 50, facts=40, codebases=2)
        fleet.sync()
        assert not settled(fleet), fleet.said()
        wrong = timedelta(hours=hours)
        assert eventually(lambda: abs(skew(fleet, alpha) - wrong) < SLACK), skew(fleet, alpha)
    alpha.learner.ask("change", seed=hours + 60, facts=40, codebases=2)
    fleet.sync()
    assert not settled(fleet), "what was told by the right clock is newer than what was before"
    assert eventually(lambda: abs(skew(fleet, alpha)) < SLACK)


def skew(made: Federation, site: Site) -> timedelta:
    """How far Centralcloud sees an instance's clock ahead."""
    rows = made.central.rows(_SKEW, site.name)
    found: timedelta = rows[0][0] or timedelta(0)
    return found
