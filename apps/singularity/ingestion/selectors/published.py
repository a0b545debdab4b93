"""What publishing asks about a code base besides what it declares."""

from __future__ import annotations

from apps.singularity.ingestion.models import Chunk, Codebase

_SEPARATORS = str.maketrans(dict.fromkeys(":/#", "."))


def defined_names(*, codebase: Codebase) -> set[str]:
    """The unqualified names of all that a code base defines."""
    symbols = Chunk.objects.filter(codebase=codebase).exclude(symbol="").order_by()
    return {
        symbol.translate(_SEPARATORS).rpartition(".")[2]
        for symbol in symbols.values_list("symbol", flat=True).distinct().iterator(10_000)
    }
