"""A T5's training, top to bottom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from transformers import T5ForConditionalGeneration

from apps.singularity.training.engine.bundle import BUNDLE, Card, bundle_write, tokenizer_copy
from apps.singularity.training.engine.corpus import Manifest, manifest_read, pairs_read, texts_read
from apps.singularity.training.engine.devices import device_pick
from apps.singularity.training.engine.events import TrainingFailed, say
from apps.singularity.training.engine.loop import Loop, Outcome
from apps.singularity.training.engine.optimizers import optimizer_for
from apps.singularity.training.engine.spec import Spec
from apps.singularity.training.engine.t5.batches import Batches, Spans
from apps.singularity.training.engine.t5.instructions import (
    Instructions,
    Mixture,
    held_out_rows,
)
from apps.singularity.training.engine.t5.judging import windows_read
from apps.singularity.training.engine.t5.learner import T5Learner
from apps.singularity.training.engine.t5.model import (
    TABLES,
    adapters_put,
    base_check,
    model_fresh,
    model_open,
    model_save,
)
from apps.singularity.training.engine.t5.recipe import Recipe, recipe_of
from apps.singularity.training.engine.t5.size import parameters_of
from apps.singularity.training.engine.t5.vocabulary import Tokens, Vocabulary, vocabulary_open


def train(spec: Spec, corpus: Path) -> None:
    """Train on ``corpus`` and write ``<run>/bundle``. Raises TrainingFailed; says events."""
    recipe, device, data = recipe_of(spec), device_pick(spec), manifest_read(corpus)
    vocabulary = vocabulary_open(Path(spec.base or spec.tokenizer))
    model = _model(spec, recipe, vocabulary)
    adapters = adapters_put(model, recipe.lora) if recipe.lora else None
    model.to(device.torch)  # type: ignore[arg-type]  # its decorator hides the signature
    spans = Spans(
        files_read(corpus, vocabulary),
        vocabulary,
        length=recipe.length,
        batch=recipe.batch,
        seed=recipe.seed,
    )
    windows = windows_read(corpus)
    learner = T5Learner(
        model,
        vocabulary=vocabulary,
        batches=_tasks(spans, recipe, corpus, vocabulary),
        windows=windows,
        pairs=held_out_rows(pairs_read(corpus, "held_out"), vocabulary)
        if recipe.instructions
        else ([], 0),
        device=device,
        identity=_identity(recipe, data),
    )
    optimizer = optimizer_for(
        model, name=recipe.optimizer, rate=recipe.rate, fused=device.is_cuda, not_muon=TABLES
    )
    say(
        "started",
        device=device.torch.type,
        device_name=device.name,
        parameters=parameters_of(model),
        train_tokens=spans.tokens,
        held_out_bytes=sum(window.hidden_bytes for window in windows),
        optimizer=recipe.optimizer,
        step=0,
    )
    outcome = Loop(spec, learner, optimizer, device, recipe.rate).run()
    if adapters:
        adapters.merge_and_unload()
    if not device.rank:
        _bundle(spec, model, vocabulary, _card(spec, recipe, data, outcome))
    say(
        "done",
        metrics=outcome.metrics,
        before=outcome.before,
        examples=spans.count,
        bundle=BUNDLE,
    )


def files_read(corpus: Path, vocabulary: Vocabulary) -> list[Tokens]:
    """Tokens of each file: its language's tag, its text, the end."""
    texts = list(texts_read(corpus, "train"))
    if not texts:
        raise TrainingFailed("There is no code to train on.")
    end = np.array([vocabulary.end], np.int64)
    encoded = vocabulary.encode([text.text for text in texts])
    pairs = zip(texts, encoded, strict=True)
    return [np.concatenate([vocabulary.tag(text.language), ids, end]) for text, ids in pairs]


def _model(spec: Spec, recipe: Recipe, vocabulary: Vocabulary) -> T5ForConditionalGeneration:
    if recipe.size:
        return model_fresh(recipe.size, vocabulary)
    model = model_open(Path(spec.base))
    base_check(Path(spec.base), model, vocabulary, spec.tokenizer)
    return model


def _tasks(spans: Spans, recipe: Recipe, corpus: Path, vocabulary: Vocabulary) -> Batches:
    """Span corruption alone, or with instructions. Raises TrainingFailed where there are none."""
    if not recipe.instructions:
        return spans
    try:
        instructions = Instructions(
            pairs_read(corpus, "train"),
            vocabulary,
            length=recipe.length,
            batch=recipe.batch,
            seed=recipe.seed,
        )
    except ValueError as error:
        raise TrainingFailed(
            "There is no documented function to learn instructions from: leave them out."
        ) from error
    return Mixture(spans, instructions, share=recipe.instructions, seed=recipe.seed)


def _identity(recipe: Recipe, data: Manifest) -> Mapping[str, Any]:
    """What must be equal for a run to go on; JSON knows no tuples, and neither is any here."""
    return asdict(recipe) | {"corpus": data.digest}


def _bundle(
    spec: Spec, model: T5ForConditionalGeneration, vocabulary: Vocabulary, card: Card
) -> None:
    def save(folder: Path) -> None:
        model_save(model, folder, spec.base)
        tokenizer_copy(vocabulary.folder, folder)

    bundle_write(spec.run, save, card)


def _card(spec: Spec, recipe: Recipe, data: Manifest, outcome: Outcome) -> Card:
    return Card(
        version=spec.version,
        kind="T5",
        scope=spec.scope,
        base=spec.base_version,
        data=data,
        recipe={
            "size": spec.size if recipe.size else "as the base",
            **{name: value for name, value in asdict(recipe).items() if name != "size"},
            "steps": outcome.steps,
            "weights of step": outcome.step,
        },
        before=outcome.before,
        metrics=outcome.metrics,
        tags=("t5", "span-corruption"),
    )
