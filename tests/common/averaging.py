"""Instances that submit models, as Centralcloud sees them."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from apps.centralcloud.averaging.models import AggregateModel, Round
from apps.centralcloud.averaging.services import evaluation_receive, submission_receive
from apps.shared.artifacts.engine.deltas import difference_write
from apps.shared.artifacts.engine.family import Family
from apps.shared.artifacts.engine.weights import architecture_of, tokenizer_digest, weights_open
from apps.shared.artifacts.models import Artifact
from apps.shared.artifacts.services import artifact_path, artifact_save
from apps.shared.contracts.payloads.training import ModelEvaluated, TrainingCompleted
from tests.common.weights import Arrays, file_of

STARTED = datetime(2026, 3, 1, tzinfo=UTC)
CONFIG = {"model_type": "t5", "d_model": 40, "num_layers": 1}
TOKENIZER = {"model": {"type": "Unigram", "vocab": [["a", -1.0]]}}


def bundle_of(arrays: Arrays, *, config: Mapping[str, Any] = CONFIG) -> Artifact:
    """Whole weights, kept here as if they had been fetched."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file_of(folder, "model", arrays)
        (folder / "config.json").write_text(json.dumps(dict(config)))
        (folder / "tokenizer.json").write_text(json.dumps(TOKENIZER))
        (folder / "README.md").write_text(f"# {uuid4()}\n")
        return artifact_save(folder=folder, label="submission")


def family_parts(bundle: Artifact, *, scope: str = "python") -> dict[str, Any]:
    """What a message says of the family of whole weights."""
    folder = artifact_path(digest=bundle.digest)
    parts = {"architecture": architecture_of(folder), "tokenizer": tokenizer_digest(folder)}
    family = Family(kind="t5", base="scratch-0", scope=scope, **parts)
    return {"kind": "t5", "family": family.key, "scope": scope, **parts}


def difference_of(base: AggregateModel, arrays: Arrays, *, codec: str = "fp32") -> Artifact:
    """The difference of arrays to an aggregate's, kept here as if it had been fetched."""
    before = artifact_path(digest=base.artifact) / "model.safetensors"
    with tempfile.TemporaryDirectory() as name, tempfile.TemporaryDirectory() as work:
        folder = Path(name)
        trained = file_of(Path(work), "trained", arrays)
        out = folder / "difference.safetensors"
        difference_write(base=before, trained=trained, out=out, codec=codec)
        said = {"codec": codec, "base": base.version, "base_digest": base.artifact}
        (folder / "difference.json").write_text(json.dumps(said))
        (folder / "README.md").write_text(f"# {uuid4()}\n")
        return artifact_save(folder=folder, label="submission")


def completed(bundle: Artifact, parts: Mapping[str, Any], **fields: Any) -> TrainingCompleted:
    """The message that announces a bundle."""
    said = {
        "run": uuid4(),
        "version": f"one_t5-python_v1.{uuid4().int % 10_000}",
        "examples": 100,
        "metrics": {"bits_per_byte": 2.5},
        "artifact": bundle.digest,
        "size": bundle.size,
        "asked": "weights",
        "completed_at": STARTED,
    }
    return TrainingCompleted.model_validate(said | dict(parts) | fields)


def submit_weights(instance: str, arrays: Arrays, **fields: Any) -> UUID | None:
    """Whole weights of an instance; the round that has enough now."""
    bundle = bundle_of(arrays, config=fields.pop("config", CONFIG))
    parts = fields.pop("parts", None) or family_parts(bundle)
    return receive(instance, completed(bundle, parts, **fields))


def submit_difference(instance: str, round_: Round, arrays: Arrays, **fields: Any) -> UUID | None:
    """The difference of trained arrays to a round's base."""
    base = round_.base
    assert base is not None
    codec = fields.pop("codec", "fp32")
    bundle = difference_of(base, arrays, codec=codec)
    family = round_.family
    said = {
        "kind": family.kind,
        "family": family.key,
        "scope": family.scope,
        "architecture": family.architecture,
        "tokenizer": family.tokenizer,
        "asked": "difference",
        "round": round_.pk,
        "base": base.version,
        "codec": codec,
    }
    return receive(instance, completed(bundle, said, **fields))


def receive(instance: str, payload: TrainingCompleted, *, minutes: int = 0) -> UUID | None:
    """As the handler does."""
    at = STARTED + timedelta(minutes=minutes)
    return submission_receive(instance=instance, payload=payload, received_at=at)


def evaluate(instance: str, aggregate: AggregateModel, value: float, **fields: Any) -> bool:
    """What an instance measured of an aggregate."""
    said = {
        "kind": aggregate.family.kind,
        "version": aggregate.version,
        "family": aggregate.family_id,
        "metric": "bits_per_byte",
        "aggregate": value,
        "local": 2.5,
        "examples": 1000,
        "served": "aggregate",
        "adopted": True,
        "revision": 1,
        "evaluated_at": STARTED,
    }
    payload = ModelEvaluated.model_validate(said | fields)
    return evaluation_receive(instance=instance, payload=payload)


def arrays_of(aggregate: AggregateModel) -> dict[str, Any]:
    """The numbers of an aggregate."""
    with weights_open(artifact_path(digest=aggregate.artifact) / "model.safetensors") as weights:
        return {name: weights.array(name).copy() for name in weights.names()}
