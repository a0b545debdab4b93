"""The exported models of this machine: one folder for each model digest, written once."""

import fcntl
import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from apps.singularity.ingestion.engine.embedding.model_directory import ModelDirectory
from apps.singularity.ingestion.engine.embedding.protocol import EmbedderError

EXPORT_VERSION = 1
"""Grows when an export comes out otherwise (graph, quantisation): models are written anew."""

_EXPORT_SECONDS = 900
_ROOT = Path(__file__).resolve().parents[5]
_WORKER = "apps.singularity.ingestion.engine.embedding.export"


@dataclass(frozen=True, slots=True)
class ExportedModel:
    """An exported model: its ONNX file, the precision that was chosen, the vectors' length."""

    file: Path
    precision: str
    dimensions: int


def exported_model(model: ModelDirectory, cache: Path) -> ExportedModel:
    """Return the export of ``model`` in ``cache``, made now when missing (some seconds).

    Safe against other processes and against being killed: the folder appears whole, by rename,
    under a lock.  Raises :class:`EmbedderError` when the export fails.
    """
    folder = _folder(model, cache)
    if not folder.is_dir():
        cache.mkdir(parents=True, exist_ok=True)
        with (cache / f"{folder.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not folder.is_dir():
                _export(model, folder)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    precision = str(manifest["precision"])
    return ExportedModel(folder / f"{precision}.onnx", precision, int(manifest["dimensions"]))


def export_remove(model: ModelDirectory, cache: Path) -> None:
    """Delete the export of ``model``; who has it open keeps it, and others make it anew."""
    shutil.rmtree(_folder(model, cache), ignore_errors=True)


def _folder(model: ModelDirectory, cache: Path) -> Path:
    return cache / f"{model.digest[:32]}-v{EXPORT_VERSION}"


def _export(model: ModelDirectory, folder: Path) -> None:
    """Export into a neighbour of ``folder`` and rename it.

    Remains of a killed export go first.  Each export has a neighbour of its own, since the worker
    of a killed one may still be writing.
    """
    prefix = f"{folder.name}.partial-"
    for remains in folder.parent.glob(f"{prefix}*"):
        shutil.rmtree(remains, ignore_errors=True)
    partial = Path(tempfile.mkdtemp(prefix=prefix, dir=folder.parent))
    try:
        _run_worker(model.path.resolve(), partial)
        partial.rename(folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _run_worker(model: Path, folder: Path) -> None:
    """Write the export of ``model`` to ``folder`` in a process of its own."""
    try:
        subprocess.run(
            [sys.executable, "-W", "ignore", "-m", _WORKER, str(model), str(folder)],
            cwd=_ROOT,
            env=os.environ | {"HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"},
            capture_output=True,
            text=True,
            timeout=_EXPORT_SECONDS,
            check=True,
        )
    except subprocess.TimeoutExpired as error:
        raise EmbedderError(
            f"the model in {model} was not exported within {_EXPORT_SECONDS} s"
        ) from error
    except subprocess.CalledProcessError as error:
        reason = (error.stderr.strip().splitlines() or [f"exit status {error.returncode}"])[-1]
        raise EmbedderError(f"the model in {model} cannot be exported: {reason}") from error
