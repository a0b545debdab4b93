"""Which bundles training needs on the disk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from apps.shared.artifacts.services import artifact_digest
from apps.singularity.training.models import Model, TrainingRun
from apps.singularity.training.selectors.models import models_in_use, models_of
from apps.singularity.training.services.pruning import runs_kept

NEWEST = 3
"""Models of each family, scope and origin that stay unused: a newer one is not always better, and
to choose another by hand takes some to choose from."""


def bundles_needed() -> set[str]:
    """Digests of models in use and those before them, of the newest, and of what runs stand on.

    With each model comes the vocabulary that it was built on.
    """
    return {*_with_tokens(_models()), *_of_runs(runs_kept().filter(model=None))}


def _models() -> Iterator[Model]:
    for used in models_in_use().select_related("model__tokenizer_model", "former__tokenizer_model"):
        yield used.model
        if used.former:
            yield used.former
    seen: Counter[tuple[str, ...]] = Counter()
    for model in models_of():
        line = model.kind, model.family, model.scope, model.origin
        seen[line] += 1
        if seen[line] <= NEWEST:
            yield model


def _with_tokens(models: Iterable[Model]) -> Iterator[str]:
    for model in models:
        yield model.artifact
        if model.tokenizer_model:
            yield model.tokenizer_model.artifact


def _of_runs(runs: Iterable[TrainingRun]) -> Iterator[str]:
    """What runs that may still be trained begin from, and their vocabularies."""
    for run in runs:
        if digest := artifact_digest(folder=str(run.spec.get("base") or "")):
            yield digest
        named = {str(run.spec.get("tokenizer_version") or "")}
        if run.base and run.base.tokenizer_model:
            named.add(run.base.tokenizer_model.version)
        yield from models_of().filter(version__in=named).values_list("artifact", flat=True)
