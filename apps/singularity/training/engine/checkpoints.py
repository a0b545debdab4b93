"""Checkpoints: whole or not there, and never code.

``<run>/checkpoint-<step>/`` holds safetensors and one JSON file with the SHA-256 of each. It is
written beside its place, forced to the disk, and renamed, so that a kill at any moment leaves the
one before. Numbers in the JSON come back bit for bit: Python writes the shortest text that does.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

KEPT = 2
_PREFIX = "checkpoint-"
_STATE = "state.json"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A run after ``step`` steps: named sets of tensors, and what is no tensor."""

    step: int
    tensors: dict[str, dict[str, torch.Tensor]]
    state: dict[str, Any]


def checkpoint_save(run: Path, checkpoint: Checkpoint) -> Path:
    """Write, then remove all but the newest. Raises OSError or SafetensorError on a full disk."""
    place = run / f"{_PREFIX}{checkpoint.step}"
    beside = run / f".{place.name}"
    _remove_unfinished(run)
    beside.mkdir(parents=True)
    try:
        _write(beside, checkpoint)
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise
    if place.exists():
        shutil.rmtree(place)
    beside.rename(place)
    _to_disk(run)
    for _, old in _found(run)[KEPT:]:
        shutil.rmtree(old)
    return place


def checkpoint_load(run: Path, note: Callable[[str], None]) -> Checkpoint | None:
    """The newest whole one, none where there is none; ``note`` is told of each damaged one."""
    for step, folder in _found(run):
        try:
            return _read(folder, step)
        except (OSError, ValueError, KeyError, SafetensorError) as error:
            note(f"The checkpoint of step {step} is damaged ({error}): trying the one before.")
    return None


def checkpoints_remove(run: Path) -> None:
    """Remove those of an earlier run in the same folder, before a new one begins."""
    _remove_unfinished(run)
    for _, folder in _found(run):
        shutil.rmtree(folder)


def folder_settle(beside: Path, place: Path) -> None:
    """Put a finished folder in its place, on the disk: all of it or nothing."""
    for file in sorted(beside.iterdir()):
        _to_disk(file)
    _to_disk(beside)
    if place.exists():
        shutil.rmtree(place)
    beside.rename(place)
    _to_disk(place.parent)


def _write(beside: Path, checkpoint: Checkpoint) -> None:
    digests = {}
    for name, tensors in checkpoint.tensors.items():
        file = beside / f"{name}.safetensors"
        save_file({key: _plain(tensor) for key, tensor in tensors.items()}, file)
        digests[name] = _digest(file)
        _to_disk(file)
    said = {"step": checkpoint.step, "files": digests, "state": checkpoint.state}
    (beside / _STATE).write_text(json.dumps(said), encoding="utf-8")
    _to_disk(beside / _STATE)
    _to_disk(beside)


def _read(folder: Path, step: int) -> Checkpoint:
    said = json.loads((folder / _STATE).read_text(encoding="utf-8"))
    for name, digest in said["files"].items():
        if _digest(folder / f"{name}.safetensors") != digest:
            raise ValueError(f"{name}.safetensors has other bytes than were written")
    tensors = {name: load_file(folder / f"{name}.safetensors") for name in said["files"]}
    return Checkpoint(step, tensors, said["state"])


def _plain(tensor: torch.Tensor) -> torch.Tensor:
    """Detached, in memory of its own order: what safetensors writes."""
    return tensor.detach().cpu().contiguous()


def _digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _found(run: Path) -> list[tuple[int, Path]]:
    """Steps and folders, newest first."""
    folders = [folder for folder in run.glob(f"{_PREFIX}*") if folder.is_dir()]
    steps = [(int(folder.name.removeprefix(_PREFIX)), folder) for folder in folders]
    return sorted(steps, reverse=True)


def _remove_unfinished(run: Path) -> None:
    for folder in run.glob(f".{_PREFIX}*"):
        shutil.rmtree(folder)


def _to_disk(path: Path) -> None:
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
