"""The manifest of a bundle: its files by path, SHA-256 and size; its own SHA-256 names the bundle.

A bundle is a folder of data that no program runs: JSON, safetensors, text, and sentencepiece's
``.model``. Pickles and all else are refused by their names, links and special files by what they
are. Names that a file system could read in two ways are refused too: a bundle comes from
somebody else.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from apps.shared.artifacts.engine.errors import ArtifactError

MANIFEST = "manifest.json"
"""Where a stored bundle keeps its manifest; no file of the bundle itself."""
TYPES = (".json", ".safetensors", ".md", ".txt", ".model")
MOST_FILES = 256
LARGEST_FILE = 32 * 1024**3
LARGEST_TEXT = 256 * 1024**2
"""Bytes of a file that programs read whole: any but safetensors."""
LARGEST_BUNDLE = 48 * 1024**3
LARGEST_MANIFEST = 128 * 1024
DEEPEST = 3
_DIGEST = re.compile(r"sha256:([0-9a-f]{64})")
_HEX = re.compile(r"[0-9a-f]{64}")
_PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,99}")


@dataclass(frozen=True, slots=True, order=True)
class BundleFile:
    """A file: path with ``/``, SHA-256 in hexadecimal digits, size in bytes."""

    path: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """The files of a bundle, by path. Raises ArtifactError for what no bundle may have."""

    files: tuple[BundleFile, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "files", tuple(sorted(self.files)))
        names_check([file.path for file in self.files])
        for file in self.files:
            size_check(file.path, file.size)
            if not _HEX.fullmatch(file.sha256):
                raise ArtifactError(f"{file.path} has no SHA-256 in the manifest: make it anew.")
        if self.size > LARGEST_BUNDLE:
            raise ArtifactError(f"The bundle has {self.size:,} bytes; {LARGEST_BUNDLE:,} may be.")

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)

    @property
    def digest(self) -> str:
        """``sha256:`` and the SHA-256 of ``encode``: who knows it can verify every file."""
        return f"sha256:{hashlib.sha256(self.encode()).hexdigest()}"

    def encode(self) -> bytes:
        """The one JSON text of these files."""
        files = {file.path: [file.sha256, file.size] for file in self.files}
        return json.dumps({"files": files}, sort_keys=True, separators=(",", ":")).encode()


def manifest_decode(data: bytes) -> Manifest:
    """Read what ``encode`` wrote, and nothing else. Raises ArtifactError."""
    if len(data) > LARGEST_MANIFEST:
        raise ArtifactError(f"A manifest has at most {LARGEST_MANIFEST:,} bytes.")
    try:
        listed = json.loads(data)["files"].items()
        files = [BundleFile(path, str(digest), int(size)) for path, (digest, size) in listed]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError):
        raise ArtifactError("It is no manifest of a bundle: have it made anew.") from None
    manifest = Manifest(tuple(files))
    if manifest.encode() != data:
        raise ArtifactError("The manifest is not written as manifests are: have it made anew.")
    return manifest


def manifest_of(folder: Path) -> Manifest:
    """Hash the files of a folder. Raises ArtifactError for what no bundle may have."""
    files = bundle_files(folder)
    return Manifest(tuple(_hashed(folder, path) for path in files))


def bundle_files(folder: Path) -> list[str]:
    """Paths of the files below a folder, checked by name, kind and size.

    Raises:
        ArtifactError: a link, another type, an odd name, too many or too large.
    """
    if not folder.is_dir():
        raise ArtifactError(f"{folder} is no folder: a bundle is a folder of files.")
    files = []
    for path in _walk(folder, folder):
        if path == MANIFEST:
            continue
        files.append(path)
        size_check(path, (folder / path).lstat().st_size)
        if len(files) > MOST_FILES:
            break
    names_check(files)
    return sorted(files)


def names_check(paths: Iterable[str]) -> None:
    """Raises ArtifactError for names that no bundle may have."""
    paths = list(paths)
    if not 0 < len(paths) <= MOST_FILES:
        raise ArtifactError(f"A bundle has 1 to {MOST_FILES} files: this one has {len(paths)}.")
    if len({path.lower() for path in paths}) < len(paths):
        raise ArtifactError("Two files of the bundle have names that differ in case only.")
    for path in paths:
        _name_check(path)


def size_check(path: str, size: int) -> None:
    """Raises ArtifactError for a size that no file of this type may have."""
    most = LARGEST_FILE if path.endswith(".safetensors") else LARGEST_TEXT
    if not 0 <= size <= most:
        raise ArtifactError(f"{path} has {size:,} bytes; {most:,} are the most for such a file.")


def digest_hex(digest: str) -> str:
    """The hexadecimal digits of ``sha256:...``. Raises ArtifactError."""
    found = _DIGEST.fullmatch(digest)
    if found is None:
        raise ArtifactError(f"{digest[:80]!r} is no digest: it is sha256: and 64 digits.")
    return found.group(1)


def _name_check(path: str) -> None:
    parts = path.split("/")
    if len(path) > 200 or len(parts) > DEEPEST or not all(map(_PART.fullmatch, parts)):
        raise ArtifactError(f"{path[:80]!r} is no name of a bundle's file: rename or remove it.")
    if path.lower() == MANIFEST or not path.endswith(TYPES):
        kinds = " ".join(TYPES)
        raise ArtifactError(f"{path} may not be in a bundle, which holds {kinds}: remove it.")


def _walk(root: Path, folder: Path) -> Iterator[str]:
    for entry in os.scandir(folder):
        path = Path(entry.path)
        name = path.relative_to(root).as_posix()
        mode = path.lstat().st_mode
        if stat.S_ISDIR(mode) and name.count("/") < DEEPEST:
            yield from _walk(root, path)
        elif stat.S_ISREG(mode):
            yield name
        else:
            raise ArtifactError(f"{name} is no file, or too deep: a bundle has no links.")


def _hashed(folder: Path, path: str) -> BundleFile:
    with (folder / path).open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return BundleFile(path, digest, file.tell())
