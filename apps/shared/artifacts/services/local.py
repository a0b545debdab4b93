"""Bundles on this site's disk, and a row for each."""

from __future__ import annotations

from collections.abc import Collection
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
        "removed_at": None,
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

    It stays for ``GRACE`` from now on.

    Raises ArtifactMissing, which says when it was removed if it was.
    """
    try:
        return local_store().path(digest)
    except ArtifactMissing:
        if row := Artifact.objects.filter(
            instance=settings.IDENTITY.name, digest=digest, removed_at__isnull=False
        ).first():
            raise ArtifactMissing(
                f"The bundle of {row} was removed on {row.removed_at:%Y-%m-%d}, as nothing needed "
                "it any more."
            ) from None
        raise


def artifact_digest(*, folder: str) -> str:
    """The digest of the bundle that lies in a folder; empty for any other folder or an address."""
    path = Path(folder).absolute()
    is_bundle = path.parent == local_store().root.absolute()
    return f"sha256:{path.name}" if is_bundle else ""


def artifact_verify(*, digest: str) -> Artifact:
    """Hash every file of a bundle again. Raises ArtifactMissing naming what is wrong."""
    return artifact_note(manifest=local_store().verify(digest))


def artifacts_prune(*, keep: Collection[str], older_than: timedelta = GRACE) -> int:
    """Remove all bundles but these and those in use; the number of those removed.

    In use is what is being put into a store, and what came or was looked up lately. The row of a
    removed bundle stays and says when.
    """
    store = local_store()
    store.sweep()  # what somebody died over
    unneeded = set(store.digests()) - set(keep)
    seconds = older_than.total_seconds()
    gone = sum(store.remove_idle(digest, seconds=seconds) for digest in sorted(unneeded))
    _removed_note(store)
    return gone


def _removed_note(store: BundleStore) -> None:
    """Note which bundles are not here any more, also of whoever died before saying so."""
    rows = Artifact.objects.filter(instance=settings.IDENTITY.name, removed_at=None)
    began, known = timezone.now(), dict(rows.values_list("digest", "pk"))
    missing = known.keys() - set(store.digests())  # a row is younger than its bundle
    gone = rows.filter(pk__in=[known[digest] for digest in missing], verified_at__lt=began)
    gone.update(removed_at=began)
