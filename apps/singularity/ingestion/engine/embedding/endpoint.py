"""An embedder behind an OpenAI-compatible ``/v1/embeddings`` endpoint.

Protocol: https://platform.openai.com/docs/api-reference/embeddings/create
"""

import hashlib
import time
from collections.abc import Sequence
from typing import Any

import httpx
import numpy as np

from apps.singularity.ingestion.engine.embedding.protocol import EmbedderError, Vectors

BATCH = 64
CHARACTERS_PER_TOKEN = 4
"""Characters sent for each token allowed: servers refuse inputs above their own limit."""

ATTEMPTS = 5
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
TIMEOUT = httpx.Timeout(60.0, connect=10.0)


class EndpointEmbedder:
    """Vectors from a server; retried while it is busy or away, refused when they make no sense."""

    def __init__(
        self,
        setting: str,
        *,
        api_key: str | None,
        max_tokens: int,
        first_pause: float = FIRST_PAUSE,
    ) -> None:
        """Connect to ``http(s)://host/v1#model`` and learn the vectors' length by one request."""
        base, _, model = setting.partition("#")
        if not model:
            raise EmbedderError(f"EMBEDDER={setting} names no model: set http(s)://host/v1#model")
        self.name = model
        self.max_tokens = max_tokens
        self._address = f"{base.rstrip('/')}/embeddings"
        self._first_pause = first_pause
        headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self._client = httpx.Client(headers=headers, timeout=TIMEOUT)
        self.dimensions = 0
        self.dimensions = self._embed_batch(["dimensions"]).shape[1]
        parts = [self._address, model, str(self.dimensions), str(max_tokens)]
        self.identity = hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return (len(texts), dimensions) unit vectors in the order of ``texts``."""
        batches = [self._embed_batch(texts[i : i + BATCH]) for i in range(0, len(texts), BATCH)]
        return np.vstack([np.empty((0, self.dimensions), dtype=np.float32), *batches])

    def _embed_batch(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors of one request."""
        limit = self.max_tokens * CHARACTERS_PER_TOKEN
        inputs = [text[:limit] or " " for text in texts]  # servers refuse an empty input
        response = self._post({"model": self.name, "input": inputs, "encoding_format": "float"})
        vectors = self._vectors(response, len(inputs))
        if self.dimensions and vectors.shape[1] != self.dimensions:
            raise EmbedderError(
                f"{self._address} answered with {vectors.shape[1]} dimensions, before with "
                f"{self.dimensions}: is {self.name} still the same model?"
            )
        return vectors

    def _post(self, body: dict[str, Any]) -> httpx.Response:
        """Return the first good response, with pauses that double between attempts."""
        for attempt in range(ATTEMPTS):
            problem, asked = "", 0.0
            try:
                response = self._client.post(self._address, json=body)
            except httpx.TransportError as error:
                problem = str(error) or type(error).__name__
            else:
                if response.is_success:
                    return response
                problem = f"HTTP {response.status_code}: {response.text[:200]}"
                if (
                    response.status_code != httpx.codes.TOO_MANY_REQUESTS
                    and response.is_client_error
                ):
                    raise EmbedderError(f"{self._address} refused: {problem}")
                asked = _retry_after(response)
            if attempt < ATTEMPTS - 1:
                time.sleep(min(max(self._first_pause * 2**attempt, asked), LONGEST_PAUSE))
        raise EmbedderError(f"{self._address} does not answer after {ATTEMPTS} attempts: {problem}")

    def _vectors(self, response: httpx.Response, count: int) -> Vectors:
        """Return the response's unit vectors in the order asked; raise when it is malformed."""
        try:
            rows = {int(row["index"]): row["embedding"] for row in response.json()["data"]}
            vectors = np.array([rows[i] for i in range(count)], dtype=np.float32)
            lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        except (ValueError, KeyError, TypeError) as error:
            raise EmbedderError(
                f"{self._address} answered with no embeddings: {error!r}"
            ) from error
        if vectors.ndim != 2 or not np.isfinite(vectors).all() or not (lengths > 0).all():
            raise EmbedderError(f"{self._address} answered with vectors that are not usable")
        unit: Vectors = vectors / lengths
        return unit


def _retry_after(response: httpx.Response) -> float:
    """Return the seconds that the server asks to wait, 0 when it does not say."""
    value = response.headers.get("retry-after", "")
    return float(value) if value.isdigit() else 0.0
