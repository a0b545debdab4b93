"""Which code base each instance reads."""

import sysconfig
from pathlib import Path

from apps.shared.core.environment import CHECKOUT
from apps.shared.core.supervisor.errors import StartError

SAMPLES = ("celery", "kombu", "rest_framework", "django_celery_beat", "redis", "httpx")
"""Packages of the virtual environment, read where nobody says what to read."""


def codebases_of(code: str, *, instances: int) -> tuple[Path, ...]:
    """One folder for each instance. Raises StartError with what to set.

    Args:
        code: the folder, or with several instances as many, with colons between; empty for this
            checkout, or with several instances for packages of the virtual environment.
    """
    if not code:
        folders = (CHECKOUT,) if instances == 1 else _samples(instances)
    else:
        names = [code] if instances == 1 else code.split(":")
        folders = tuple(Path(name).absolute() for name in names)
    if len(folders) != instances:
        raise StartError(
            f"CODE names {len(folders)} folders for {instances} instances: "
            "set it to one for each, with colons between."
        )
    for folder in folders:
        if not folder.is_dir():
            raise StartError(f"CODE={folder} is not a folder: set it to the code base to read.")
    return tuple(folder.resolve() for folder in folders)


def _samples(instances: int) -> tuple[Path, ...]:
    packages = Path(sysconfig.get_path("purelib"))
    found = tuple(packages / name for name in SAMPLES if (packages / name).is_dir())
    if len(found) < instances:
        raise StartError(f"Set CODE to {instances} folders with colons between.")
    return found[:instances]
