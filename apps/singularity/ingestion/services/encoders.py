"""Have the search use a tuned encoder, and go back."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from apps.singularity.ingestion.engine.embedding import EmbedderError
from apps.singularity.ingestion.engine.embedding.model_directory import read_model_directory
from apps.singularity.ingestion.models import EncoderInUse
from apps.singularity.ingestion.selectors.encoders import embedder_setting
from apps.singularity.ingestion.services.generations import former_activate, generations_lock


class EncoderUnusable(Exception):
    """The folder holds no encoder that this instance can run; the search keeps its model."""


def encoder_adopted(model_folder: Path | None, version: str) -> None:
    """What is told of the encoder that this instance has taken; None is the configured model.

    The next fill makes its vectors: the beat looks every few minutes, and entry points that do
    not want to wait queue ``tasks.fill_start``.

    Raises:
        EncoderUnusable: there is no encoder in the folder.
    """
    encoder_switch(instance=settings.INSTANCE_ID, folder=model_folder, version=version)


def encoder_switch(*, instance: str, folder: Path | None, version: str) -> bool:
    """Choose the model that shall answer searches; None is the one that EMBEDDER names.

    The model that answers now goes on until a fill has made every vector of the chosen one.
    Where those of the time before are still there, they answer at once, and what changed since
    is found by words until the next fill.

    Returns whether the chosen model answers already.

    Raises:
        EncoderUnusable: there is no encoder in the folder.
    """
    if folder is not None:
        _check(folder)
    with transaction.atomic():
        generations_lock(instance=instance)
        rows = EncoderInUse.objects.filter(instance=instance)
        if folder is None:
            rows.delete()
        elif not rows.filter(setting=str(folder.absolute()), version=version).exists():
            EncoderInUse.objects.update_or_create(
                instance=instance,
                defaults={
                    "setting": str(folder.absolute()),
                    "version": version,
                    "since": timezone.now(),
                },
            )
        return former_activate(instance=instance, setting=embedder_setting(instance=instance))


def _check(folder: Path) -> None:
    try:
        read_model_directory(folder.absolute())
    except EmbedderError as error:
        reason = str(error).partition(";")[0]
        raise EncoderUnusable(f"The search keeps its model: {reason}.") from error
