"""Public packages to measure on: source archives, fetched by the user's own pip and npm.

They are kept in the checkout's state folder, so that each is fetched once.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

import httpx
from pip._internal.models.index import PyPI

STORE = Path(__file__).resolve().parents[1] / ".singularity" / "benchmark-packages"


class NotFetched(RuntimeError):
    """A package could not be fetched; the message has the client's last line."""


def package(kind: str, name: str, version: str) -> Path:
    """The unpacked sources of a package of ``pypi`` or ``npm``, fetched if they are not there.

    From PyPI the source archive, or the wheel where there is none. Raises NotFetched.
    """
    target = STORE / f"{kind}-{name.replace('/', '-').lstrip('@')}-{version}"
    if not target.is_dir():
        with tempfile.TemporaryDirectory() as folder:
            archive = _FETCH[kind](name, version, Path(folder))
            unpacked = Path(folder) / "unpacked"
            _unpack(archive, unpacked)
            STORE.mkdir(parents=True, exist_ok=True)
            shutil.move(str(_only(unpacked)), target)
    return target


def _pypi(name: str, version: str, folder: Path) -> Path:
    """Straight from pip's own index (PEP 691): pip itself would run the package's build."""
    accept = {"Accept": "application/vnd.pypi.simple.v1+json"}
    project = name.lower().replace("_", "-")
    try:
        with httpx.Client(follow_redirects=True, timeout=60) as client:
            page = client.get(f"{_index()}/{project}/", headers=accept).raise_for_status()
            chosen = _source(page.json()["files"], version)
            data = client.get(str(page.url.join(chosen["url"]))).raise_for_status().content
    except (httpx.HTTPError, ValueError) as error:
        raise NotFetched(f"{name}=={version}: {error}") from error
    archive = folder / chosen["filename"]
    archive.write_bytes(data)
    return archive


def _index() -> str:
    """The index that pip is configured to use, or else its own default."""
    asked = [sys.executable, "-m", "pip", "config", "get", "global.index-url"]
    said = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()
    return (os.environ.get("PIP_INDEX_URL") or said or PyPI.simple_url).rstrip("/")


def _source(files: list[dict[str, str]], version: str) -> dict[str, str]:
    """The source archive of a version, or a wheel that has no compiled part."""
    for ending in (f"-{version}.tar.gz", f"-{version}.zip", "-py3-none-any.whl"):
        for one in files:
            if one["filename"].endswith(ending) and f"-{version}" in one["filename"]:
                return one
    raise NotFetched(f"there is no source of version {version}")


def _npm(name: str, version: str, folder: Path) -> Path:
    _run(["npm", "pack", "--ignore-scripts", "--silent", f"{name}@{version}"], folder)
    return _archive(folder)


_FETCH = {"pypi": _pypi, "npm": _npm}


def _run(command: list[str], folder: Path) -> None:
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise NotFetched(f"{command[0]} is not installed") from error
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise NotFetched(f"{' '.join(command[-1:])}: {last}")


def _archive(folder: Path) -> Path:
    found = [path for path in folder.iterdir() if path.suffix in {".gz", ".tgz", ".whl", ".zip"}]
    if len(found) != 1:
        raise NotFetched(f"{len(found)} archives came instead of one")
    return found[0]


def _unpack(archive: Path, target: Path) -> None:
    if archive.suffix in {".whl", ".zip"}:
        with zipfile.ZipFile(archive) as packed:
            packed.extractall(target)
        return
    with tarfile.open(archive) as packed:
        packed.extractall(target, filter="data")


def _only(folder: Path) -> Path:
    """The one folder in it, or itself where there are several entries (a wheel)."""
    entries = list(folder.iterdir())
    return entries[0] if len(entries) == 1 and entries[0].is_dir() else folder
