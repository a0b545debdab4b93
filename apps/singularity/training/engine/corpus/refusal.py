"""Texts that nobody wrote or that say nothing: why they are left out of a corpus."""

from __future__ import annotations

from apps.singularity.ingestion.engine.generated import told_by_text

MAX_LINE = 5_000
"""Characters; longer lines are data."""
_PACKED_AS = {"javascript": "a.js", "typescript": "a.js", "tsx": "a.js", "css": "a.css"}


def why_left_out(language: str, text: str) -> str:
    """The reason, as a word for people; "" where there is none."""
    if not text.strip():
        return "empty"
    told = told_by_text(_PACKED_AS.get(language, ""), text)
    if told:
        return str(told[0])
    if len(text) > MAX_LINE and max(map(len, text.split("\n"))) > MAX_LINE:
        return "long lines"
    return ""
