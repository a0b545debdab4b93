"""The loop that all kinds of training share: steps, judging, checkpoints, the end.

What a step learns from and how a model is judged is the learner's. The loop keeps the best weights
on held-out code, the start's among them, and gives those back; for a round of the fleet it gives
the last ones, which may be worse alone than what they began from, and better with those of others.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import torch
from torch import nn

from apps.singularity.training.engine.checkpoints import (
    Checkpoint,
    checkpoint_load,
    checkpoint_save,
    checkpoints_remove,
)
from apps.singularity.training.engine.devices import Device, agreed, matmul_peak
from apps.singularity.training.engine.events import TrainingFailed, say
from apps.singularity.training.engine.numbers import cause_of, non_finite
from apps.singularity.training.engine.optimizers import Optimizer
from apps.singularity.training.engine.progress import Progress
from apps.singularity.training.engine.schedule import Schedule
from apps.singularity.training.engine.spec import Spec
from apps.singularity.training.engine.stopping import Stopped, held, stop_asked

GRADIENT_NORM = 1.0
Metrics = dict[str, float]


@dataclass(frozen=True, slots=True)
class Learned:
    """One step's batch over all processes: mean loss (nats a token), tokens and FLOPs."""

    loss: float
    tokens: int
    flops: int


class Learner(Protocol):
    """One kind of training.

    ``metric`` decides between weights; ``identity`` is what a checkpoint must share with the run
    that goes on from it, as names and values; ``settings`` may change on the way (how many
    sequences memory bears) and come back with a checkpoint.
    """

    metric: str
    less_is_better: bool
    identity: Mapping[str, Any]
    settings: dict[str, Any]

    @property
    def model(self) -> nn.Module:
        """Whose trainable weights learn."""

    def learn(self, step: int) -> Learned:
        """Leave the mean gradient of batch ``step`` (0, 1, ...) in the weights' ``.grad``."""

    def judge(self) -> Metrics:
        """Metrics on held-out code; leaves weights and gradients as they are."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended; the model has the weights that ``metrics`` are of."""

    metrics: Metrics
    before: Metrics
    step: int
    steps: int
    seconds: float


@dataclass(slots=True)
class _State:
    step: int = 0
    seconds: float = 0.0
    before: Metrics = field(default_factory=dict)
    judged_at: int = -1
    best: Metrics = field(default_factory=dict)
    best_step: int = 0


class Loop:
    """One run of a learner.

    Args:
        spec: the run's order; ``steps`` or ``minutes`` end it.
        learner: what learns.
        optimizer: over the learner's weights.
        device: where.
        rate: peak learning rate, for people.
    """

    def __init__(
        self, spec: Spec, learner: Learner, optimizer: Optimizer, device: Device, rate: float
    ) -> None:
        self._spec, self._learner, self._device = spec, learner, device
        self._optimizer, self._rate = optimizer, rate
        self._for_round = spec.round_number > 0
        self._schedule = Schedule(spec.steps, spec.minutes * 60, holds=self._for_round)
        self._state = _State()
        named = learner.model.named_parameters()
        self._weights = {name: weight for name, weight in named if weight.requires_grad}
        self._best: dict[str, torch.Tensor] = {}
        self._clock = time.perf_counter()

    def run(self) -> Outcome:
        """From the start or the newest checkpoint to the best weights.

        Raises:
            TrainingFailed: a loss that is no number, a checkpoint of another run.
            Stopped: the end was asked for; a checkpoint is written.
        """
        peak = matmul_peak(self._device) * self._device.world
        with held():
            self._begin()
            progress = Progress(self._schedule, self._rate, peak, self._state.step)
            while self._done() < 1:
                self._step(progress)
                self._after_step()
            progress.end()
            return self._end()

    def _begin(self) -> None:
        found = checkpoint_load(self._spec.run, _note) if self._spec.resume else None
        if found:
            self._restore(found)
            return
        if self._spec.resume:
            _note("There is no checkpoint to go on from: begins anew.")
        if not self._device.rank:
            checkpoints_remove(self._spec.run)
        self._judge()
        self._state.before = self._state.best

    def _step(self, progress: Progress) -> None:
        start = time.perf_counter()
        learned = self._learned()
        taken = time.perf_counter() - start
        progress.add(learned, taken=taken, step=self._state.step, seconds=self._seconds())

    def _learned(self) -> Learned:
        """One step. Raises TrainingFailed where a number is none."""
        factor = self._schedule.rate(self._state.step, self._seconds())
        learned = self._learner.learn(self._state.step)
        norm = nn.utils.clip_grad_norm_(self._weights.values(), GRADIENT_NORM)
        if non_finite(learned.loss) or non_finite(float(norm)):
            raise self._failed(f"Step {self._state.step + 1}", learned.loss)
        self._optimizer.step(factor)
        self._state.step += 1
        return learned

    def _after_step(self) -> None:
        if self._due(self._spec.evaluate_every):
            self._judge()
        stop = bool(agreed(self._device, float(stop_asked())))
        if stop or self._due(self._spec.checkpoint_every):
            self._save()
        if stop:
            raise Stopped

    def _end(self) -> Outcome:
        if self._state.judged_at != self._state.step:
            self._judge()
            self._save()
        if not self._state.best_step and self._state.step:
            _note("No step did better on held-out code than the start: keeps those weights.")
        self._load(self._best)
        return Outcome(
            self._state.best,
            self._state.before,
            self._state.best_step,
            self._state.step,
            self._seconds(),
        )

    def _due(self, every: int) -> bool:
        return every > 0 and self._state.step % every == 0

    def _seconds(self) -> float:
        """Wall-clock time of the run, over all of its processes."""
        return agreed(self._device, self._state.seconds + time.perf_counter() - self._clock)

    def _done(self) -> float:
        return self._schedule.done(self._state.step, self._seconds())

    def _judge(self) -> None:
        """Judge the weights as they are, and keep them if none were better, or for a round."""
        metrics, name = self._learner.judge(), self._learner.metric
        self._state.judged_at = self._state.step
        if non_finite(metrics[name]):
            raise self._failed(f"Judging after step {self._state.step}", metrics[name])
        say("evaluated", step=self._state.step, metrics=metrics)
        is_first = not self._state.best
        if is_first or self._for_round or self._better(metrics[name], self._state.best[name]):
            self._state.best, self._state.best_step = metrics, self._state.step
            self._best = {key: w.detach().cpu().clone() for key, w in self._weights.items()}

    def _failed(self, when: str, loss: float) -> TrainingFailed:
        step, rate = self._state.step, self._rate
        cause = cause_of(self._weights, loss=loss, rate=rate, step=step)
        return TrainingFailed(f"{when} failed: {cause}")

    def _better(self, one: float, other: float) -> bool:
        return one < other if self._learner.less_is_better else one > other

    def _save(self) -> None:
        """The first process writes; all of them have the same weights."""
        if self._device.rank:
            return
        kept = self._state
        state = {name: getattr(kept, name) for name in _State.__slots__}
        state |= {"seconds": self._seconds_here(), "settings": self._learner.settings}
        state |= {"identity": dict(self._learner.identity)}
        tensors = {"weights": {key: weight.detach() for key, weight in self._weights.items()}}
        tensors |= {"optimizer": self._optimizer.state(), "best": self._best}
        checkpoint_save(self._spec.run, Checkpoint(kept.step, tensors, state))
        say("checkpoint", step=kept.step)

    def _seconds_here(self) -> float:
        return self._state.seconds + time.perf_counter() - self._clock

    def _restore(self, found: Checkpoint) -> None:
        """Raises TrainingFailed where the checkpoint is of another run."""
        state = dict(found.state)
        identity, settings = state.pop("identity"), state.pop("settings")
        other = [k for k, value in self._learner.identity.items() if identity.get(k) != value]
        if other:
            names = ", ".join(other)
            raise TrainingFailed(f"The checkpoint is of another run: its {names} differ.")
        self._learner.settings = settings
        self._state, self._best = _State(**state), found.tensors["best"]
        self._load(found.tensors["weights"])
        self._optimizer.load(found.tensors["optimizer"])
        self._clock = time.perf_counter()
        _note(f"Goes on from the checkpoint of step {found.step}.")

    @torch.no_grad()
    def _load(self, tensors: Mapping[str, torch.Tensor]) -> None:
        for key, weight in self._weights.items():
            weight.copy_(tensors[key])


def _note(text: str) -> None:
    say("note", text=text)
