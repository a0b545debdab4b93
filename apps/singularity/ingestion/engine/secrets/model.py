"""What a scrub gives back."""

import re
from dataclasses import dataclass

PLACEHOLDER = re.compile(rb"<secret:[a-z0-9-]+>")


@dataclass(frozen=True, slots=True)
class SecretFinding:
    """A secret that was there: its kind and its line (1-based), never its value."""

    kind: str
    line: int


@dataclass(frozen=True, slots=True)
class Scrubbed:
    """The text without its secrets, with as many lines as before."""

    text: str
    findings: tuple[SecretFinding, ...]


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Bytes to replace, from `start` up to `end`."""

    start: int
    end: int
    kind: str
