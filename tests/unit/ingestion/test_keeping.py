"""The encoders that the search needs stay on the disk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as live
from django.utils import timezone

from apps.shared.artifacts.services import artifact_path, artifact_save
from apps.singularity.ingestion.models import EmbeddingGeneration, EncoderInUse
from apps.singularity.ingestion.selectors.encoders import encoders_needed
from tests.common.pruning import left, without_keeper

pytestmark = pytest.mark.django_db


def saved(folder: Path, said: str) -> tuple[str, str]:
    """The digest of a bundle and where it lies."""
    folder.mkdir()
    (folder / "config.json").write_text(said)
    digest = str(artifact_save(folder=folder, label="").digest)
    return digest, str(artifact_path(digest=digest))


def test_what_answers_what_is_built_and_what_did_before_stay(settings: Any, tmp_path: Path) -> None:
    settings.STATE_DIR = tmp_path / "state"
    settings.EMBEDDER = "https://example.com/embed"
    assert encoders_needed() == set()
    made = [saved(tmp_path / f"{number}", f"[{number}]") for number in range(5)]
    for (_, folder), state in zip(made, EmbeddingGeneration.State, strict=False):
        EmbeddingGeneration.objects.create(
            instance=live.INSTANCE_ID, identity=state, name=state, setting=folder,
            dimensions=4, state=state,
        )  # fmt: skip
    EncoderInUse.objects.create(
        instance=live.INSTANCE_ID, setting=made[3][1], version="tuned", since=timezone.now()
    )
    assert left() == {digest for digest, _ in made[:4]}
    with without_keeper("ingestion"):
        assert left() == set()
