"""Bundles by digest: keep them here, put them into a store, fetch them from one, verify, prune."""

from apps.shared.artifacts.engine.errors import ArtifactError, ArtifactMissing
from apps.shared.artifacts.services.local import (
    artifact_path,
    artifact_save,
    artifact_verify,
    artifacts_prune,
)

__all__ = [
    "ArtifactError",
    "ArtifactMissing",
    "artifact_path",
    "artifact_save",
    "artifact_verify",
    "artifacts_prune",
]
