"""Runs and models as rows, of this instance."""

from __future__ import annotations

import factory
from django.conf import settings
from django.utils import timezone
from factory.django import DjangoModelFactory

from apps.singularity.training.models import Model, ModelInUse, TrainingPoint, TrainingRun
from tests.common.factories.core import JobFactory


class RunFactory(DjangoModelFactory[TrainingRun]):
    """A run that ended without a model."""

    class Meta:
        model = TrainingRun

    instance = factory.LazyFunction(lambda: settings.INSTANCE_ID)
    kind = "t5"
    job = factory.SubFactory(
        JobFactory, kind="train", state="failed", error="TrainingFailed: The disk is full."
    )
    spec = factory.LazyFunction(lambda: {"size": "tiny", "minutes": 0.0, "base": ""})
    step = 120
    loss = 3.25
    tokens_per_second = 9_000.0
    device = "EPYC"


class PointFactory(DjangoModelFactory[TrainingPoint]):
    """A point of a curve."""

    class Meta:
        model = TrainingPoint

    run = factory.SubFactory(RunFactory)
    name = "loss"
    step = factory.Sequence(int)
    value = factory.LazyAttribute(lambda point: 5 - point.step / 1000)


class ModelFactory(DjangoModelFactory[Model]):
    """A T5 that a run made."""

    class Meta:
        model = Model

    instance = factory.LazyFunction(lambda: settings.INSTANCE_ID)
    kind = "t5"
    origin = "local"
    version = factory.Sequence(lambda number: f"alpha_t5-all_v1.{number}")
    family = "t5-all-0123456789ab"
    artifact = factory.Sequence(lambda number: f"sha256:{number:064x}")
    size = 1_500_000
    run = factory.SubFactory(RunFactory, job=None)
    metrics = factory.LazyFunction(lambda: {"bits_per_byte": 2.125})


class InUseFactory(DjangoModelFactory[ModelInUse]):
    """A model that answers, and the one before it."""

    class Meta:
        model = ModelInUse

    instance = factory.LazyFunction(lambda: settings.INSTANCE_ID)
    kind = "t5"
    scope = "all"
    model = factory.SubFactory(ModelFactory)
    former = factory.SubFactory(ModelFactory)
    since = factory.LazyFunction(timezone.now)
