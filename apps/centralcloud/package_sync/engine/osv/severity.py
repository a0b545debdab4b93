"""How severe an advisory is: the base score of a CVSS vector, or what the database says.

Source of scores and ratings: FIRST, Common Vulnerability Scoring System, versions 2.0 (section
3.2.1), 3.1 (sections 5 and 7) and 4.0 (sections 6 and 8), as the library ``cvss`` computes them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cvss import CVSS2, CVSS3, CVSS4
from cvss.exceptions import CVSSError

LONGEST_VECTOR = 200
_VERSIONS: dict[str, Any] = {"CVSS_V4": CVSS4, "CVSS_V3": CVSS3, "CVSS_V2": CVSS2}
"""The newest first: a later version's score is taken over an earlier one's."""
_WORDS = {
    "none": "none",
    "low": "low",
    "moderate": "medium",
    "medium": "medium",
    "important": "high",
    "high": "high",
    "critical": "critical",
}
_RANKS = ("", "none", "low", "medium", "high", "critical")


@dataclass(frozen=True, slots=True)
class Severity:
    """A rating in words; ``score`` and ``vector`` where it was computed from one."""

    rating: str = ""
    score: float | None = None
    vector: str = ""


def rank_of(rating: str) -> int:
    """Where a rating stands, 0 for none at all to 5 for critical."""
    return _RANKS.index(rating)


def severity_of(severities: Iterable[tuple[str, str]], words: Iterable[Any] = ()) -> Severity:
    """The highest score of the newest version of CVSS, else the worst of a database's words.

    Args:
        severities: pairs of OSV's type and score (a vector).
        words: what databases say of it: ``MODERATE``.
    """
    given = tuple(severities)
    for kind in _VERSIONS:
        scored = [one for type_, text in given if type_ == kind and (one := _scored(kind, text))]
        if scored:
            return max(scored, key=lambda one: one.score or 0.0)
    known = [_WORDS[word] for one in words if (word := str(one).strip().lower()) in _WORDS]
    return Severity(max(known, key=rank_of, default=""))


def database_words(*parts: Mapping[str, Any]) -> list[Any]:
    """What ``database_specific`` and ``ecosystem_specific`` objects say of the severity."""
    return [part["severity"] for part in parts if isinstance(part.get("severity"), str)]


def _scored(kind: str, vector: str) -> Severity | None:
    """None for what is no vector of that version."""
    if len(vector) > LONGEST_VECTOR:
        return None
    try:
        made = _VERSIONS[kind](vector)
    except CVSSError:
        return None
    rating = made.severity if kind == "CVSS_V4" else made.severities()[0]
    return Severity(_WORDS.get(rating.lower(), ""), float(made.base_score), vector)
