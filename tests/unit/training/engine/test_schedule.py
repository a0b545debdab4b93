"""How a run's rate and end follow from steps or the clock."""

import pytest

from apps.singularity.training.engine.schedule import Schedule


def test_the_rate_rises_then_falls_to_almost_nothing() -> None:
    schedule = Schedule(steps=100, seconds=0)
    rates = [schedule.rate(step, 0.0) for step in range(100)]
    top = rates.index(max(rates))
    assert rates[:top] == sorted(rates[:top])
    assert rates[top:] == sorted(rates[top:], reverse=True)
    assert 0 < rates[-1] < 0.01
    assert 0 < rates[0] < 0.2
    assert top <= 5


def test_a_round_holds_its_rate_after_the_warm_up() -> None:
    schedule = Schedule(steps=100, seconds=0, holds=True)
    rates = [schedule.rate(step, 0.0) for step in range(100)]
    assert rates[0] < 0.2
    assert set(rates[5:]) == {1.0}


def test_one_step_is_a_step() -> None:
    assert Schedule(steps=1, seconds=0).rate(0, 0.0) > 0.4


def test_whichever_ends_first_ends_the_run() -> None:
    schedule = Schedule(steps=100, seconds=60)
    assert schedule.done(10, 30) == 0.5
    assert schedule.done(90, 30) == 0.9
    assert schedule.done(20, 61) == 1
    assert schedule.seconds_left(50, 30) == pytest.approx(30)


def test_a_run_without_an_end_is_refused() -> None:
    with pytest.raises(ValueError, match="steps or minutes"):
        Schedule(steps=0, seconds=0)
