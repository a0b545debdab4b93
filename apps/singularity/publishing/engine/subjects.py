"""What is told of a code base, and which of it the setting PUBLISH lets out."""

from __future__ import annotations

from enum import StrEnum


class Subject(StrEnum):
    """What a fact is about."""

    PATTERN = "pattern"
    ARCHITECTURE = "architecture"
    FRAMEWORK = "framework"
    PACKAGE = "package"


_ALLOWED = {
    "off": frozenset[Subject](),
    "patterns": frozenset({Subject.PATTERN, Subject.ARCHITECTURE}),
    "all": frozenset(Subject),
}


def subjects_allowed(publish: str) -> frozenset[Subject]:
    """The subjects that leave under this value of PUBLISH. Raises KeyError for another one."""
    return _ALLOWED[publish]
