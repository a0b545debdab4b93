"""Models as rows: with their bundle, family and lineage, or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TypedDict, Unpack

from django.conf import settings
from django.db import transaction

from apps.shared.artifacts.engine.family import Family
from apps.shared.artifacts.engine.weights import architecture_of, tokenizer_digest
from apps.shared.artifacts.services import artifact_save
from apps.singularity.training.engine.errors import RunRefused
from apps.singularity.training.models import Model, TrainingRun
from apps.singularity.training.models.runs import Kind
from apps.singularity.training.selectors.models import model_named
from apps.singularity.training.services.judging import MEASURED_HERE
from apps.singularity.training.services.naming import card_name, provisional_version, version_next


class Lineage(TypedDict, total=False):
    """Where a model comes from, and how it did.

    Args:
        base: the model that its run began from, or whose round it closes.
        run: the run that made it.
        tokenizer_model: the vocabulary that it was built on.
        metrics: on this instance's held-out code; of the fleet's models the fleet's, without
            what only this instance can measure.
        examples: what it learned from.
        family: key of its family, where the fleet said it; else it is computed.
        base_digest: the weights that its line began with, where the base does not say it.
    """

    base: Model | None
    run: TrainingRun | None
    tokenizer_model: Model | None
    metrics: Mapping[str, float]
    examples: int
    family: str
    base_digest: str


def model_measured(*, model: Model, metrics: Mapping[str, float]) -> None:
    """Note what a model that came from elsewhere reaches on this instance's held-out code."""
    Model.objects.filter(pk=model.pk).update(metrics={**model.metrics, **metrics})


def model_add(
    *,
    folder: Path,
    origin: str,
    kind: str,
    scope: str,
    version: str = "",
    **lineage: Unpack[Lineage],
) -> Model:
    """Keep a bundle's files and make its row.

    Args:
        version: the next one of its family at this instance where it is empty.

    Raises:
        ArtifactError: the folder holds what no bundle may have, or the disk is full.
        RunRefused: another model here has this version.
    """
    family = _family(folder, kind, scope, lineage)
    key = lineage.get("family") or _family_key(family, lineage.get("base"))
    with transaction.atomic():
        named = version or version_next(family=family, key=key)
        if run := lineage.get("run"):
            card_name(bundle=folder, provisional=provisional_version(run), version=named)
        artifact = artifact_save(folder=folder, label=named)
        known = model_named(version=named)
        if known and known.artifact == artifact.digest:
            return known
        if known:
            raise RunRefused(f"Another model here is called {named} already.")
        return Model.objects.create(
            instance=settings.INSTANCE_ID,
            kind=kind,
            scope=scope,
            origin=origin,
            version=named,
            family=key,
            architecture=family.architecture,
            tokenizer=tokenizer_digest(folder),
            base_digest=family.base,
            artifact=artifact.digest,
            size=artifact.size,
            base=lineage.get("base"),
            tokenizer_model=lineage.get("tokenizer_model"),
            run=run,
            examples=lineage.get("examples", 0),
            metrics=_metrics(origin, lineage.get("metrics", {})),
        )


def _metrics(origin: str, said: Mapping[str, float]) -> dict[str, float]:
    left_out = MEASURED_HERE if origin == Model.Origin.AGGREGATE else frozenset()
    return {name: value for name, value in said.items() if name not in left_out}


def _family(folder: Path, kind: str, scope: str, lineage: Lineage) -> Family:
    """A vocabulary's family is its scope alone: any two may become one."""
    if kind == Kind.VOCABULARY:
        return Family(kind, "", "", "", scope)
    base = lineage.get("base")
    return Family(
        kind=kind,
        architecture=architecture_of(folder),
        tokenizer=tokenizer_digest(folder),
        base=lineage.get("base_digest") or (base.base_digest if base else ""),
        scope=scope,
    )


def _family_key(family: Family, base: Model | None) -> str:
    """A line's family stays the same as long as its weights compare."""
    same = (
        base is not None
        and family.kind != Kind.VOCABULARY
        and (base.scope, base.architecture, base.tokenizer)
        == (family.scope, family.architecture, family.tokenizer)
    )
    return base.family if base and same else family.key
