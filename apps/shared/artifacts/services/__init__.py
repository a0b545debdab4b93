"""Bundles by digest: keep them here, put them into a store, fetch them from one, verify, prune."""

from apps.shared.artifacts.engine.errors import (
    ArtifactError,
    ArtifactMissing,
    ArtifactUnavailable,
)
from apps.shared.artifacts.services.fetching import artifact_fetch
from apps.shared.artifacts.services.keeping import (
    Needs,
    bundles_needed,
    bundles_prune,
    stores_prune,
)
from apps.shared.artifacts.services.local import (
    artifact_digest,
    artifact_path,
    artifact_save,
    artifact_verify,
    artifacts_prune,
)
from apps.shared.artifacts.services.putting import artifact_put
from apps.shared.artifacts.services.sweeping import store_prune, stores_there

__all__ = [
    "ArtifactError",
    "ArtifactMissing",
    "ArtifactUnavailable",
    "Needs",
    "artifact_digest",
    "artifact_fetch",
    "artifact_path",
    "artifact_put",
    "artifact_save",
    "artifact_verify",
    "artifacts_prune",
    "bundles_needed",
    "bundles_prune",
    "store_prune",
    "stores_prune",
    "stores_there",
]
