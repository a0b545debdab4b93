"""The scanner that keeps secrets out of storage, asked once more before anything leaves."""

from __future__ import annotations

from functools import cached_property

from apps.singularity.ingestion.engine.secrets import Scrubber


class Secrets:
    """Loads its rules at first need, which takes half a second."""

    @cached_property
    def _scrubber(self) -> Scrubber:
        return Scrubber()

    def secret_lines(self, text: str) -> set[int]:
        """The lines, from 1, that hold a secret."""
        return {finding.line for finding in self._scrubber.scrub(text).findings}
