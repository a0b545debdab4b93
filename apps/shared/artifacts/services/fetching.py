"""Fetch a bundle from an object store: resumed where it was left, seen when it is verified."""

from __future__ import annotations

import shutil
from pathlib import Path

from nats.aio.client import Client

from apps.shared.artifacts.engine.errors import (
    ArtifactError,
    ArtifactMissing,
    ArtifactUnavailable,
)
from apps.shared.artifacts.engine.manifest import (
    LARGEST_MANIFEST,
    BundleFile,
    Manifest,
    digest_hex,
    manifest_decode,
)
from apps.shared.artifacts.engine.objects import StoredObject, stored_decode
from apps.shared.artifacts.engine.parts import PartialFile
from apps.shared.artifacts.engine.store import BundleStore, disk_errors
from apps.shared.artifacts.objects.lasting import (
    PATIENCE,
    Progress,
    Report,
    lasting,
    silent,
)
from apps.shared.artifacts.objects.reading import last_message, messages
from apps.shared.artifacts.services.local import artifact_note, local_store
from apps.shared.nats_bridge.names import chunk_subject, object_subject

FILES = "files"
"""Below the folder of a bundle on its way: those that are verified."""
AGAIN = "whoever announced it has to put it again"


def artifact_fetch(
    *, digest: str, size: int, store: str, report: Report = silent, patience: float = PATIENCE
) -> Path:
    """The folder of a bundle, fetched unless it is here.

    A bundle that was half fetched, by whichever process, is gone on with. ``size``: bytes that
    were announced. ``report`` is told bytes done and all; ``patience``: seconds without progress
    before it is given up.

    Raises:
        ArtifactUnavailable: no key, NATS stays away, the disk is full.
        ArtifactError: the bytes are others than those announced: too many, too few, or of another
            digest.
    """
    kept = local_store()
    try:
        return kept.path(digest)
    except ArtifactMissing:
        pass
    with disk_errors(), kept.partial(digest) as partial:
        fetch = _Fetch(kept, partial, digest, size, store, Progress(size, report))
        lasting(fetch.run, progress=fetch.progress, patience=patience)
        shutil.rmtree(partial, ignore_errors=True)
    artifact_note(manifest=kept.manifest(digest))
    return kept.path(digest)


class _Fetch:
    def __init__(
        self,
        kept: BundleStore,
        partial: Path,
        digest: str,
        size: int,
        store: str,
        progress: Progress,
    ) -> None:
        self.kept, self.partial, self.digest = kept, partial, digest
        self.size, self.store, self.progress = size, store, progress
        self.files = partial / FILES
        self.done = 0

    async def run(self, client: Client) -> None:
        """Fetch what is not here yet. Raises ArtifactError, Away, OSError."""
        try:
            self.kept.path(self.digest)  # another process was faster
        except ArtifactMissing:
            manifest = await self._manifest(client)
            self.done = 0
            for file in manifest.files:
                await self._file(client, file)
            self.kept.admit(self.files, manifest)

    async def _manifest(self, client: Client) -> Manifest:
        name = digest_hex(self.digest)
        stored = await self._stored(client, name)
        if stored.size > LARGEST_MANIFEST:
            raise ArtifactError(f"The manifest of {self.digest} is too large: {AGAIN}.")
        part = PartialFile(self.partial / "manifest", BundleFile("manifest", name, stored.size))
        await self._download(client, part, stored)
        data = part.file.read_bytes()
        part.remove()
        manifest = manifest_decode(data)
        if manifest.size != self.size:
            raise ArtifactError(
                f"{self.digest} has {manifest.size:,} bytes, announced were {self.size:,}: {AGAIN}."
            )
        if shutil.disk_usage(self.partial).free < self.size:
            raise ArtifactUnavailable(f"The disk has no room for {self.size:,} bytes: make room.")
        return manifest

    async def _file(self, client: Client, file: BundleFile) -> None:
        place = self.files / file.path
        if not place.exists():
            stored = await self._stored(client, file.sha256)
            if stored.size != file.size:
                raise ArtifactError(f"{file.path} has not the size of the manifest: {AGAIN}.")
            part = PartialFile(self.partial / "part", file)
            await self._download(client, part, stored)
            part.move(place)
        self.done += file.size
        self.progress.at(self.done)

    async def _stored(self, client: Client, name: str) -> StoredObject:
        message = await last_message(client, self.store, object_subject(self.store, name))
        stored = stored_decode(message.data) if message else None
        if stored is None:
            raise ArtifactError(f"{self.store} has not all of {self.digest}: {AGAIN}.")
        return stored

    async def _download(self, client: Client, part: PartialFile, stored: StoredObject) -> None:
        """The bytes of one object, verified; what was resumed and is wrong begins anew, once."""
        for resumed in (True, False):
            with part.opened(upload=stored.number, resumed=resumed):
                subject = chunk_subject(self.store, stored.number)
                async for one in messages(client, self.store, subject, after=part.sequence):
                    part.add(one.data, one.sequence)
                    self.progress.at(self.done + part.size)
            if part.verified:
                return
        wrong = "is cut short" if part.size < stored.size else "has other bytes than announced"
        part.remove()
        raise ArtifactError(f"{part.wanted.path} of {self.digest} {wrong}: {AGAIN}.")
