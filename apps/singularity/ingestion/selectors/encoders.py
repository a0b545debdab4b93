"""Which model embeds, and which one answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from apps.shared.artifacts.services import artifact_digest
from apps.singularity.ingestion.engine.embedding.loading import DEFAULT_NAME
from apps.singularity.ingestion.models import EmbeddingGeneration, EncoderInUse


@dataclass(frozen=True, slots=True)
class Chosen:
    """The model that shall answer searches.

    Args:
        setting: what loads it, as EMBEDDER names it.
        version: of a tuned encoder; "" for the configured model.
        since: when the encoder was taken.
    """

    setting: str
    version: str = ""
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class EncoderStatus:
    """The models of an instance's search by name; "" where there is none.

    Args:
        chosen: shall answer.
        since: when it was taken; None for the configured model.
        active: answers now.
        building: its vectors are being made.
        former: answered before, and its vectors are still there.
    """

    chosen: str
    since: datetime | None
    active: str
    building: str
    former: str


def embedder_chosen(*, instance: str) -> Chosen:
    """The tuned encoder that the instance has taken, or else the configured model."""
    row = EncoderInUse.objects.filter(instance=instance).first()
    if row is None:
        return Chosen(settings.EMBEDDER)
    return Chosen(row.setting, row.version, row.since)


def embedder_setting(*, instance: str) -> str:
    """What loads the model that shall answer searches, as EMBEDDER names it."""
    return embedder_chosen(instance=instance).setting


def encoder_status(*, instance: str) -> EncoderStatus:
    """What answers, what shall, and what there is to go back to."""
    chosen = embedder_chosen(instance=instance)
    rows = EmbeddingGeneration.objects.filter(instance=instance)
    names = {row.state: row.name for row in rows}
    known = {row.setting: row.name for row in rows}
    return EncoderStatus(
        chosen=chosen.version or known.get(chosen.setting) or chosen.setting or DEFAULT_NAME,
        since=chosen.since,
        active=names.get(EmbeddingGeneration.State.ACTIVE, ""),
        building=names.get(EmbeddingGeneration.State.BUILDING, ""),
        former=names.get(EmbeddingGeneration.State.FORMER, ""),
    )


def encoder_folders(*, instance: str) -> set[str]:
    """Folders and addresses that the instance's search needs, now or to go back."""
    rows = EmbeddingGeneration.objects.filter(instance=instance)
    needed = set(rows.values_list("setting", flat=True)) | {embedder_setting(instance=instance)}
    return needed - {""}


def encoders_needed() -> set[str]:
    """Digests of the bundles among those folders: what answers, what is built, what did before."""
    folders = encoder_folders(instance=settings.INSTANCE_ID)
    return {artifact_digest(folder=folder) for folder in folders} - {""}
