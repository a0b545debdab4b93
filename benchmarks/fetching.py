"""Published source archives, fetched with the user's own package clients and kept.

Nothing of what is fetched is run: npm only packs, and pip, which would ask a source archive's
build system for its name and version, gets both from a stand-in that reads them from the archive.
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

STORE = Path(__file__).resolve().parents[1] / ".singularity" / "benchmark-packages"
"""In the checkout's state folder, so that each package is fetched once."""

_STAND_IN = """
import importlib.abc, importlib.machinery, pathlib, sys

BACKENDS = {"setuptools", "hatchling", "flit_core", "flit", "poetry", "maturin", "pdm", "mesonpy",
            "scikit_build_core", "jupyter_packaging", "hatch_jupyter_builder", "uv_build"}


class Hooks:
    @staticmethod
    def prepare_metadata_for_build_wheel(directory, config_settings=None):
        fields = pathlib.Path("PKG-INFO").read_text(errors="replace").split("\\n\\n")[0]
        said = dict(line.split(": ", 1) for line in fields.splitlines() if ": " in line)
        name = said["Name"].replace("-", "_")
        folder = pathlib.Path(directory, f"{name}-{said['Version']}.dist-info")
        folder.mkdir()
        (folder / "METADATA").write_text(fields + "\\n")
        (folder / "WHEEL").write_text("Wheel-Version: 1.0\\nTag: py3-none-any\\n")
        return folder.name

    @staticmethod
    def get_requires_for_build_wheel(config_settings=None):
        return []


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in BACKENDS:
            return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def exec_module(self, module):
        module.__legacy__ = Hooks
        module.prepare_metadata_for_build_wheel = Hooks.prepare_metadata_for_build_wheel
        module.get_requires_for_build_wheel = Hooks.get_requires_for_build_wheel


if not any(argument.endswith(("pip", "pip/__main__.py")) for argument in sys.argv[:1]):
    sys.meta_path.insert(0, Finder())
"""


class FetchError(Exception):
    """A package could not be fetched; the client's own words."""


def fetch(ecosystem: str, name: str, version: str, cache: Path = STORE) -> Path:
    """The unpacked source archive of a package of ``pypi`` or ``npm``; raises FetchError."""
    folder = cache / f"{ecosystem}-{name.replace('/', '-').lstrip('@')}-{version}"
    if not folder.is_dir():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as work:
            archive = (_pip if ecosystem == "pypi" else _npm)(name, version, Path(work))
            inside = _unpack(archive, Path(work, "unpacked"))
            inside.rename(folder)
    return folder


def _pip(name: str, version: str, work: Path) -> Path:
    (work / "stand-in").mkdir()
    (work / "stand-in" / "sitecustomize.py").write_text(_STAND_IN)
    wish = ["--no-deps", "--no-build-isolation", "--no-binary", name, f"{name}=={version}"]
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--dest", str(work), *wish]
    _run(command, work, {"PYTHONPATH": str(work / "stand-in")})
    return _only(work, name)


def _npm(name: str, version: str, work: Path) -> Path:
    npm = shutil.which("npm")
    if npm is None:
        raise FetchError("npm is not installed")
    _run([npm, "pack", "--ignore-scripts", "--silent", f"{name}@{version}"], work, {})
    return _only(work, name)


def _run(command: list[str], work: Path, environment: dict[str, str]) -> None:
    done = subprocess.run(
        command,
        cwd=work,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    if done.returncode:
        raise FetchError((done.stderr or done.stdout).strip()[-600:])


def _only(work: Path, name: str) -> Path:
    found = [path for path in work.iterdir() if path.is_file()]
    if len(found) != 1:
        raise FetchError(f"{name} came as {len(found)} files")
    return found[0]


def _unpack(archive: Path, folder: Path) -> Path:
    """Unpack; an archive with one folder at its root is that folder."""
    if archive.suffix == ".zip":
        with zipfile.ZipFile(archive) as zipped:
            zipped.extractall(folder)
    else:
        with tarfile.open(archive) as tarred:
            tarred.extractall(folder, filter="data")
    inside = list(folder.iterdir())
    return inside[0] if len(inside) == 1 and inside[0].is_dir() else folder
