"""What other apps of the site say of new code, as notes of a review."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from importlib import import_module
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from apps.singularity.patterns.engine.mined import Place
from apps.singularity.patterns.engine.review import Level, Remark, RemarkKind, ReviewedFile


class Note(Protocol):
    """A line of new code, and what is to be said of it."""

    @property
    def path(self) -> str:
        """Of a reviewed file."""

    @property
    def line(self) -> int:
        """From 1."""

    @property
    def message(self) -> str:
        """One line."""


Reviewer = Callable[[Sequence[ReviewedFile]], Iterable[Note]]
"""What the wiring's ``REVIEWERS`` names: it is told the new code."""


def with_notes(remarks: Sequence[Remark], files: Sequence[ReviewedFile]) -> tuple[Remark, ...]:
    """The remarks and what the site's other reviewers note, by place."""
    named: list[str] = getattr(import_module(settings.SITE_WIRING), "REVIEWERS", [])
    reviewers: list[Reviewer] = [import_string(name) for name in named] if files else []
    notes = [_remark(note) for reviewer in reviewers for note in reviewer(files)]
    return tuple(sorted([*remarks, *notes], key=lambda r: (r.place, r.kind, r.message)))


def _remark(note: Note) -> Remark:
    place = Place(note.path, note.line, note.line)
    return Remark(RemarkKind.SURPRISE, Level.NOTE, place, "", note.message)
