"""What a training process says, written into the row of its run and the points of its curves."""

from __future__ import annotations

import math
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Mod

from apps.singularity.training.engine.events import TrainingFailed
from apps.singularity.training.models import TrainingPoint, TrainingRun
from apps.singularity.training.services.process import Event

WRITE_SECONDS = 2.0
MOST_POINTS = 1_000
"""Of each name; when there are more, every second step's point goes."""
MOST_NOTES = 50
_LARGEST = 2**62
TRAINING_POINTS = {"loss": "loss", "tokens_per_second": "tokens_per_second"}


class RunRecord:
    """Keeps the row of a run: numbers every two seconds, what matters at once.

    ``done`` is the event that a run which ended well ends with.
    """

    def __init__(self, run: TrainingRun) -> None:
        self.run = run
        self.done: Event | None = None
        self._points: list[TrainingPoint] = []
        self._strides: defaultdict[str, int] = defaultdict(lambda: 1)
        self._changed: set[str] = set()
        self._begun = False
        self._written = time.monotonic()
        self._hear: dict[str, Callable[[Event], None]] = {
            "started": self._started,
            "progress": self._progress,
            "evaluated": self._evaluated,
            "note": self._note,
            "failed": self._failed,
            "done": self._done,
        }

    def hear(self, event: Event) -> None:
        """Take one event in.

        Raises:
            TrainingFailed: the process says that it cannot go on, and why.
        """
        hearing = self._hear.get(str(event["event"]))
        if hearing is None:
            return
        hearing(event)
        if event["event"] != "progress" or time.monotonic() - self._written >= WRITE_SECONDS:
            self.write()

    def note(self, text: str) -> None:
        """Write something that people should know of the run."""
        self._set(notes=[*self.run.notes, text[:500]][-MOST_NOTES:])
        self.write()

    def write(self) -> None:
        """Write what is new: at most one statement for the row and one for its points."""
        self._written = time.monotonic()
        with transaction.atomic():
            if self._changed:
                self.run.save(update_fields=sorted(self._changed))
            self._write_points()
        self._changed.clear()

    def _started(self, event: Event) -> None:
        device = str(event.get("device_name") or event.get("device") or "")
        self._set(device=device[:120])

    def _progress(self, event: Event) -> None:
        numbers = {name: _number(event.get(name)) for name in ("loss", "tokens_per_second", "mfu")}
        known = {name: value for name, value in numbers.items() if value is not None}
        step = _whole(event.get("step"))
        self._begin(step)
        self._set(step=step, seconds_left=_number(event.get("seconds_left")), **known)
        if steps := _whole(event.get("steps")):
            self._set(steps=steps)
        for name in TRAINING_POINTS:
            if name in known:
                self._point(name, step, known[name])

    def _begin(self, step: int) -> None:
        """Drop what the process before this one said of the steps that come now again."""
        if not self._begun:
            self.run.points.filter(step__gte=step).delete()
            self._begun = True

    def _evaluated(self, event: Event) -> None:
        for name, value in metrics_read(event.get("metrics")).items():
            self._point(name, _whole(event.get("step")), value)

    def _note(self, event: Event) -> None:
        self.note(str(event.get("text", "")))

    def _failed(self, event: Event) -> None:
        self.write()
        raise TrainingFailed(" ".join(str(event.get("reason") or "It gave no reason.").split()))

    def _done(self, event: Event) -> None:
        self.done = event
        self._set(
            metrics=metrics_read(event.get("metrics")),
            before=metrics_read(event.get("before")),
            examples=_whole(event.get("examples")),
            seconds_left=None,
        )

    def _set(self, **values: Any) -> None:
        for name, value in values.items():
            setattr(self.run, name, value)
            self._changed.add(name)

    def _point(self, name: str, step: int, value: float) -> None:
        if step % self._strides[name] == 0:
            point = TrainingPoint(run=self.run, name=name[:40], step=step, value=value)
            self._points.append(point)

    def _write_points(self) -> None:
        if not self._points:
            return
        latest = {(point.name, point.step): point for point in self._points}
        TrainingPoint.objects.bulk_create(
            latest.values(),
            update_conflicts=True,
            unique_fields=["run", "name", "step"],
            update_fields=["value"],
        )
        self._points.clear()
        for name in {name for name, _ in latest}:
            self._thin(name)

    def _thin(self, name: str) -> None:
        """Double the distance between a name's points until there are few enough."""
        points = self.run.points.filter(name=name)
        while points.count() > MOST_POINTS:
            self._strides[name] *= 2
            off = points.annotate(off=Mod(F("step"), self._strides[name])).exclude(off=0)
            off.delete()


def metrics_read(said: Any) -> dict[str, float]:
    """The finite numbers of an object, by name."""
    if not isinstance(said, dict):
        return {}
    numbers = {str(name): _number(value) for name, value in said.items()}
    return {name: value for name, value in numbers.items() if value is not None}


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    with suppress(OverflowError):  # of a whole number without end
        return float(value) if math.isfinite(value) else None
    return None


def _whole(value: Any) -> int:
    return min(max(0, int(_number(value) or 0)), _LARGEST)
