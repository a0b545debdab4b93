"""A last look at the texts that are about to leave, whatever was checked before."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Protocol

from apps.singularity.publishing.engine.refusal import Reason

_LITERAL = re.compile(
    r"""
      [\w.+-]{2,}@[\w-]+\.(?:[a-z]{2,}\b)      # an e-mail address
    | \w://                                    # a URL
    | (?:^|[\s"'(=])(?:/|~/|[A-Za-z]:\\)[\w.-]+[/\\]  # a path from the root
    | -----BEGIN
    | (?<![\w.])\d{3,}(?![\w.])                # a number that is no part of a name or version
    | [\x00-\x08\x0b-\x1f\x7f]
    """,
    re.VERBOSE,
)


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
        if _LITERAL.search(line):
            yield at, Reason.LITERAL
    for number in sorted(scanner.secret_lines("\n".join(lines))):
        if number <= len(lines) and scanner.secret_lines(lines[number - 1]):
            yield number - 1, Reason.SECRET
