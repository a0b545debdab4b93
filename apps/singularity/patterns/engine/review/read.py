"""Reviewed files with their facts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from apps.singularity.patterns.engine.extract import SourceText, file_facts
from apps.singularity.patterns.engine.facts import FileFacts, Function
from apps.singularity.patterns.engine.review.model import ReviewedFile


@dataclass(frozen=True, slots=True)
class Read:
    """A file under review and what was read from it."""

    file: ReviewedFile
    facts: FileFacts

    @property
    def path(self) -> str:
        """Where it stands."""
        return self.file.path

    def touched(self) -> list[Function]:
        """Its functions in which something changed."""
        lines = self.file.lines
        return [f for f in self.facts.functions if lines.touches(f.start_line, f.end_line)]


def read_all(files: Sequence[ReviewedFile]) -> list[Read]:
    """Parse all files, in the order of their paths."""
    return [
        Read(file, file_facts(SourceText(file.path, file.language, file.text)))
        for file in sorted(files, key=lambda file: file.path)
    ]
