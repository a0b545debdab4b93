"""What is on this machine: who the instance is, its state folder, its signing key."""

import os
import shutil
from pathlib import Path

import django
from django.conf import settings

from apps.shared.core.doctor.findings import Finding, Status

LOW_BYTES = 1 << 30


def instance() -> Finding:
    """Which instance and site this is."""
    source = "configured" if os.environ.get("INSTANCE_ID") else "from the host name"
    detail = f"{settings.INSTANCE_ID}, site {settings.SITE}" + (", DEBUG" if settings.DEBUG else "")
    return Finding("instance", Status.OK, source, f"Django {django.get_version()}", detail)


def state_folder() -> Finding:
    """Whether the state folder can be written and has room."""
    folder: Path = settings.STATE_DIR
    source = "configured" if os.environ.get("SINGULARITY_STATE") else "default"
    if not os.access(folder, os.W_OK | os.X_OK):
        mend = "Set SINGULARITY_STATE to a folder that you can write."
        return Finding("state folder", Status.BROKEN, source, "", f"{folder}: no access", mend)
    free = shutil.disk_usage(folder).free
    detail = f"{folder}, {free / 1e9:.1f} GB free"
    if free < LOW_BYTES:
        mend = "Free some space, or set SINGULARITY_STATE to a folder on another disk."
        return Finding("state folder", Status.BROKEN, source, "", detail, mend)
    return Finding("state folder", Status.OK, source, "", detail)


def secret_key() -> Finding:
    """Where the signing key comes from, and that others cannot read it."""
    if settings.ENVIRONMENT.secret_key:
        return Finding("secret key", Status.OK, "configured")
    path: Path = settings.STATE_DIR / "secret_key"
    if path.stat().st_mode & 0o077:
        mend = f"chmod 600 {path}, and remove it if somebody may have read it."
        return Finding("secret key", Status.BROKEN, "generated", "", "others can read it", mend)
    return Finding("secret key", Status.OK, "generated")
