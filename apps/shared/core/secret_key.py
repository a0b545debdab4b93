"""The signing key of an installation that did not set SECRET_KEY."""

import secrets
from pathlib import Path

from apps.shared.core.private_files import read_or_create


def stored_secret_key(state_dir: Path) -> str:
    """Made once and kept in the state folder, readable by its owner only.

    Raises SystemExit with one line when the folder cannot be written.
    """
    return read_or_create(state_dir / "secret_key", lambda: secrets.token_urlsafe(48))
