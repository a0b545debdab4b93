"""Which population a fact is counted over, and how SQL says it."""

from __future__ import annotations

ANY = "any"
"""All instances that hold anything."""


def population(row: str) -> str:
    """The population of a row of contributions, facts or staged facts, as SQL."""
    return (
        f"CASE {row}.subject WHEN 'pattern' THEN 'pattern:' || {row}.language"
        f" WHEN 'package' THEN 'package:' || {row}.kind ELSE '{ANY}' END"
    )
