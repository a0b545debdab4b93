"""A Hugging Face encoder with its tokenizer and pooling: texts in, unit vectors out.

Reads the same folders, and gives the same vectors, as the search does without torch
(``ingestion.engine.embedding``).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import nn
from torch.nn.functional import normalize
from transformers import AutoModel

from apps.singularity.ingestion.engine.embedding import EmbedderError
from apps.singularity.ingestion.engine.embedding.loading import (
    DEFAULT_MAX_TOKENS,
    default_directory,
)
from apps.singularity.ingestion.engine.embedding.model_directory import (
    ModelDirectory,
    read_model_directory,
)
from apps.singularity.training.engine.events import TrainingFailed
from apps.singularity.training.engine.flops import Layers

_CHARACTERS_PER_TOKEN = 32
"""Characters of a text that are tokenised for each token kept, as the search does it."""
_AT_ONCE = 64

Tokens = list[int]


class Network(nn.Module):
    """An encoder that pools the states of a text's tokens into one vector of length 1.

    Args:
        directory: the folder it is read from.
        max_tokens: of a text that are read; 0: as many as the search reads.

    Raises TrainingFailed where the folder holds no encoder.
    """

    def __init__(self, directory: ModelDirectory, max_tokens: int = 0) -> None:
        super().__init__()
        self.directory = directory
        self.max_tokens = min(max_tokens or DEFAULT_MAX_TOKENS, directory.max_tokens)
        try:
            self.body = AutoModel.from_pretrained(
                directory.path, local_files_only=True, use_safetensors=True, dtype=torch.float32
            )
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            raise TrainingFailed(f"{directory.path} cannot be loaded: {error}") from error
        self._tokenizer = Tokenizer.from_file(str(directory.path / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(self.max_tokens)

    @property
    def layers(self) -> Layers:
        """Its size, as FLOPs are counted by."""
        config = self.body.config
        width = int(config.hidden_size)
        return Layers(
            count=int(config.num_hidden_layers),
            width=width,
            inner=width,
            feed_forward=int(config.intermediate_size),
            matrices=2,
        )

    def tokens(self, texts: Sequence[str]) -> list[Tokens]:
        """Token numbers of each text; at least one."""
        cut = [text[: self.max_tokens * _CHARACTERS_PER_TOKEN] for text in texts]
        return [encoding.ids or [0] for encoding in self._tokenizer.encode_batch(cut)]

    def forward(self, texts: Sequence[Tokens]) -> torch.Tensor:
        """Unit vectors of shape (texts, dimensions)."""
        ids, mask = self._padded(texts)
        states = self.body(input_ids=ids, attention_mask=mask).last_hidden_state
        if self.directory.pooling == "cls":
            return normalize(states[:, 0].float(), dim=1)
        weights = mask.unsqueeze(-1).to(torch.float32)
        return normalize((states.float() * weights).sum(1) / weights.sum(1), dim=1)

    @torch.no_grad()
    def embed(self, texts: Sequence[str]) -> torch.Tensor:
        """Unit vectors of shape (texts, dimensions), on the CPU, without dropout."""
        was_training = self.training
        self.eval()
        tokens = self.tokens(texts)
        order = sorted(range(len(tokens)), key=lambda place: len(tokens[place]))
        vectors = torch.empty(len(tokens), int(self.body.config.hidden_size))
        for start in range(0, len(order), _AT_ONCE):
            places = order[start : start + _AT_ONCE]
            vectors[places] = self([tokens[place] for place in places]).cpu()
        self.train(was_training)
        return vectors

    def _padded(self, texts: Sequence[Tokens]) -> tuple[torch.Tensor, torch.Tensor]:
        """Token numbers and mask, both of shape (texts, longest)."""
        longest = max(map(len, texts))
        pad = int(self.body.config.pad_token_id or 0)
        ids = torch.tensor([text + [pad] * (longest - len(text)) for text in texts])
        lengths = torch.tensor([len(text) for text in texts])
        mask = torch.arange(longest) < lengths.unsqueeze(1)
        where = self.body.device
        return ids.to(where), mask.long().to(where)


def network_open(base: str, max_tokens: int = 0) -> Network:
    """The encoder in the folder ``base``; "" is the search's default model.

    Raises TrainingFailed, in one line, where the folder holds none.
    """
    try:
        directory = read_model_directory(Path(base) if base else default_directory())
    except EmbedderError as error:
        raise TrainingFailed(str(error)) from error
    return Network(directory, max_tokens)
