"""What a training process says becomes a row and curves that stay small."""

from __future__ import annotations

import pytest
from django.conf import settings

from apps.singularity.training.engine.events import TrainingFailed
from apps.singularity.training.models import TrainingRun
from apps.singularity.training.services import record
from apps.singularity.training.services.record import RunRecord

pytestmark = pytest.mark.django_db


@pytest.fixture
def run() -> TrainingRun:
    return TrainingRun.objects.create(instance=settings.INSTANCE_ID, kind="t5")


def progress(step: int, **numbers: object) -> dict[str, object]:
    return {"event": "progress", "step": step, **numbers}


def steps(run: TrainingRun, name: str = "loss") -> list[int]:
    return list(run.points.filter(name=name).values_list("step", flat=True))


def test_numbers_reach_the_row_and_the_curves(run: TrainingRun) -> None:
    written = RunRecord(run)
    written.hear({"event": "started", "device": "cpu", "device_name": "EPYC", "step": 0})
    written.hear({"event": "evaluated", "step": 0, "metrics": {"bits_per_byte": 4.0}})
    written.hear(
        progress(5, steps=10, loss=3.5, tokens_per_second=900.5, mfu=0.4, seconds_left=7.0)
    )
    written.hear({"event": "note", "text": "Out of memory: goes on with 8."})
    run.refresh_from_db()
    assert (run.device, run.step, run.steps, run.loss) == ("EPYC", 5, 10, 3.5)
    assert (run.tokens_per_second, run.mfu, run.seconds_left) == (900.5, 0.4, 7.0)
    assert run.notes == ["Out of memory: goes on with 8."]
    points = list(run.points.values_list("name", "step", "value"))
    assert points == [("bits_per_byte", 0, 4.0), ("loss", 5, 3.5), ("tokens_per_second", 5, 900.5)]


@pytest.mark.parametrize("wrong", [float("nan"), float("inf"), "3", None, True, [1], 10**400])
def test_what_is_no_number_is_left_out(run: TrainingRun, wrong: object) -> None:
    written = RunRecord(run)
    written.hear(progress(1, loss=2.0))
    written.hear(progress(2, loss=wrong, tokens_per_second=wrong))
    written.hear({"event": "evaluated", "step": 2, "metrics": wrong})
    written.hear({"event": "unheard of"})
    written.write()
    run.refresh_from_db()
    assert (run.loss, run.step) == (2.0, 2)
    assert steps(run) == [1]


def test_curves_are_thinned_evenly(run: TrainingRun, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record, "MOST_POINTS", 16)
    written = RunRecord(run)
    for step in range(1, 101):
        written.hear(progress(step, loss=1 / step))
        if step % 10 == 0:
            written.write()
    assert steps(run) == list(range(8, 101, 8))


def test_a_run_that_goes_on_says_its_steps_anew(run: TrainingRun) -> None:
    first = RunRecord(run)
    for step in range(1, 9):
        first.hear(progress(step, loss=float(step)))
    first.write()
    second = RunRecord(run)
    second.hear(progress(6, loss=60.0))
    second.write()
    points = run.points.filter(name="loss").values_list("step", "value")
    assert list(points) == [(1, 1.0), (2, 2.0), (3, 3.0), (4, 4.0), (5, 5.0), (6, 60.0)]


def test_a_failure_is_one_line(run: TrainingRun) -> None:
    with pytest.raises(TrainingFailed, match=r"^The loss is not a number: lower the rate$"):
        RunRecord(run).hear(
            {"event": "failed", "reason": "The loss is not\na number: lower the rate"}
        )


def test_the_end_brings_metrics_before_and_after(run: TrainingRun) -> None:
    written = RunRecord(run)
    written.hear(
        {"event": "done", "metrics": {"a": 1.0}, "before": {"a": 2.0}, "examples": 7, "bundle": "b"}
    )
    run.refresh_from_db()
    assert (run.metrics, run.before, run.examples) == ({"a": 1.0}, {"a": 2.0}, 7)
    assert written.done is not None
