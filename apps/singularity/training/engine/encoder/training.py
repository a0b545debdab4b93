"""An encoder's training, top to bottom, and the judging of several."""

from __future__ import annotations

from dataclasses import asdict, replace
from functools import partial
from pathlib import Path

from apps.singularity.training.engine.bundle import BUNDLE, Card, bundle_write
from apps.singularity.training.engine.corpus import Manifest, manifest_read, pairs_read
from apps.singularity.training.engine.devices import device_pick
from apps.singularity.training.engine.encoder.bundle import network_save
from apps.singularity.training.engine.encoder.judging import exam_read, judge
from apps.singularity.training.engine.encoder.learner import Contrast
from apps.singularity.training.engine.encoder.network import Network, network_open
from apps.singularity.training.engine.encoder.recipe import (
    FEWEST_TRAIN,
    OPTIMIZER,
    STEPS,
    Recipe,
    enough_check,
    recipe_of,
)
from apps.singularity.training.engine.events import say
from apps.singularity.training.engine.loop import Loop, Outcome
from apps.singularity.training.engine.optimizers import optimizer_for
from apps.singularity.training.engine.spec import Spec


def train(spec: Spec, corpus: Path) -> None:
    """Tune on the pairs of ``corpus`` and write ``<run>/bundle``; says events.

    Raises:
        TrainingFailed: too few pairs, a base that is no encoder, a loss that is no number.
    """
    if not spec.steps and not spec.minutes:
        spec = replace(spec, steps=STEPS)
    recipe, device, data = recipe_of(spec), device_pick(spec), manifest_read(corpus)
    pairs, exam = list(pairs_read(corpus, "train")), exam_read(corpus)
    enough_check(len(pairs), len(exam.sentences))
    network = network_open(spec.base, recipe.length)
    identity = asdict(recipe) | {"corpus": data.digest, "base": network.directory.digest}
    learner = Contrast(
        network, pairs, exam,
        device=device, batch=recipe.batch, seed=recipe.seed, identity=identity,
    )  # fmt: skip
    optimizer = optimizer_for(network, name=OPTIMIZER, rate=recipe.rate, fused=device.is_cuda)
    say(
        "started",
        device=device.torch.type,
        device_name=device.name,
        parameters=sum(weight.numel() for weight in network.parameters()),
        train_pairs=len(pairs),
        held_out_pairs=len(exam.sentences),
        pool=len(exam.functions),
        optimizer=OPTIMIZER,
        step=0,
    )
    outcome = Loop(spec, learner, optimizer, device, recipe.rate).run()
    if not device.rank:
        card = _card(spec, recipe, data, outcome)
        bundle_write(spec.run, partial(network_save, network), card)
    say(
        "done",
        metrics=outcome.metrics,
        before=outcome.before,
        examples=len(pairs),
        bundle=BUNDLE,
    )


def evaluate(spec: Spec) -> None:
    """Judge each bundle of ``spec.models`` by the same questions; "" is the default model.

    Raises:
        TrainingFailed: too few questions, or a folder that is no encoder.
    """
    exam, device = exam_read(spec.corpus), device_pick(spec)
    enough_check(FEWEST_TRAIN, len(exam.sentences))
    for name, folder in spec.models.items():
        network: Network = network_open(folder, spec.length).to(device.torch)
        say("compared", name=name, metrics=judge(network, exam), examples=len(exam.sentences))


def _card(spec: Spec, recipe: Recipe, data: Manifest, outcome: Outcome) -> Card:
    return Card(
        version=spec.version,
        kind="search encoder",
        scope=spec.scope,
        base=spec.base_version or "all-MiniLM-L6-v2",
        data=data,
        recipe={
            "loss": "multiple negatives ranking",
            "optimizer": OPTIMIZER,
            **asdict(recipe),
            "steps": outcome.steps,
            "weights of step": outcome.step,
        },
        before=outcome.before,
        metrics=outcome.metrics,
        tags=("sentence-transformers", "code-search"),
    )
