"""Public packages to measure on: source archives, fetched by the user's own pip and npm.

They are kept in the checkout's state folder, so that each is fetched once.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

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
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    wanted = ["--no-deps", "--no-build-isolation", "--dest", str(folder), f"{name}=={version}"]
    try:
        _run([*pip, "--no-binary", ":all:", *wanted], folder)
    except NotFetched:
        _run([*pip, "--only-binary", ":all:", *wanted], folder)
    return _archive(folder)


def _npm(name: str, version: str, folder: Path) -> Path:
    _run(["npm", "pack", "--silent", f"{name}@{version}"], folder)
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
