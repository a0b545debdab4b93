"""A last look at the texts that are about to leave, whatever was checked before."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Protocol

from apps.singularity.publishing.engine.refusal import Reason

_ADDRESS = re.compile(r"[\w+-]@[\w-]+\.[a-z]{2}")
_PATH = re.compile(r"(?:^|[\s\"'(=])(?:/|~/|[A-Za-z]:\\)[\w.-]+[/\\]")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


class SecretScanner(Protocol):
    """Finds secrets in text."""

    def secret_lines(self, text: str) -> set[int]:
        """The lines, from 1, that hold one."""


def suspicious(texts: Sequence[str], scanner: SecretScanner) -> Iterator[tuple[int, Reason]]:
    """Which of the texts must not leave, by their place, and why.

    All are looked at together, since scanners are fast on much and slow on little; what that
    finds is looked at once more, alone.
    """
    lines = [" ".join(text.split("\n")) for text in texts]
    for at, line in enumerate(lines):
        if _has_literal(line):
            yield at, Reason.LITERAL
    for number in sorted(scanner.secret_lines("\n".join(lines))):
        if number <= len(lines) and scanner.secret_lines(lines[number - 1]):
            yield number - 1, Reason.SECRET


def _has_literal(text: str) -> bool:
    """Whether it has an e-mail address, a URL, a path from the root, a key, a control character.

    Most texts have none of the signs that these have, which is told far faster.
    """
    return bool(
        "://" in text
        or "-----BEGIN" in text
        or ("@" in text and _ADDRESS.search(text))
        or (("/" in text or "\\" in text) and _PATH.search(text))
        or _CONTROL.search(text)
    )
