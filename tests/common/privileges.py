"""Permissions that also hold when the tests run as root."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NOBODY = 65534


@contextmanager
def unprivileged_folder() -> Iterator[Path]:
    """A folder owned by a user without privileges, as whom the block runs."""
    folder = Path(tempfile.mkdtemp(prefix="singularity-test-"))
    was_root = os.geteuid() == 0
    if was_root:
        os.chown(folder, NOBODY, NOBODY)
        os.seteuid(NOBODY)
    try:
        yield folder
    finally:
        if was_root:
            os.seteuid(0)
        else:
            for path in (folder, *folder.rglob("*")):
                path.chmod(0o700)
        shutil.rmtree(folder)
