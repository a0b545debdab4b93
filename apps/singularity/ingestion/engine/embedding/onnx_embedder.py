"""An embedder that runs a local model directory in onnxruntime."""

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from apps.singularity.ingestion.engine.embedding.model_directory import read_model_directory
from apps.singularity.ingestion.engine.embedding.onnx_cache import EXPORT_VERSION, exported_model
from apps.singularity.ingestion.engine.embedding.onnx_runner import OnnxRunner
from apps.singularity.ingestion.engine.embedding.protocol import Vectors


class OnnxEmbedder:
    """A local model; the vector of a text depends on nothing but the text and ``identity``."""

    def __init__(
        self, name: str, model: Path, *, cache: Path, threads: int | None, max_tokens: int
    ) -> None:
        """Load the model directory ``model``, exporting it into ``cache`` at first use.

        ``threads`` defaults to the cores that this process may use.  Raises
        :class:`EmbedderError`.
        """
        read = read_model_directory(model)
        exported = exported_model(read, cache)
        self.name = name
        self.precision = exported.precision
        self.dimensions = exported.dimensions
        self.max_tokens = min(max_tokens, read.max_tokens)
        parts = [read.digest, exported.precision, str(EXPORT_VERSION), str(self.max_tokens)]
        self.identity = hashlib.sha256("\n".join(parts).encode()).hexdigest()
        self._runner = OnnxRunner(
            exported.file,
            model / "tokenizer.json",
            pooling=read.pooling,
            max_tokens=self.max_tokens,
            threads=threads or len(os.sched_getaffinity(0)),
        )

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return (len(texts), dimensions) unit vectors in the order of ``texts``."""
        if not texts:
            return np.empty((0, self.dimensions), dtype=np.float32)
        return self._runner.embed(texts)
