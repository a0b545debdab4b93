"""The embedding models and the lexical index that this process has open."""

from __future__ import annotations

from contextlib import suppress
from functools import cache, lru_cache
from pathlib import Path

from django.conf import settings

from apps.singularity.ingestion.engine.embedding import Embedder, EmbedderError, load_embedder
from apps.singularity.ingestion.engine.embedding.model_directory import read_model_directory
from apps.singularity.ingestion.engine.embedding.onnx_cache import export_remove
from apps.singularity.ingestion.engine.lexical import LexicalIndex
from apps.singularity.ingestion.engine.text_form import TEXT_FORM_VERSION

MODELS_HELD = 3
"""Models in a process's memory: the one that answers, one that is being built, the former one."""


def embedder_open(setting: str, identity: str = "") -> Embedder:
    """The model that an EMBEDDER setting names.

    Loaded once a process for as long as its files stay the same: which model is wanted stands in
    the database, so that a switch by another process takes effect here without a restart. Who
    asks for vectors of a certain ``identity`` gets a model loaded since that was wanted: another
    process may have exported it anew, in another precision.

    Raises:
        EmbedderError: the setting names nothing that can be loaded; says what to set.
    """
    return _embedder(setting, _stamp(setting), identity)


@lru_cache(maxsize=MODELS_HELD)
def _embedder(setting: str, _files: tuple[int, ...], _identity: str) -> Embedder:
    embedder: Embedder = load_embedder(
        setting,
        cache=_exports(),
        api_key=settings.EMBEDDER_API_KEY or None,
    )
    return embedder


def _stamp(setting: str) -> tuple[int, ...]:
    """Changes when a folder's weights are replaced or go away."""
    try:
        found = (Path(setting) / "model.safetensors").stat() if setting else None
    except OSError:
        return ()
    return (found.st_ino, found.st_size, found.st_mtime_ns) if found else ()


def export_forget(setting: str) -> None:
    """Delete this host's export of a model that no vectors are left of; never the configured one.

    A folder that is gone leaves its export behind.
    """
    if setting == settings.EMBEDDER or not Path(setting).is_dir():
        return
    with suppress(EmbedderError):
        export_remove(read_model_directory(Path(setting)), _exports())


def _exports() -> Path:
    return Path(settings.STATE_DIR) / "models"


def vector_identity(embedder: Embedder) -> str:
    """Names everything that a vector depends on besides the chunk."""
    return f"{embedder.identity}/text{TEXT_FORM_VERSION}"


@cache
def lexical_index(instance: str) -> LexicalIndex:
    """The index of an instance's chunks on this host."""
    return LexicalIndex(Path(settings.STATE_DIR) / "lexical" / instance)
