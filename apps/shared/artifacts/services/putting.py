"""Put a bundle into an object store: each file under its SHA-256, its manifest last."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Container
from pathlib import Path
from typing import BinaryIO

from nats.aio.client import Client
from nats.nuid import NUID

from apps.shared.artifacts.engine.errors import ArtifactError, ArtifactUnavailable
from apps.shared.artifacts.engine.manifest import BundleFile, Manifest, digest_hex
from apps.shared.artifacts.engine.objects import StoredObject
from apps.shared.artifacts.objects.lasting import (
    PATIENCE,
    Progress,
    Report,
    lasting,
    silent,
)
from apps.shared.artifacts.objects.reading import subjects
from apps.shared.artifacts.objects.window import Window
from apps.shared.artifacts.services.local import local_store
from apps.shared.nats_bridge.names import chunk_subject, object_subject, object_subjects
from apps.shared.nats_bridge.streams import CHUNK

ROUNDS = 3


def artifact_put(
    *, digest: str, store: str, report: Report = silent, patience: float = PATIENCE
) -> None:
    """Put a bundle that is here into a store; one that is there already costs one question.

    The manifest comes last: who finds it finds all files. A file that another bundle brought is
    sent again, as Centralcloud may be removing that one just now: it removes nothing that is newer
    than its look at the store. What is half sent when this process dies counts for nothing and is
    swept away by Centralcloud; the bundle stays on this disk meanwhile. ``report`` is told bytes
    done and all; ``patience``: seconds without progress before it is given up.

    Raises:
        ArtifactMissing: the bundle is not here, or damaged.
        ArtifactUnavailable: no key, NATS stays away, the store is full.
    """
    with local_store().held(digest) as folder:
        manifest = local_store().manifest(digest)
        put = _Put(store, folder, manifest, Progress(manifest.size, report))
        lasting(put.run, progress=put.progress, patience=patience)


class _Put:
    def __init__(self, store: str, folder: Path, manifest: Manifest, progress: Progress) -> None:
        self.store, self.folder, self.manifest = store, folder, manifest
        self.progress = progress
        self.done = 0
        self.sent: set[str] = set()

    async def run(self, client: Client) -> None:
        """Send what the store has not. Raises ArtifactError, Away."""
        last = digest_hex(self.manifest.digest)
        names = {last, *(file.sha256 for file in self.manifest.files)}
        wanted = {object_subject(self.store, name) for name in names}
        for _ in range(ROUNDS):
            there = await subjects(client, self.store, object_subjects(self.store))
            if wanted <= there.keys():
                self.progress.at(self.manifest.size)
                return
            self.done = 0
            for file in self.manifest.files:
                await self._file(client, file, there)
            whole = self.manifest.encode()
            await self._send(client, BundleFile("", last, len(whole)), io.BytesIO(whole))
        raise ArtifactUnavailable(
            f"The store {self.store} does not keep what it takes: try again later."
        )

    async def _file(self, client: Client, file: BundleFile, there: Container[str]) -> None:
        if file.sha256 in self.sent and object_subject(self.store, file.sha256) in there:
            self.done += file.size
            self.progress.at(self.done)
            return
        with (self.folder / file.path).open("rb") as opened:
            await self._send(client, file, opened)
        self.sent.add(file.sha256)

    async def _send(self, client: Client, file: BundleFile, opened: BinaryIO) -> None:
        """One object: its chunks, and when these are stored what it is."""
        number = NUID().next().decode()
        subject, digest, chunks = chunk_subject(self.store, number), hashlib.sha256(), 0
        async with Window(client) as window:
            while chunk := opened.read(CHUNK):
                digest.update(chunk)
                await window.send(subject, chunk)
                chunks += 1
                self.done += len(chunk) if file.path else 0
                self.progress.at(self.done)
            await window.done()
            if digest.hexdigest() != file.sha256:
                raise ArtifactError(f"{file.path} was changed while it was sent: save it again.")
            stored = StoredObject(file.sha256, number, file.size, chunks)
            said = stored.encode(bucket=self.store, chunk_size=CHUNK)
            await window.send(object_subject(self.store, file.sha256), said)
            await window.done()
