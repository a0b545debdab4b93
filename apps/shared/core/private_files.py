"""Files that only their owner may read, written whole or not at all."""

import os
import threading
from collections.abc import Callable
from pathlib import Path


def read_or_create(path: Path, make: Callable[[], str]) -> str:
    """The file's text; when it is missing, one of several processes writes it for all.

    Raises SystemExit with one line when it can be neither read nor written.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            _create(path, make())
        return path.read_text().strip()
    except OSError as error:
        raise SystemExit(
            f"{path} cannot be written or read ({error.strerror}): "
            "set SINGULARITY_STATE to a folder that can, or set SECRET_KEY."
        ) from None


def _create(path: Path, text: str) -> None:
    """Link a finished file into place: readers never see half, and the first writer wins."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        draft.unlink()


def write_whole(path: Path, text: str) -> None:
    """Put the text in the file's place at once: readers see the old one or the new one.

    Raises OSError when the folder cannot be written.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
