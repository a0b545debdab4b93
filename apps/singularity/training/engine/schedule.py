"""The learning rate over a run: linear warm-up, then linear decay to nothing.

Bergsma et al. 2025, "Straight to Zero": decay to zero beats decay to a tenth for models of this
kind. What is averaged with others' afterwards holds its rate instead: the mean does to the noise of
steps what a decay would do. The run's extent is counted in steps, in minutes, or in whichever of
both ends first.
"""

from __future__ import annotations

from dataclasses import dataclass

WARM_UP = 0.05
"""Share of the run."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """How far a run is.

    Args:
        steps: optimizer steps; 0: the clock decides.
        seconds: wall-clock limit, over all of its processes; 0: the steps decide.
        holds: whether the rate stays at its peak after the warm-up.

    Raises ValueError where neither is given.
    """

    steps: int
    seconds: float
    holds: bool = False

    def __post_init__(self) -> None:
        if self.steps <= 0 and self.seconds <= 0:
            raise ValueError("a run needs steps or minutes")

    def done(self, step: int, seconds: float) -> float:
        """The share that is over after ``step`` steps and ``seconds``, 0 to 1."""
        by_steps = step / self.steps if self.steps else 0.0
        by_clock = seconds / self.seconds if self.seconds else 0.0
        return min(1.0, max(by_steps, by_clock))

    def rate(self, step: int, seconds: float) -> float:
        """The factor on the peak rate for the step after ``step``, above 0, at most 1."""
        # The middle of the next step, so that neither the first nor the last one is lost.
        done = self.done(step, seconds)
        middle = min(1.0, done + (0.5 / self.steps if self.steps else 0.0))
        warm = middle / WARM_UP if WARM_UP else 1.0
        left = 1.0 if self.holds else (1 - middle) / (1 - WARM_UP)
        return max(1e-3, min(1.0, warm, left))

    def seconds_left(self, step: int, seconds: float) -> float:
        """What remains at the pace so far; 0 before the first step."""
        done = self.done(step, seconds)
        return seconds * (1 - done) / done if done else 0.0
