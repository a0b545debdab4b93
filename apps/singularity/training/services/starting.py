"""What is to be trained, checked before anything is done."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any, TypedDict, Unpack

from django.conf import settings

from apps.shared.artifacts.engine.family import ALL
from apps.singularity.training.engine.errors import RunRefused
from apps.singularity.training.models import TrainingRun
from apps.singularity.training.models.runs import Kind
from apps.singularity.training.selectors.runs import run_get
from apps.singularity.training.services.bases import base_find

T5_MINUTES = 30.0
"""How long the training of a T5 takes that is told neither steps nor minutes."""
T5_EVALUATIONS, T5_EVALUATE_EVERY, ENCODER_EVALUATE_EVERY = 8, 500, 12
"""Judgements in a run of so many steps; else steps between two: each costs seconds."""
_LEAST_BETWEEN = 25
DEFAULTS: dict[str, Any] = {
    "steps": 0, "minutes": 0.0, "size": "tiny", "lora": 0, "batch": 0, "length": 0, "rate": 0.0,
    "round_number": 0, "optimizer": "muon", "threads": 0, "device": "auto", "instructions": 0.0,
    "processes": 0, "evaluate_every": 0, "checkpoint_every": 50, "vocabulary_size": 8192,
}  # fmt: skip
"""Settings of a run that go to the training process as they are."""
_SCOPE_LENGTH = 80
_TOO_LARGE = 2**63
"""For a row."""


class Wanted(TypedDict, total=False):
    """What may be said of a run; the rest are ``engine.spec.Spec``'s settings of the same names.

    Args:
        codebase: the only code base to learn from.
        languages: the only languages; all when empty.
        base: "aggregate", a version that this instance has, or a Hugging Face folder.
        round: the fleet's round that it is for, and its number.
    """

    codebase: Any
    languages: Sequence[str]
    base: str
    round: uuid.UUID | None
    round_number: int
    seed: int
    steps: int
    minutes: float
    size: str
    lora: int
    batch: int
    length: int
    rate: float
    optimizer: str
    threads: int
    device: str
    processes: int
    instructions: float
    evaluate_every: int
    checkpoint_every: int
    vocabulary_size: int


def run_start(*, kind: str, resume: str | None = None, **wanted: Unpack[Wanted]) -> TrainingRun:
    """A run that can be trained or queued: a new one, or the one that ``resume`` names.

    Args:
        resume: id of a run that has not ended well, or its beginning; it keeps its settings.

    Raises:
        RunRefused: what was asked for cannot be trained.
    """
    if kind not in Kind.values:
        raise RunRefused(f"There are no models of kind {kind!r}: {', '.join(Kind.values)}.")
    if resume:
        return _resumed(kind, resume, wanted)
    _check(wanted)
    scope = scope_of(wanted.get("languages", ()))
    base = base_find(kind=kind, scope=scope, said=wanted.get("base", ""))
    codebase = wanted.get("codebase")
    return TrainingRun.objects.create(
        instance=settings.INSTANCE_ID,
        kind=kind,
        scope=scope,
        codebase=codebase.pk if codebase else None,
        base=base.model,
        round=wanted.get("round"),
        seed=wanted.get("seed", 0),
        steps=wanted.get("steps", 0),
        spec={"base": base.folder, "base_version": base.version, **_settings_of(kind, wanted)},
    )


def scope_of(languages: Sequence[str]) -> str:
    """The scope of a model of these languages; of all where there are none."""
    scope = "+".join(sorted({name.strip().lower() for name in languages if name.strip()})) or ALL
    if len(scope) > _SCOPE_LENGTH:
        raise RunRefused("So many languages are a model of all of them: leave --language out.")
    return scope


def languages_of(scope: str) -> tuple[str, ...]:
    """The languages of a scope, none where it is all."""
    return () if scope == ALL else tuple(scope.split("+"))


def _check(wanted: Wanted) -> None:
    if wanted.get("steps") and wanted.get("minutes"):
        raise RunRefused("Say either how many steps or how many minutes, not both.")
    numbers = ((n, said) for n, said in wanted.items() if isinstance(said, int | float))
    for name, number in numbers:
        if number < 0:
            raise RunRefused(f"{name.capitalize()} cannot be below nothing.")
        if not number < _TOO_LARGE:  # so that what is no number is refused too
            raise RunRefused(f"{name.capitalize()} is no number that a run can have.")


def _settings_of(kind: str, wanted: Wanted) -> dict[str, Any]:
    said: dict[str, Any] = {name: wanted.get(name) or DEFAULTS[name] for name in DEFAULTS}
    if kind == Kind.T5 and not said["steps"] and not said["minutes"]:
        said["minutes"] = T5_MINUTES
    said["evaluate_every"] = said["evaluate_every"] or _evaluate_every(kind, said["steps"])
    return said


def _evaluate_every(kind: str, steps: int) -> int:
    if kind == Kind.ENCODER:
        return ENCODER_EVALUATE_EVERY
    return max(_LEAST_BETWEEN, steps // T5_EVALUATIONS) if steps else T5_EVALUATE_EVERY


def _resumed(kind: str, resume: str, wanted: Wanted) -> TrainingRun:
    run = run_get(reference=resume)
    if run.kind != kind:
        raise RunRefused(
            f"Run {resume} trains a {run.kind}: `manage.py train {run.kind} --resume {resume}`."
        )
    if any(wanted.values()):
        raise RunRefused("A run goes on with its own settings: say --resume alone.")
    if hasattr(run, "model"):
        raise RunRefused(f"Run {resume} has ended well: it made {run.model.version}.")
    return run
