"""Keep a bundle here, and put it where instances fetch it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from apps.centralcloud.averaging.models import AggregateModel, Round
from apps.centralcloud.averaging.selectors.ready import version_of
from apps.centralcloud.averaging.services.gathering import TOKENIZER
from apps.centralcloud.averaging.services.outcome import Left, Taken
from apps.shared.artifacts.engine.weights import tokenizer_digest
from apps.shared.artifacts.services import artifact_fetch, artifact_put, artifact_save
from apps.shared.contracts.subjects import MODELS_STORE


@dataclass(frozen=True, slots=True)
class Made:
    """A bundle that is kept and in the store, and what became of each submission.

    ``shapes`` are those of an aggregate's tensors: names to [dtype, shape]. ``metrics`` are what is
    known of it before any instance has judged it.
    """

    artifact: str
    size: int
    tokenizer: str
    taken: Sequence[Taken]
    left_out: Sequence[Left]
    shapes: Mapping[str, Any] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)


def bundle_keep(
    *,
    round_: Round,
    folder: Path,
    taken: Sequence[Taken],
    left_out: Sequence[Left],
    shapes: Mapping[str, Any] | None = None,
    metrics: Mapping[str, float] | None = None,
) -> Made:
    """Keep the bundle that a round made.

    Raises:
        ArtifactError: the disk is full, or the store cannot be reached.
    """
    artifact = artifact_save(folder=folder, label=version_of(round_))
    artifact_put(digest=artifact.digest, store=MODELS_STORE)
    has_tokens = (folder / TOKENIZER).exists()
    return Made(
        artifact=artifact.digest,
        size=artifact.size,
        tokenizer=tokenizer_digest(folder) if has_tokens else round_.family.tokenizer,
        taken=taken,
        left_out=left_out,
        shapes=shapes or {},
        metrics=metrics or {},
    )


def base_fetch(base: AggregateModel) -> Path:
    """The folder of an aggregate's bundle, from the store where this host has not got it."""
    return artifact_fetch(digest=base.artifact, size=base.size, store=MODELS_STORE)
