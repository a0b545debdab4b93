"""The embedding models and the lexical index that this process has open."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from django.conf import settings

from apps.singularity.ingestion.engine.embedding import Embedder, load_embedder
from apps.singularity.ingestion.engine.lexical import LexicalIndex
from apps.singularity.ingestion.engine.text_form import TEXT_FORM_VERSION


@cache
def embedder_open(setting: str) -> Embedder:
    """The model that an EMBEDDER setting names, loaded once a process.

    Raises:
        EmbedderError: the setting names nothing that can be loaded; says what to set.
    """
    embedder: Embedder = load_embedder(
        setting,
        cache=Path(settings.STATE_DIR) / "models",
        api_key=settings.EMBEDDER_API_KEY or None,
    )
    return embedder


def vector_identity(embedder: Embedder) -> str:
    """Names everything that a vector depends on besides the chunk."""
    return f"{embedder.identity}/text{TEXT_FORM_VERSION}"


@cache
def lexical_index(instance: str) -> LexicalIndex:
    """The index of an instance's chunks on this host."""
    return LexicalIndex(Path(settings.STATE_DIR) / "lexical" / instance)
