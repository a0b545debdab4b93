"""Bundles on a disk: a folder for each, named by the digest of its manifest.

A bundle is made beside its place, in a draft, and renamed: it is there whole or not at all, also
after ``kill -9``. A draft is locked by the process that makes it, and whoever comes later sweeps
those of dead ones away. The lock is on the folder itself (flock), so it ends with its process.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
import shutil
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from apps.shared.artifacts.engine.errors import (
    ArtifactMissing,
    ArtifactUnavailable,
)
from apps.shared.artifacts.engine.manifest import (
    MANIFEST,
    BundleFile,
    Manifest,
    bundle_files,
    digest_hex,
    manifest_decode,
    size_check,
)

BLOCK = 1024 * 1024
DRAFT = "draft-"
PARTIAL = "partial-"
PARTIAL_SECONDS = 7 * 86_400.0
WAIT_SECONDS = 1800.0
"""Another process that fetches the same bundle is waited for."""
POLL_SECONDS = 0.2
_HEX_LENGTH = 64


class BundleStore:
    """The bundles of one site, below ``root``."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def add(self, folder: Path) -> Manifest:
        """Copy a folder's files in. Raises ArtifactError."""
        paths = bundle_files(folder)
        with disk_errors(), self.draft() as draft:
            files = [_copied(folder / path, draft, path) for path in paths]
            manifest = Manifest(tuple(files))
            self.admit(draft, manifest)
        return manifest

    def path(self, digest: str) -> Path:
        """The bundle's folder: its manifest is verified, and the size of every file.

        Whoever asks is about to use it: ``remove_idle`` spares it for a while.

        Raises ArtifactMissing.
        """
        with self.held(digest) as place:
            return place

    @contextmanager
    def held(self, digest: str) -> Iterator[Path]:
        """A bundle's folder that ``remove_idle`` spares inside the block. Raises ArtifactMissing.

        The lock is on the folder itself, shared: it ends with its process.
        """
        place = self._place(digest)
        lock = _flock(place, fcntl.LOCK_SH)  # whoever removes it lets go at once
        try:
            self.manifest(digest)  # says what is wrong where there is no lock, either
            os.utime(place)
            yield place
        finally:
            if lock is not None:
                os.close(lock)

    def manifest(self, digest: str) -> Manifest:
        """The manifest of a bundle that is whole, as far as sizes tell. Raises ArtifactMissing."""
        place = self._place(digest)
        try:
            data = (place / MANIFEST).read_bytes()
        except OSError:
            raise ArtifactMissing(f"No bundle {digest} here: fetch it first.") from None
        if hashlib.sha256(data).hexdigest() != place.name:
            raise ArtifactMissing(f"The manifest of {digest} was changed: fetch the bundle again.")
        manifest = manifest_decode(data)
        for file in manifest.files:
            if not _is_file(place / file.path, file.size):
                raise ArtifactMissing(f"{file.path} of {digest} is damaged: fetch it again.")
        return manifest

    def verify(self, digest: str) -> Manifest:
        """Hash every file again. Raises ArtifactMissing naming the first that is wrong."""
        manifest = self.manifest(digest)
        for file in manifest.files:
            with (self._place(digest) / file.path).open("rb") as opened:
                found = hashlib.file_digest(opened, "sha256").hexdigest()
            if found != file.sha256:
                raise ArtifactMissing(f"{file.path} of {digest} was changed: fetch it again.")
        return manifest

    def digests(self) -> list[str]:
        """Those of all bundles here, whole or not."""
        if not self.root.is_dir():
            return []
        names = (path.name for path in self.root.iterdir() if len(path.name) == _HEX_LENGTH)
        return sorted(f"sha256:{name}" for name in names)

    def remove(self, digest: str) -> None:
        """Take a bundle away, at once for all who look for it."""
        with disk_errors(), self.draft() as draft, suppress(FileNotFoundError):
            self._place(digest).rename(draft / "removed")

    def remove_idle(self, digest: str, *, seconds: float) -> bool:
        """Remove a bundle unless it is held, or came or was asked for so lately; whether it was.

        Nobody who asks for it at the same moment gets the path of a folder that goes away. One
        that is damaged goes in any case.
        """
        place = self._place(digest)
        with disk_errors(), self.draft() as draft:
            lock = _flock(place)
            if lock is None:
                return False
            try:
                if self._is_whole(digest) and _age(place) < seconds:
                    return False
                place.rename(draft / "removed")
            finally:
                os.close(lock)
        return True

    def admit(self, draft: Path, manifest: Manifest) -> None:
        """Give a draft that has the manifest's files its place. Raises OSError."""
        _write(draft / MANIFEST, manifest.encode())
        for folder in sorted({(draft / file.path).parent for file in manifest.files} | {draft}):
            _sync_folder(folder)
        place = self._place(manifest.digest)
        with suppress(ArtifactMissing):
            self.manifest(manifest.digest)
            os.utime(place)  # it came just now, again
            return
        if place.exists():
            self.remove(manifest.digest)  # a damaged one
        try:
            draft.rename(place)
        except OSError:
            self.manifest(manifest.digest)
        _sync_folder(self.root)

    @contextmanager
    def draft(self) -> Iterator[Path]:
        """An empty locked folder, gone at the end unless it got its place."""
        self.sweep()
        name = f"{DRAFT}{secrets.token_hex(8)}"
        with self.locked(name) as draft:
            try:
                yield draft
            finally:
                shutil.rmtree(self.root / name, ignore_errors=True)

    @contextmanager
    def partial(self, digest: str) -> Iterator[Path]:
        """The locked folder of a bundle on its way; it stays, for the next to go on with.

        Raises ArtifactError when another process has held it for too long.
        """
        self.sweep()
        with self.locked(f"{PARTIAL}{digest_hex(digest)}") as folder:
            yield folder

    @contextmanager
    def locked(self, name: str) -> Iterator[Path]:
        """A folder below the root, made if need be, that only this process works in."""
        deadline = time.monotonic() + WAIT_SECONDS
        while (lock := self._lock(name)) is None:
            if time.monotonic() > deadline:
                raise ArtifactUnavailable(
                    "Another process is at this bundle: try again when it is done."
                )
            time.sleep(POLL_SECONDS)
        try:
            yield self.root / name
        finally:
            os.close(lock)

    def sweep(self) -> None:
        """Remove drafts of processes that are dead, and what was half fetched long ago."""
        if not self.root.is_dir():
            return
        for folder in self.root.iterdir():
            half = folder.name.startswith(PARTIAL) and _age(folder) > PARTIAL_SECONDS
            if (half or folder.name.startswith(DRAFT)) and (lock := _flock(folder)) is not None:
                shutil.rmtree(folder, ignore_errors=True)
                os.close(lock)

    def _is_whole(self, digest: str) -> bool:
        with suppress(ArtifactMissing):
            self.manifest(digest)
            return True
        return False

    def _lock(self, name: str) -> int | None:
        folder = self.root / name
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return _flock(folder)

    def _place(self, digest: str) -> Path:
        return self.root / digest_hex(digest)


def seal(file: Path) -> None:
    """Read-only from now on, and on the disk. Raises OSError."""
    with file.open("rb") as opened:
        os.fsync(opened.fileno())
    file.chmod(0o444)


@contextmanager
def disk_errors() -> Iterator[None]:
    """Say in one line what the disk refused: full, read-only, not permitted."""
    try:
        yield
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        raise ArtifactUnavailable(
            f"The disk refuses it: {error.strerror}{where}: make room or set SINGULARITY_STATE."
        ) from None


def _copied(source: Path, draft: Path, path: str) -> BundleFile:
    target = draft / path
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    # a link that was put in the file's place meanwhile is not followed
    descriptor = os.open(source, os.O_RDONLY | os.O_NOFOLLOW)
    with open(descriptor, "rb") as read, target.open("xb") as write:  # noqa: PTH123  a descriptor
        for block in _blocks(read):
            digest.update(block)
            write.write(block)
            size += len(block)
            size_check(path, size)
    seal(target)
    return BundleFile(path, digest.hexdigest(), size)


def _blocks(file: BinaryIO) -> Iterator[bytes]:
    while block := file.read(BLOCK):
        yield block


def _is_file(path: Path, size: int) -> bool:
    try:
        found = path.lstat()
    except OSError:
        return False
    return stat.S_ISREG(found.st_mode) and found.st_size == size


def _flock(folder: Path, how: int = fcntl.LOCK_EX | fcntl.LOCK_NB) -> int | None:
    """The lock of a folder that is still there, as a descriptor to close; None if it is held."""
    try:
        lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        fcntl.flock(lock, how)
        if os.path.samestat(os.fstat(lock), folder.lstat()):
            return lock
    except OSError:
        pass  # held, or renamed meanwhile
    os.close(lock)
    return None


def _age(folder: Path) -> float:
    with suppress(OSError):
        return time.time() - folder.stat().st_mtime
    return 0.0


def _write(file: Path, data: bytes) -> None:
    file.unlink(missing_ok=True)
    file.write_bytes(data)
    seal(file)


def _sync_folder(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
