"""Bundles on this site's disk, and a row for each."""

from __future__ import annotations

import time
from collections.abc import Collection
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from apps.shared.artifacts.engine.errors import ArtifactMissing
from apps.shared.artifacts.engine.manifest import Manifest
from apps.shared.artifacts.engine.store import BundleStore
from apps.shared.artifacts.models import Artifact

GRACE = timedelta(hours=1)
"""What came lately stays: whoever saved it may not have said yet what it is for."""


def local_store() -> BundleStore:
    """The bundles of this site: those that share a machine keep their own."""
    return BundleStore(settings.STATE_DIR / "artifacts" / settings.IDENTITY.name)


def artifact_save(*, folder: Path, label: str) -> Artifact:
    """Copy a folder's files into the state folder, under the digest of their manifest.

    Saving the same files again changes nothing but the label. Raises ArtifactError for what no
    bundle may have (another type of file, a link, a pickle) and when the disk is full.
    """
    return artifact_note(manifest=local_store().add(folder), label=label)


def artifact_note(*, manifest: Manifest, label: str = "") -> Artifact:
    """The row of a bundle that was just verified."""
    said = {
        "size": manifest.size,
        "files": {file.path: [file.sha256, file.size] for file in manifest.files},
        "verified_at": timezone.now(),
    }
    artifact, _ = Artifact.objects.update_or_create(
        instance=settings.IDENTITY.name,
        digest=manifest.digest,
        defaults=said | ({"label": label} if label else {}),
        create_defaults=said | {"label": label},
    )
    return artifact


def artifact_path(*, digest: str) -> Path:
    """The folder of a bundle here, every file of the size that it should have.

    Raises ArtifactMissing.
    """
    return local_store().path(digest)


def artifact_verify(*, digest: str) -> Artifact:
    """Hash every file of a bundle again. Raises ArtifactMissing naming what is wrong."""
    return artifact_note(manifest=local_store().verify(digest))


def artifacts_prune(*, keep: Collection[str], older_than: timedelta = GRACE) -> int:
    """Remove all bundles but these and those that came lately; the number of those removed."""
    store = local_store()
    gone = [
        digest
        for digest in set(store.digests()) - set(keep)
        if _age(store, digest) >= older_than.total_seconds()
    ]
    for digest in gone:
        store.remove(digest)
    mine = Artifact.objects.filter(instance=settings.IDENTITY.name)
    mine.exclude(digest__in=store.digests()).delete()
    return len(gone)


def _age(store: BundleStore, digest: str) -> float:
    """Seconds since a bundle came, or was saved again; without end for a damaged one."""
    with suppress(ArtifactMissing, FileNotFoundError):
        return time.time() - store.path(digest).stat().st_mtime
    return float("inf")
