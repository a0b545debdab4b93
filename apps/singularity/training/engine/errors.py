"""What keeps a training from starting or from ending well: one line each, that says what to do."""

from __future__ import annotations

from apps.singularity.training.engine.events import TrainingFailed


class RunRefused(TrainingFailed):
    """What was asked for cannot be trained."""


class RunWaits(RunRefused):
    """A run of the same kind and scope is being trained, or waits for a worker."""


class NoFormer(TrainingFailed):
    """There is no model to go back to."""
