"""A function as the search embeds it."""

from __future__ import annotations

from apps.singularity.ingestion.engine.text_form import text_form
from apps.singularity.training.engine.corpus import Pair


def embedded_text(pair: Pair) -> str:
    """The words of its name on a line of their own, then its code, without documentation."""
    return text_form(
        path="",
        language=pair.language,
        kind=pair.symbol_kind,
        symbol=pair.name,
        signature="",
        documentation="",
        content=pair.code,
    )
