"""Why something is not done: each a line for people."""

from __future__ import annotations

from collections.abc import Sequence

from apps.centralcloud.averaging.services.outcome import Left


class AveragingError(Exception):
    """What cannot be done at all."""


class Refused(AveragingError):
    """One submission cannot be used; the round goes on without it."""


class TooFew(AveragingError):
    """The round cannot close with the submissions that it has; ``left_out`` are no part of it."""

    def __init__(self, reason: str, left_out: Sequence[Left] = ()) -> None:
        super().__init__(reason)
        self.left_out = left_out


class NotNow(AveragingError):
    """Nothing is wrong with the round: it is tried again, with the same submissions."""
