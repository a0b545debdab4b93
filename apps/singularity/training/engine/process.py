"""A training process from its order to its last event.

Every expected trouble ends in one ``failed`` event, one line, and ``FAILED_EXIT``; what is not
expected keeps its traceback on standard error. The process ends when the one that started it does.
"""

from __future__ import annotations

import ctypes
import errno
import importlib
import os
import signal
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

from apps.singularity.training.engine.events import TrainingFailed, say
from apps.singularity.training.engine.launching import launch
from apps.singularity.training.engine.spec import FAILED_EXIT, Spec
from apps.singularity.training.engine.stopping import Stopped, stopping_install

_PR_SET_PDEATHSIG = 1
_PARENT_SECONDS = 1.0
_GRACE_SECONDS = 120.0
_NO_SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_KINDS = ("vocabulary", "t5", "encoder")
_TASKS = dict.fromkeys(_KINDS, ("train", "evaluate")) | {
    "t5": ("train", "evaluate", "surprise", "suggest")
}


def run(order: Path) -> int:
    """Do what the file ``order`` says; the exit status."""
    die_with_parent()
    with suppress(OSError, ValueError, TypeError, KeyError):  # told below
        launch(Spec.read(order), order)
    _events_alone_on_standard_output()
    stopping_install()
    try:
        _perform(_order_read(order))
    except BaseException as error:
        if (reason := trouble(error)) is None:
            raise
        say("failed", reason=" ".join(reason.split()))
        return FAILED_EXIT
    return 0


def trouble(error: BaseException) -> str | None:
    """One line for an expected trouble; none for an error of this program's own."""
    if isinstance(error, TrainingFailed):
        return str(error)
    if isinstance(error, Stopped):
        return "Stopped on request; go on from the last checkpoint with --resume."
    if is_out_of_memory(error):
        return "Out of memory: take a smaller size, batch or length, or free memory."
    if is_disk_full(error):
        return "The disk is full: free space where runs are kept, then go on with --resume."
    if isinstance(error, ModuleNotFoundError) and not str(error.name).startswith("apps"):
        return f"The package {error.name} is missing: install requirements/training.txt."
    return None


def is_out_of_memory(error: BaseException) -> bool:
    """Whether memory of the device or of this machine ran out."""
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    said = str(error)
    return isinstance(error, RuntimeError) and (
        "DefaultCPUAllocator" in said or "out of memory" in said.lower()
    )


def is_disk_full(error: BaseException) -> bool:
    """Whether a write found no space or passed a quota, as Python or as safetensors says it."""
    if isinstance(error, OSError):
        return error.errno in _NO_SPACE
    return any(f"os error {number})" in str(error) for number in _NO_SPACE)


def die_with_parent() -> None:
    """Ask for SIGTERM at the parent's death, and see to it that it ends even if that is ignored."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    threading.Thread(target=_watch_parent, args=(os.getppid(),), daemon=True).start()


def _watch_parent(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_PARENT_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_GRACE_SECONDS)
    os._exit(FAILED_EXIT)


def _order_read(order: Path) -> Spec:
    try:
        spec = Spec.read(order)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise TrainingFailed(f"{order.name} is no order for a training: {error}") from error
    if spec.task not in _TASKS.get(spec.kind, ()):
        raise TrainingFailed(f"There is no task {spec.task!r} for models of kind {spec.kind!r}.")
    return spec


def _perform(spec: Spec) -> None:
    """Import late: a kind brings its own libraries, and loading torch takes seconds."""
    kind = importlib.import_module(f"apps.singularity.training.engine.{spec.kind}")
    if spec.task == "train":
        kind.train(spec, spec.corpus)
    else:
        getattr(kind, spec.task)(spec)


def _events_alone_on_standard_output() -> None:
    """Send what libraries print to standard error; of several processes only the first speaks."""
    sys.stdout.flush()
    events = os.dup(1)
    os.dup2(2, 1)
    mute = os.environ.get("RANK", "0") != "0"
    sys.stdout = open(os.devnull if mute else events, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - open as long as the process
