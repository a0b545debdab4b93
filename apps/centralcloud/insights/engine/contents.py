"""What a pattern consists of, so that two that say the same are told once."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

_METAVARIABLE = re.compile(r"\${3}[A-Z0-9_]*|\$[A-Z_][A-Z0-9_]*")
_RULE_WORDS = {"who", "calls", "also", "and", "first"}


def contents_of(subject: str, kind: str, language: str, name: str) -> frozenset[int]:
    """The calls of API patterns and rules, the lines of an idiom; else the name itself.

    Each part as a hash of 64 bits. A fact whose contents are among another's says no more than
    that other.
    """
    return frozenset(_hash(part) for part in _parts(subject, kind, language, name))


def _parts(subject: str, kind: str, language: str, name: str) -> Iterable[str]:
    if subject != "pattern":
        return [name]
    match kind:
        case "api_set":
            calls = name.split(" + ")
        case "api_order":
            calls = name.split(" -> ")
        case "rule":
            calls = [word for word in name.split() if word not in _RULE_WORDS]
        case "idiom":
            lines = _METAVARIABLE.sub("$", name).splitlines()
            return [f"{language} line {line.strip()}" for line in lines if line.strip()]
        case _:
            return [f"{language} {kind} {name}"]
    return [f"{language} call {call.strip()}" for call in calls]


def _hash(part: str) -> int:
    return int.from_bytes(hashlib.blake2b(part.encode(), digest_size=8).digest(), "big")
