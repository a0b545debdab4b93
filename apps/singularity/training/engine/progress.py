"""How a run says how it goes: at most once a second."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from apps.singularity.training.engine.events import say
from apps.singularity.training.engine.schedule import Schedule

if TYPE_CHECKING:
    from apps.singularity.training.engine.loop import Learned

_EVERY_SECONDS = 1.0


class Progress:
    """Sums steps up until it is time to tell.

    Args:
        schedule: how far the run is.
        rate: peak learning rate.
        peak: FLOP/s of a matrix product over all devices, what MFU is measured against.
        step: steps done before.
    """

    def __init__(self, schedule: Schedule, rate: float, peak: float, step: int) -> None:
        self._schedule, self._rate, self._peak, self._step = schedule, rate, peak, step
        self._told = 0.0
        self._seconds = 0.0
        self._start()

    def _start(self) -> None:
        self._losses: list[float] = []
        self._tokens = self._flops = 0
        self._taken = 0.0

    def add(self, learned: Learned, *, taken: float, step: int, seconds: float) -> None:
        """Count one step that took ``taken`` seconds; ``seconds`` are the run's so far."""
        self._taken += taken
        self._losses.append(learned.loss)
        self._tokens += learned.tokens
        self._flops += learned.flops
        self._step, self._seconds = step, seconds
        if time.perf_counter() - self._told >= _EVERY_SECONDS:
            self._tell()

    def end(self) -> None:
        """Tell what has not been told."""
        if self._losses:
            self._tell()

    def _tell(self) -> None:
        say(
            "progress",
            step=self._step,
            steps=self._schedule.steps,
            loss=sum(self._losses) / len(self._losses),
            rate=self._rate * self._schedule.rate(self._step, self._seconds),
            tokens_per_second=self._tokens / self._taken,
            mfu=self._flops / self._taken / self._peak,
            seconds_left=self._schedule.seconds_left(self._step, self._seconds),
        )
        self._told = time.perf_counter()
        self._start()
