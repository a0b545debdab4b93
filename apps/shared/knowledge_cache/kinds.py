"""Kinds of answers that are kept; a site's wiring lists them under ``KNOWLEDGE`` by dotted path."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Question = Mapping[str, Any]
"""What is asked, as JSON: the same question in another order of keys is the same."""
Answer = dict[str, Any]
AS_OF = "as_of"
"""The part of an answer that says when what it derives from was last refreshed, if it does."""


def question_digest(question: Question) -> str:
    """SHA-256 of a question in its one canonical form, as 64 hexadecimal digits."""
    text = json.dumps(question, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def content(answer: Answer) -> Answer:
    """What an answer says, without when that was refreshed."""
    return {name: value for name, value in answer.items() if name != AS_OF}


def nothing_told() -> Iterable[Question]:
    """Of most kinds no answer is told to instances."""
    return ()


@dataclass(frozen=True, slots=True)
class Kind:
    """Answers of one kind.

    ``sources`` name what they derive from: whoever changes one calls ``source_changed`` in the same
    transaction. ``answer`` works one out. ``told`` gives the questions whose answers every
    instance gets a copy of: they hold nothing that only some may see, and fit into a message.
    """

    name: str
    sources: tuple[str, ...]
    answer: Callable[[Question], Answer]
    told: Callable[[], Iterable[Question]] = nothing_told
