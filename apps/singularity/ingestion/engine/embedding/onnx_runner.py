"""One ONNX model, one text at a time.

A batch of one needs no padding and no attention mask, and under dynamic int8 quantisation (one
activation scale per tensor) it keeps a text's vector free of the texts beside it: in batches of 8
the same text differed by up to .011 in cosine.  It costs 5 % of the throughput of batches of 8
and gets it back by scaling over threads, each with a text of its own.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from apps.singularity.ingestion.engine.embedding.model_directory import Pooling
from apps.singularity.ingestion.engine.embedding.protocol import Vectors

CHARACTERS_PER_TOKEN = 32
"""Characters of a text that are tokenised for each token kept; the rest of a huge text is cut."""


class OnnxRunner:
    """A session and a tokenizer; holds no threads between calls, so a process may fork."""

    def __init__(
        self, model: Path, tokenizer: Path, *, pooling: Pooling, max_tokens: int, threads: int
    ) -> None:
        """Load ``model`` (input ``input_ids`` (1, tokens), output (1, tokens, dimensions))."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            str(model), options, providers=["CPUExecutionProvider"]
        )
        self._tokenizer = Tokenizer.from_file(str(tokenizer))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(max_tokens)
        self._characters = max_tokens * CHARACTERS_PER_TOKEN
        self._pooling = pooling
        self._threads = threads

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return (len(texts), dimensions) unit vectors in the order of ``texts`` (at least one)."""
        if self._threads == 1 or len(texts) == 1:
            return np.stack([self._embed_one(text) for text in texts])
        with ThreadPoolExecutor(self._threads) as pool:
            return np.stack(list(pool.map(self._embed_one, texts)))

    def _embed_one(self, text: str) -> NDArray[np.float32]:
        """Return the unit vector of one text."""
        ids = self._tokenizer.encode(text[: self._characters]).ids or [0]
        (states,) = self._session.run(None, {"input_ids": np.array([ids], dtype=np.int64)})
        pooled = states[0].mean(axis=0) if self._pooling == "mean" else states[0, 0]
        vector: NDArray[np.float32] = (pooled / np.linalg.norm(pooled)).astype(np.float32)
        return vector
